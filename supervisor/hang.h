/* hang.h: decides whether a process without heartbeats hangs, or only waits for a processor. Pure.
 *
 * It counts the time in which the process could have sent a heartbeat. While it sleeps or is stopped, all time counts.
 * While it wants the processor, all time counts, but at most HANG_SHARE times the processor time that it got. While it
 * waits for a disk or is traced, no time counts. So a spinning process is found in time with a quarter of a processor.
 * A service whose longest turn takes less than a quarter of its limit never counts as hanging, however busy the machine
 * is. */
#ifndef LOOPHOLE_SUPERVISOR_HANG_H
#define LOOPHOLE_SUPERVISOR_HANG_H

#include <stdbool.h>

#include "common/process/proc.h"

enum { HANG_SHARE = 4 };

/* Zeroed for a process that has just started. */
struct hang {
    uint64_t beats;
    usec_t cpu; /* of its first thread, which sends the heartbeats … */
    bool
        is_stale; /* … or unknown since the last heartbeat: the next sample of a process that computes counts no time */
    usec_t silent; /* counted time since the last heartbeat */
    bool over;     /* beyond its limit in the last call */
    bool computes; /* in the last call it wanted the processor: it waited neither for a disk nor for another process */
};

/* True if a heartbeat came since the last call. Then the silence is over, and the process needs no sample. */
bool hang_has_ended(struct hang *hang, uint64_t beats);

/* Takes one sample. `passed` is the time since the last one in which the supervisor itself ran. True if the process was
 * silent for longer than `limit` in this call and the one before. */
bool hang_found(struct hang *hang, uint64_t beats, const struct proc *proc, usec_t passed, usec_t limit);

#endif
