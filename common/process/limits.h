/* limits.h: what a service may use of the machine. Once, at its start. */
#ifndef LOOPHOLE_COMMON_LIMITS_H
#define LOOPHOLE_COMMON_LIMITS_H

#include <stddef.h>

#include "common/process/config.h"

/* Open files: as many as allowed, up to limits.files (default 65,536), for a ZeroMQ that finds none left aborts.
 * Core dumps: none, a crash record is written instead. Private memory: limits.data_mb (0: no limit; default: half
 * of the machine's, at least 4,096), which leaves out the store's map; not in sanitizer builds. Errors: io; the limits
 * that could be set are set. */
enum err limits_set(struct config *config, struct fault *fault);

/* True: `bytes` more of private memory leave free an eighth of limits.data_mb (true too where there is no limit). What
 * grows with the catalogue or with a folder asks before it takes memory, and is refused with `full` (common/alloc.h);
 * the eighth is for all that is bounded otherwise. Reads /proc: for steps of growth, not for each item. Any thread. */
bool limits_leave(size_t bytes);

#endif
