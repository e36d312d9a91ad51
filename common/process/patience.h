/* patience.h: how long a thread or another process has kept its watcher waiting. It counts when it runs, and when it
 * waits for a file system or anything else, but not when it waits for a processor. Nor does time count in which the
 * watcher itself was held up. So on a busy machine a healthy file system is not taken for one that hangs. One thread.
 *
 *   state in /proc       what counts of the time since the last look
 *   running or ready     the time that it ran
 *   any other            all but its waits for a processor */
#ifndef LOOPHOLE_COMMON_PATIENCE_H
#define LOOPHOLE_COMMON_PATIENCE_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/clock.h"

enum { PATIENCE_STRETCH = 8 /* times the limit: after that much time it is over, whatever counts */ };

struct patience {
    pid_t task; /* of a process or a thread */
    usec_t began, seen;
    usec_t ran, queued; /* by the kernel's count, at the last look */
    bool is_counted;    /* the kernel has such a count of it */
    usec_t counted;
};

/* Begins to count the time of this task: the id of a process or of a thread. */
void patience_begin(struct patience *patience, pid_t task);

/* Looks again, and counts. `often`: the usual time between two looks; no more than twice that counts of a longer pause.
 * True: more than `limit` has counted. */
bool patience_is_over(struct patience *patience, usec_t limit, usec_t often);

/* Describes for the log what the task does: the letter of its state, its system call by number, and where it waits in
 * the kernel. */
enum { PATIENCE_TEXT = 160 };
void patience_describe(pid_t task, char to[PATIENCE_TEXT]);

/* Waits until the descriptor can be read, or has no writer any more. False: before that, more than `limit` of the
 * task's time has counted. */
bool patience_poll(pid_t task, int fd, usec_t limit);

#endif
