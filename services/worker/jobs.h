/* jobs.h: the worker's loop: one job after another over the socket to the parent. One thread. */
#ifndef LOOPHOLE_WORKER_JOBS_H
#define LOOPHOLE_WORKER_JOBS_H

#include "proto/transport/pipe.h"
#include "services/worker/analyse.h"

enum { JOBS_SOCKET = 3 }; /* the descriptor on which the parent hands the socket over */

/* Errors: bad_request (descriptor 3 is no stream socket: not started by a parent). */
enum err jobs_open(struct pipe *pipe, struct fault *fault);

/* Answers jobs until the parent closes the socket: ok. Errors: those of pipe.h, for a parent that talks nonsense. */
enum err jobs_run(struct pipe *pipe, struct analyser *analyser, struct fault *fault);

#endif
