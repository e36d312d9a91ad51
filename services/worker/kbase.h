/* kbase.h: mode `kbase`, which reads a database of the program K. One thread. */
#ifndef LOOPHOLE_WORKER_KBASE_H
#define LOOPHOLE_WORKER_KBASE_H

#include "proto/transport/pipe.h"

/* Answers each `kbase_job` until the parent closes the socket, then returns ok. Errors: those of pipe.h when the
 * parent sends invalid messages. */
enum err kbase_run(struct pipe *pipe, struct fault *fault);

#endif
