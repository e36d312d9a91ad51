/* jobs.h: the worker's loop: one job after another over the socket to the parent. One thread. */
#ifndef LOOPHOLE_WORKER_JOBS_H
#define LOOPHOLE_WORKER_JOBS_H

#include "proto/transport/pipe.h"
#include "services/worker/analyse.h"

enum { JOBS_SOCKET = 3 }; /* the parent passes the socket as this descriptor */

/* Makes `pipe` from JOBS_SOCKET. Errors: bad_request (descriptor 3 is not a stream socket: no parent started the
 * process). */
enum err jobs_open(struct pipe *pipe, struct fault *fault);

/* Enters the sandbox and answers jobs until the parent closes the socket, then returns ok. Errors: those of sandbox.h;
 * those of pipe.h when the parent sends invalid messages. */
enum err jobs_run(struct pipe *pipe, struct fault *fault);

#endif
