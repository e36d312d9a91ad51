/* proc.h: what /proc says of a process. Any thread. */
#ifndef LOOPHOLE_COMMON_PROC_H
#define LOOPHOLE_COMMON_PROC_H

#include <stdbool.h>

#include "common/clock.h"

struct proc {
    int32_t parent;
    char state;           /* R runs or could, S sleeps, D waits for a disk, T stopped, t traced, Z a zombie */
    uint64_t start_ticks; /* since boot; with the pid it names one process */
    usec_t cpu;           /* used by its first thread up to now */
};

bool proc_read(int32_t pid, struct proc *to); /* false: not there */

enum { PROC_NAME = 16 };
void proc_name(int32_t pid, char name[PROC_NAME]); /* of the program, fit to be printed; "?" when it is not there */
bool proc_is_ours(int32_t pid);                    /* it runs a program of loophole */
usec_t proc_age(uint64_t start_ticks);             /* since the start of a process that has these */

#endif
