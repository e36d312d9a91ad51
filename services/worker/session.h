/* session.h: mode `session`: reads session files of other programs, one after another. One thread. */
#ifndef LOOPHOLE_WORKER_SESSION_H
#define LOOPHOLE_WORKER_SESSION_H

#include "proto/transport/pipe.h"

/* Answers until the parent closes the socket, then returns ok. Errors: full; those of pipe.h when the parent sends
 * invalid messages. */
enum err session_run(struct pipe *pipe, struct fault *fault);

#endif
