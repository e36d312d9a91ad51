/* proc.h: facts about a process from /proc. Any thread. */
#ifndef LOOPHOLE_COMMON_PROC_H
#define LOOPHOLE_COMMON_PROC_H

#include <stdbool.h>

#include "common/clock.h"

struct proc {
    int32_t parent;
    char state;           /* R running, S sleeping, D waiting for a disk, T stopped, t traced, Z zombie */
    uint64_t start_ticks; /* since boot; with the pid it identifies one process */
    usec_t cpu;           /* used by its first thread so far */
};

bool proc_read(int32_t pid, struct proc *to); /* false: no such process */

/* True if it ended or was killed, and only waits for its threads, which may wait in the kernel for a disk. */
bool proc_is_ending(int32_t pid);

enum { PROC_NAME = 16 };
void proc_name(int32_t pid, char name[PROC_NAME]); /* its program, printable; "?" if there is no such process */
bool proc_is_ours(int32_t pid);                    /* it runs a program of loophole */
usec_t proc_age(uint64_t start_ticks);             /* since the start of a process with these ticks */

#endif
