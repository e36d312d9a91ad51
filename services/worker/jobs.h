/* jobs.h: the worker's loop: one job after another over the socket to the parent. Each mode answers its own kind of
 * job. One thread. */
#ifndef LOOPHOLE_WORKER_JOBS_H
#define LOOPHOLE_WORKER_JOBS_H

#include "proto/transport/pipe.h"

enum { JOBS_SOCKET = 3 }; /* the parent passes the socket as this descriptor */

/* Makes `pipe` from JOBS_SOCKET. Errors: bad_request (descriptor 3 is not a stream socket: no parent started the
 * process). */
enum err jobs_open(struct pipe *pipe, struct fault *fault);

/* A received job. */
struct job_call {
    struct pipe *pipe;
    struct arena *arena; /* of this job */
    const void *job;
    int fd; /* the descriptor that came with it, closed after the answer; -1: none */
};

/* The mode keeps the descriptor open: returns it, and jobs_answer does not close it. */
int jobs_take_fd(struct job_call *call);

typedef enum err answer_job(void *state, struct job_call *call, struct fault *fault);

/* Answers jobs of `shape` until the parent closes the socket, then returns ok. Errors: those of pipe.h when the parent
 * sends invalid messages; those of `answer`, which ends the loop with them. */
enum err jobs_answer(struct pipe *pipe, const struct shape *shape, answer_job *answer, void *state,
                     struct fault *fault);

/* The mode without a name: enters the sandbox and analyses files until the parent closes the socket, then returns ok.
 * Errors: those of sandbox.h; those of pipe.h when the parent sends invalid messages. */
enum err jobs_run(struct pipe *pipe, struct fault *fault);

#endif
