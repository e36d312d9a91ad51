/* label.h: the mode `label`: plans how files get labels, for one job after another. One thread. */
#ifndef LOOPHOLE_WORKER_LABEL_H
#define LOOPHOLE_WORKER_LABEL_H

#include "proto/transport/pipe.h"

/* Answers jobs until the parent closes the socket, then returns ok. Errors: those of pipe.h. */
enum err label_run(struct pipe *pipe, struct fault *fault);

#endif
