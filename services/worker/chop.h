/* chop.h: the mode `chop`: finds where the slices of a sound begin, for the command line. One thread. */
#ifndef LOOPHOLE_WORKER_CHOP_H
#define LOOPHOLE_WORKER_CHOP_H

#include "proto/transport/pipe.h"

/* Answers chop jobs until the parent closes the socket. Errors: those of jobs_answer. */
enum err chop_run(struct pipe *pipe, struct fault *fault);

#endif
