/* reel_opening.h: opens a file in an errand. Never a FIFO, a socket or a device: opening does not wait for another
 * end, and what is not a regular file is closed again. The loop's. */
#ifndef LOOPHOLE_STREAMER_REEL_OPENING_H
#define LOOPHOLE_STREAMER_REEL_OPENING_H

#include "common/errand.h"

struct reel_opening;

/* Calls `opened` once, in the loop, unless it is dropped: with a descriptor that is then the listener's, or with -1
 * and a fault. NULL: no memory. */
struct reel_opening *reel_opening_start(struct errands *errands, const char *path,
                                            void (*opened)(void *state, int fd, const struct fault *fault),
                                            void *state);
void reel_opening_drop(struct reel_opening *opening); /* before `opened` */

#endif
