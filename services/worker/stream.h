/* stream.h: mode `stream`: decodes one open file after another as the parent pulls frames. One thread. */
#ifndef LOOPHOLE_WORKER_STREAM_H
#define LOOPHOLE_WORKER_STREAM_H

#include "proto/transport/pipe.h"

/* Answers until the parent closes the socket, then returns ok. Errors: full; those of pipe.h when the parent sends
 * invalid messages. */
enum err stream_run(struct pipe *pipe, struct fault *fault);

#endif
