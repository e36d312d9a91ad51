/* stream.h: mode `stream`: the sound of one open file after another, as the parent pulls it. One thread. */
#ifndef LOOPHOLE_WORKER_STREAM_H
#define LOOPHOLE_WORKER_STREAM_H

#include "proto/transport/pipe.h"

/* Answers until the parent closes the socket: ok. Errors: full, those of pipe.h for a parent that talks nonsense. */
enum err stream_run(struct pipe *pipe, struct fault *fault);

#endif
