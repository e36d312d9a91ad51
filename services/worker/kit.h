/* kit.h: the mode `kit`: reads the files of kits for the command line. One thread. */
#ifndef LOOPHOLE_WORKER_KIT_H
#define LOOPHOLE_WORKER_KIT_H

#include "proto/transport/pipe.h"

/* Answers kit jobs until the parent closes the socket. Errors: those of jobs_answer. */
enum err kit_run(struct pipe *pipe, struct fault *fault);

#endif
