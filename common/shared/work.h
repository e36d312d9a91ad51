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

#endif
