/* encode.h: mode `encode`: makes a FLAC from a take's WAV, step by step, as the parent asks. Float samples become 24
 * bit (common/pcm.h). A sample over full scale is refused, because FLAC would clip it. The FLAC is read back and
 * compared with the WAV, sample by sample. One thread. */
#ifndef LOOPHOLE_WORKER_ENCODE_H
#define LOOPHOLE_WORKER_ENCODE_H

#include "proto/transport/pipe.h"

/* Answers until the parent closes the socket, then returns ok. Errors: full; those of pipe.h when the parent sends
 * invalid messages. */
enum err encode_run(struct pipe *pipe, struct fault *fault);

#endif
