/* work.h: the progress of a long piece of work. The work reports each step; the receiver shows it on the board or a
 * terminal. A report is one call, cheap enough for every few rows. The thread of the work. */
#ifndef LOOPHOLE_COMMON_WORK_H
#define LOOPHOLE_COMMON_WORK_H

#include <stddef.h>
#include <stdint.h>

enum work_kind { WORK_NONE, WORK_OPENING, WORK_MIGRATING, WORK_CHECKING, WORK_RESTORING, WORK_INDEXING, WORK_KINDS };

enum { WORK_TEXT_SIZE = 64, WORK_WHOLE = 1000000 /* millionths in a whole */ };

/* Receives reports. `total` 0: unknown. */
struct long_work {
    void (*report)(void *state, enum work_kind kind, uint64_t done, uint64_t total);
    void *state;
};

/* Does nothing if `work` is NULL. */
void work_report(const struct long_work *work, enum work_kind kind, uint64_t done, uint64_t total);

/* Returns the share in millionths, at most WORK_WHOLE; 0 if `total` is 0. */
uint32_t work_share(uint64_t done, uint64_t total);

/* Writes "migrating the store, 43 %"; "opening the store" if there is no share; "" for WORK_NONE and an unknown kind.
 * Returns `to`. */
const char *work_write(enum work_kind kind, uint32_t share, char to[WORK_TEXT_SIZE]);

/* ---- heartbeats within a turn ---- */

enum { WORK_STEPS = 256 };

/* Sets the function that sends the heartbeat of the calling thread, a service's loop. NULL: it sends none any more. */
void work_beat_with(void (*beat)(void *state), void *state);
void work_beat(void); /* sends one now, if the thread sends any */

/* Called by what walks over values, rows or records, once for each: every WORK_STEPSth call in the thread sends a
 * heartbeat. So a turn over a large project or many rows is not silent, however slow the machine is. */
void work_step(void);

#endif
