/* starter.h: starts programs in a thread that has a table of descriptors of its own, without the files of disks. A
 * process starts with a copy of its parent's descriptors and closes them, and closing a file of a disk that hangs waits
 * for that disk. So a start from a thread that shares such files would wait too, and the loop with it. */
#ifndef LOOPHOLE_PROTO_STARTER_H
#define LOOPHOLE_PROTO_STARTER_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts the thread, unless it runs. Call it before the process opens files of disks. False: it cannot be started. */
bool starter_open(void);

/* For a loop that must show that it lives: the calling thread calls `beat` while it waits in the functions of this file,
 * as long as the thread that starts programs does not hang (common/process/hang.h, 1 s). */
void starter_beat_with(void (*beat)(void *state), void *state);

/* Starts `program` with one end of a new stream socket as descriptor 3, besides 0 to 2, and no blocked signals. *end is
 * the other end. Returns 0 or an errno; then *pid is 0 and *end is -1. Calls starter_open. Any thread; one start at a
 * time. */
int starter_start(const char *program, char *const arguments[], char *const environment[], pid_t *pid, int *end);

#endif
