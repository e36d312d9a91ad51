/* hang.h: decides whether a process without heartbeats, or a second thread without progress, hangs, or only waits for a
 * processor.
 *
 * It counts the time in which the task could have gone on. While it sleeps or is stopped, all time counts. While it
 * wants the processor, all time counts, but at most HANG_SHARE times the processor time that it got. While it waits for
 * a disk or is traced, no time counts. So a spinning task is found in time with a quarter of a processor. One whose
 * longest turn takes less than a quarter of its limit never counts as hanging, however busy the machine is.
 *
 * Between two looks at most HANG_LOOKS_US count, because a watcher that was stopped or did not get to run observed
 * nothing meanwhile. */
#ifndef LOOPHOLE_COMMON_HANG_H
#define LOOPHOLE_COMMON_HANG_H

#include <stdbool.h>
#include <stddef.h>

#include "common/process/proc.h"

enum { HANG_SHARE = 4, HANG_LOOK_US = 100000 /* between two looks */, HANG_LOOKS_US = 2 * HANG_LOOK_US };

/* Zeroed for a task that has just started. */
struct hang {
    uint64_t beats;
    usec_t cpu;    /* of the task: of a process its first thread, which sends the heartbeats … */
    bool is_stale; /* … or unknown since the last heartbeat: the next sample of a task that computes counts no time */
    usec_t silent; /* counted time since the last heartbeat */
    bool over;     /* beyond its limit in the last call */
    bool computes; /* in the last call it wanted the processor: it waited neither for a disk nor for another process */
};

/* True if a heartbeat came since the last call. Then the silence is over, and the task needs no sample. Pure. */
bool hang_has_ended(struct hang *hang, uint64_t beats);

/* Takes one sample. `passed` is the time since the last one in which the watcher itself ran. True if the task was
 * silent for longer than `limit` in this call and the one before. Pure. */
bool hang_found(struct hang *hang, uint64_t beats, const struct proc *proc, usec_t passed, usec_t limit);

/* Returns the time since the last look, at most HANG_LOOKS_US, and makes `now` the last look. Pure. */
usec_t hang_passed(usec_t *looked, usec_t now);

/* A second thread of this process, watched by one other thread. Zeroed before it starts. */
struct hang_watch {
    struct hang hang;
    usec_t looked;
    bool hangs;
};

/* Looks at the thread with the id `task` of the kernel; 0: it has not run yet, so it does not hang. `beats` counts its
 * progress. It may be called more often than each HANG_LOOK_US. True: it hangs, until it makes progress. The first time
 * that a hang is found, the log gets `name` and what the thread does. The watcher's thread. */
bool hang_watch_found(struct hang_watch *watch, int32_t task, uint64_t beats, usec_t limit, const char *name);

#endif
