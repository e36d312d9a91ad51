/* hang.h: whether a process that gives no beat hangs, or is only kept from running. Pure: samples go in.
 *
 * What counts is the time in which it could have beaten: while it sleeps or is stopped, the time that passes; while
 * it wants the processor, the time that passes too, but at most HANG_SHARE times the processor time it got; while it
 * waits for a disk or is traced, none. So one that spins is found in time while it gets a quarter of a processor, and
 * one whose longest turn takes less than a quarter of its limit is never found, however busy the machine is. */
#ifndef LOOPHOLE_SUPERVISOR_HANG_H
#define LOOPHOLE_SUPERVISOR_HANG_H

#include <stdbool.h>

#include "common/process/proc.h"

enum { HANG_SHARE = 4 };

/* Zeroed for a process that has just started. */
struct hang {
    uint64_t beats;
    usec_t cpu;    /* of the thread that beats, its first one */
    usec_t silent; /* since the last beat, as counted above */
    bool over;     /* past its limit at the last look */
};

/* One look: `passed` is the time since the last look in which the supervisor itself ran. True when the process was
 * silent for longer than `limit`, at this look and at the one before. */
bool hang_found(struct hang *hang, uint64_t beats, const struct proc *proc, usec_t passed, usec_t limit);

#endif
