/* archive.h: the mode `archive`: reads the archives of kits for the command line. One thread. */
#ifndef LOOPHOLE_WORKER_ARCHIVE_H
#define LOOPHOLE_WORKER_ARCHIVE_H

#include "proto/transport/pipe.h"

/* Answers archive jobs until the parent closes the socket. Errors: those of jobs_answer. */
enum err archive_run(struct pipe *pipe, struct fault *fault);

#endif
