/* limits.h: what a service may use of the machine. Once, at its start. */
#ifndef LOOPHOLE_COMMON_LIMITS_H
#define LOOPHOLE_COMMON_LIMITS_H

#include "common/config.h"

/* Open files: as many as allowed, up to limits.files (default 65,536), for a ZeroMQ that finds none left aborts.
 * Core dumps: none, a crash record is written instead. Private memory: limits.data_mb (0: no limit; default: half
 * of the machine's, at least 4,096), which leaves out the store's map; not in sanitizer builds. Errors: io; the limits
 * that could be set are set. */
enum err limits_set(struct config *config, struct fault *fault);

#endif
