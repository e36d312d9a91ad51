/* convert.h: mode `convert`: makes WAVs of one open sound after another as the parent asks. One thread. */
#ifndef LOOPHOLE_WORKER_CONVERT_H
#define LOOPHOLE_WORKER_CONVERT_H

#include "proto/transport/pipe.h"

/* Answers until the parent closes the socket, then returns ok. Errors: full; those of pipe.h when the parent sends
 * invalid messages. */
enum err convert_run(struct pipe *pipe, struct fault *fault);

#endif
