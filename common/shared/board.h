/* board.h: the shared board of heartbeats, "/loophole-TAG-board". Each service writes its own entry, except `restarts`
 * and what in_hand.h leaves to the supervisor; the supervisor and any other process read it. The supervisor makes the
 * object, which outlives every process. It has no pointers and no locks. Each member is one machine word, so a reader
 * never sees a half-written one, even of a dying writer. Readers check every range. Any thread. */
#ifndef LOOPHOLE_COMMON_BOARD_H
#define LOOPHOLE_COMMON_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>

#include "common/clock.h"
#include "common/paths.h"
#include "common/shared/in_hand.h"
#include "common/shared/work.h"

enum { BOARD_ENTRIES = 32, BOARD_NAME_SIZE = 24, BOARD_VERSION = 3 };

enum board_state { BOARD_EMPTY, BOARD_STARTING, BOARD_READY, BOARD_WAITING, BOARD_STOPPING, BOARD_STATES };

struct board_entry {
    char name[BOARD_NAME_SIZE]; /* set by the supervisor before the service starts; then constant */
    _Atomic int32_t pid;        /* 0: no process */
    _Atomic uint32_t state;     /* enum board_state */
    /* start time of the process (/proc/PID/stat, field 22); pid and start time identify one process */
    _Atomic uint64_t start_ticks;
    _Atomic int64_t beat; /* clock_steady of the last turn of the service's loop */
    _Atomic uint64_t beats;
    _Atomic uint32_t restarts; /* since the engine came up; written by the supervisor */
    _Atomic uint32_t work;     /* long work in progress: its kind (high 8 bits) and its share in millionths; 0: none */
    struct in_hand in_hand;    /* what it works on */
};
_Static_assert(sizeof(struct board_entry) == 256, "an entry is four cache lines");

struct board; /* a mapping of the object */

/* The supervisor: makes the object, or takes over a valid one (magic, version, size). Errors: full, io, denied. */
enum err board_make(const struct paths *paths, struct board **board, struct fault *fault);
/* Any process: maps it. Errors: offline (no board), version (another layout), denied, io. */
enum err board_open(const struct paths *paths, struct board **board, struct fault *fault);
void board_close(struct board *board);

/* True if the board is complete and its name still refers to it; otherwise the caller opens it again. If a process
 * truncates the board, its readers survive (guard.h). */
bool board_is_current(const struct board *board, const struct paths *paths);
enum err board_remove(const struct paths *paths); /* after an orderly shutdown */

/* Returns the entry of `name` (small letters, digits, - and _). With `add`, a missing entry is made from a free or
 * damaged one, zeroed. NULL: there is none. */
struct board_entry *board_entry(struct board *board, const char *name, bool add);
bool board_is_named(const struct board_entry *entry, const char *name);
struct board_entry *board_at(struct board *board, uint32_t index); /* NULL for an index beyond the last */

/* A service writes its own entry; NULL is allowed, for a service without a supervisor. */
void board_claim(struct board_entry *entry); /* sets pid, start ticks, state starting, beat */
void board_state(struct board_entry *entry, enum board_state state);
void board_beat(struct board_entry *entry);

/* Reports the progress of long work; the report counts as a heartbeat. WORK_NONE: the work is over. */
void board_work(struct board_entry *entry, enum work_kind kind, uint64_t done, uint64_t total);
enum work_kind board_work_of(const struct board_entry *entry, uint32_t *share); /* WORK_NONE: no work, or damaged */

/* The supervisor: claims the entry for a foreign program, which writes no heartbeats. */
void board_claim_for(struct board_entry *entry, int32_t pid, uint64_t start_ticks);

/* What the service works on; NULL without an entry. */
static inline struct in_hand *board_in_hand(struct board_entry *entry)
{
    return entry ? &entry->in_hand : NULL;
}

/* The supervisor, after the service has died: sets pid 0 and the state empty. */
void board_clear(struct board_entry *entry);

/* Returns the start ticks of a running process; 0 if there is none. */
uint64_t board_start_ticks(int32_t pid);

#endif
