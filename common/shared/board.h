/* board.h: the shared board on which each service says that it lives. One 64-byte line a service, written by that
 * service alone (but for `restarts`), read by the supervisor and anybody else; the object "/loophole-TAG-board" is
 * made by the supervisor and outlives every process. No pointers, no locks: each member is one atomic word, so that
 * a reader of a dying writer sees old or new, never half. Everything read is range-checked. Any thread. */
#ifndef LOOPHOLE_COMMON_BOARD_H
#define LOOPHOLE_COMMON_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>

#include "common/clock.h"
#include "common/paths.h"
#include "common/shared/work.h"

enum { BOARD_LINES = 32, BOARD_NAME_SIZE = 24, BOARD_VERSION = 1 };

enum board_state { BOARD_EMPTY, BOARD_STARTING, BOARD_READY, BOARD_WAITING, BOARD_STOPPING, BOARD_STATES };

struct board_line {
    char name[BOARD_NAME_SIZE];   /* set by the supervisor before the service starts; fixed from then on */
    _Atomic int32_t pid;          /* 0: no process */
    _Atomic uint32_t state;       /* enum board_state */
    _Atomic uint64_t start_ticks; /* of the process: /proc/PID/stat field 22; with pid it names one process */
    _Atomic int64_t beat;         /* clock_steady of the last turn of its loop */
    _Atomic uint64_t beats;
    _Atomic uint32_t restarts; /* since the engine came up; the supervisor's own member */
    _Atomic uint32_t work;     /* long work under way: its kind (high 8 bits) and share in millionths; 0: none */
};
_Static_assert(sizeof(struct board_line) == 64, "a line is one cache line");

struct board; /* a mapping of the object */

/* The supervisor: makes the object, or takes over one that is whole (magic, version, size). */
enum err board_make(const struct paths *paths, struct board **board, struct fault *fault);
/* Anybody: maps it; offline when there is none, version when it is another layout. */
enum err board_open(const struct paths *paths, struct board **board, struct fault *fault);
void board_close(struct board *board);

/* Whether the board is complete and its name still leads to it; if not, the caller opens it again. A board that is
 * truncated ends no process (guard.h). */
bool board_stands(const struct board *board, const struct paths *paths);
enum err board_remove(const struct paths *paths); /* after an orderly shutdown */

/* The line of that name (small letters, digits, - and _); with `add`, a free or damaged one is named, zeroed. NULL
 * when there is none. */
struct board_line *board_line(struct board *board, const char *name, bool add);
bool board_is_named(const struct board_line *line, const char *name);
struct board_line *board_at(struct board *board, uint32_t index); /* NULL past the last */

/* A service on its own line (NULL is allowed: a service that runs without a supervisor). */
void board_claim(struct board_line *line); /* pid, start ticks, state starting, beat */
void board_state(struct board_line *line, enum board_state state);
void board_beat(struct board_line *line);

/* A step of long work: also a beat, for the work shows that it progresses. WORK_NONE: the work is over. */
void board_work(struct board_line *line, enum work_kind kind, uint64_t done, uint64_t total);
enum work_kind board_work_of(const struct board_line *line, uint32_t *share); /* WORK_NONE: none, or damaged */

/* The supervisor, for a program that knows nothing of boards: claimed in its name; it never beats. */
void board_claim_for(struct board_line *line, int32_t pid, uint64_t start_ticks);

/* The supervisor, once the service on the line is dead: pid 0, state empty. */
void board_clear(struct board_line *line);

/* Start ticks of a process now; 0 when it is not there. */
uint64_t board_start_ticks(int32_t pid);

#endif
