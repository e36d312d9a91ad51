/* limits.h: the share of the machine that a service may use. */
#ifndef LOOPHOLE_COMMON_LIMITS_H
#define LOOPHOLE_COMMON_LIMITS_H

#include <stddef.h>

#include "common/process/config.h"

/* Sets the limits of this process; each service calls it once, at its start:
 *
 *   open files       as many as the system allows, up to limits.files (65,536): ZeroMQ aborts when it gets none
 *   core dumps       none: a crash record replaces them
 *   private memory   limits.data_mb (0: no limit; by default half of the machine's memory, and at least 4,096),
 *                    without the store's map. A sanitizer build does not set it.
 *
 * Errors: io; the function still sets the other limits. */
enum err limits_set(struct config *config, struct fault *fault);

/* True if an eighth of limits.data_mb stays free after taking `bytes` more private memory, or if there is no limit.
 * Code whose memory grows with the catalogue or a folder calls this before each step of growth, and refuses with
 * `full`. The eighth is for all memory that has a bound of its own (common/alloc.h). 0 bytes are granted at once:
 * a list asks for `2 * room` elements, which is 0 for its first room. For others the function reads /proc, which is too
 * slow for each item. Any thread. */
bool limits_leave(size_t bytes);

/* Sets the error that limits.data_mb has no room for `what` ("the result"), with a hint that names the setting. Returns
 * ERR_FULL. */
enum err limits_refuse(struct fault *fault, const char *what);

/* Lowers the limit of private memory to `bytes` more than the process has now. */
void limits_allow_more(size_t bytes);

#endif
