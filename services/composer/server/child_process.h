/* child_process.h: a process of this program that talks to the server and writes what it found to a pipe. The
 * service may kill it at any time, and never waits for its end. It has only the pipe: no lock and no socket of the
 * service. It ends with the service. It gets at most CHILD_MEMORY bytes more than the service has: the server
 * decides what it reads. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_CHILD_PROCESS_H
#define LOOPHOLE_COMPOSER_CHILD_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/err.h"

enum { CHILD_MEMORY = 256 << 20, CHILD_DYING_MOST = 4 };

struct child_process {
    pid_t pid;                     /* 0: none */
    pid_t dying[CHILD_DYING_MOST]; /* killed processes that have not ended yet; 0: none */
    int from;                      /* the pipe's end, which never blocks */
};

/* Starts a process that runs `work` with the other end of the pipe; its result is the exit code. Errors: full (no
 * process), busy (CHILD_DYING_MOST killed ones wait in the kernel). */
enum err child_process_begin(struct child_process *child, int (*work)(void *state, int to), void *state,
                             struct fault *fault);

/* Kills the process; if there is none, does nothing. */
void child_process_end(struct child_process *child);

/* True if no killed process is left. */
bool child_process_is_gone(struct child_process *child);

/* In the process: writes all bytes. False: the service is gone. */
bool child_process_write(int to, const void *bytes, size_t len);

#endif
