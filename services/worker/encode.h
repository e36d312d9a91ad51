/* encode.h: mode `encode`: a take's WAV becomes a FLAC, as the parent asks for it, step by step. Float samples are made
 * 24 bit (common/pcm.h); one over full scale is refused, for FLAC would clip it. What is read back of the FLAC is held
 * against the WAV, every sample. One thread. */
#ifndef LOOPHOLE_WORKER_ENCODE_H
#define LOOPHOLE_WORKER_ENCODE_H

#include "proto/transport/pipe.h"

/* Answers until the parent closes the socket: ok. Errors: full, those of pipe.h for a parent that talks nonsense. */
enum err encode_run(struct pipe *pipe, struct fault *fault);

#endif
