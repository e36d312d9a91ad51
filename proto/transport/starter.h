/* starter.h: starts programs in a thread that has a table of descriptors of its own, without the files of disks. A
 * process starts with a copy of its parent's descriptors and closes them, and closing a file of a disk that hangs waits
 * for that disk. So a start from a thread that shares such files would wait too, and the loop with it. A loop that
 * waits in a function of this file sends heartbeats (common/shared/work.h), unless that thread hangs: it makes no
 * progress for 1 s (common/process/hang.h). */
#ifndef LOOPHOLE_PROTO_STARTER_H
#define LOOPHOLE_PROTO_STARTER_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts the thread, unless it runs. Call it before the process opens files of disks. False: it cannot be started. */
bool starter_open(void);

/* Starts `program` with one end of a new stream socket as descriptor 3, besides 0 to 2, and no blocked signals. *end is
 * the other end. Returns 0 or an errno; then *pid is 0 and *end is -1. Calls starter_open. Any thread; one start at a
 * time. */
int starter_start(const char *program, char *const arguments[], char *const environment[], pid_t *pid, int *end);

#endif
