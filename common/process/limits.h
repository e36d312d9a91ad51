/* limits.h: what a service may use of the machine. Called once, at the service's start. */
#ifndef LOOPHOLE_COMMON_LIMITS_H
#define LOOPHOLE_COMMON_LIMITS_H

#include <stddef.h>

#include "common/process/config.h"

/* Open files: as many as allowed, up to limits.files (default 65,536), because ZeroMQ aborts if it finds none. Core
 * dumps: none, because a crash record replaces them. Private memory: limits.data_mb (0: no limit; default: half of the
 * machine's memory, at least 4,096). It excludes the store's map, and is not set in sanitizer builds. Errors: io; the
 * other limits are still set. */
enum err limits_set(struct config *config, struct fault *fault);

/* True if an eighth of limits.data_mb stays free after taking `bytes` more private memory, or if there is no limit.
 * Code whose memory grows with the catalogue or a folder calls this before each step of growth, and refuses with
 * `full`. The eighth is for everything with a bound of its own (common/alloc.h). Reads /proc, so too slow for each
 * item. Any thread. */
bool limits_leave(size_t bytes);

/* Sets the error for work that limits.data_mb has no room for, with `what` it is ("the result"), and a hint about the
 * setting. Returns ERR_FULL. */
enum err limits_refuse(struct fault *fault, const char *what);

#endif
