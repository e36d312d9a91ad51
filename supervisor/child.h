/* child.h: one service as the supervisor looks after it: from its start, or from being found running, to its death,
 * and on to the next start. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_CHILD_H
#define LOOPHOLE_SUPERVISOR_CHILD_H

#include "proto/service/service.h"
#include "schema_supervisor.h"
#include "supervisor/death.h"
#include "supervisor/disk.h"
#include "supervisor/hang.h"
#include "supervisor/policy.h"
#include "supervisor/settings.h"
#include "supervisor/spawn.h"
#include "supervisor/table.h"

/* What all children share. */
struct child_world {
    struct service *service;
    const struct paths *paths;
    struct board *board;
    struct disk *disk;
    bool (*store_waits)(const void *state); /* persist cannot read or write its store, and waits for the disk */
    struct settings settings;
    const char *wrapper;               /* clients of JACK are started through this program; NULL: by themselves */
    void (*before_sound)(void *state); /* called before a service of sound starts */
    void *state;
};

/*            start                    ready, beats
 *   DOWN ───────────────► UP ──┐   asked to restart
 *    ▲ ▲    or adopted     │   └───────────────► STOPPING
 *    │ └── death ──────────┤                         │
 *    │                     └─ the fifth ► QUARANTINED │
 *    └────────────────────────── death ───────────────┘   */
enum child_state { CHILD_DOWN, CHILD_UP, CHILD_STOPPING, CHILD_QUARANTINED };

enum { CHILD_LAST_SIZE = DEATH_SIZE + 64 };

struct child {
    const struct table_row *row;
    const struct child_world *world;
    struct board_line *line; /* NULL: no room on the board */
    enum child_state state;
    struct spawn process;
    bool is_away; /* there is nothing to run: not looked at, not listed */
    bool adopted;
    usec_t off_board;     /* since when it is not on the board; 0: it is */
    bool hung;            /* killed for its silence */
    bool waits_for_disk;  /* it ended because the disk fails or is full: starts when that is over */
    bool again;           /* the next start is a restart */
    usec_t ready_at;      /* steady clock; 0: not yet */
    usec_t due;           /* DOWN: starts then; STOPPING: is killed then */
    usec_t blocked_since; /* its lock is held by a process that is not on the board; 0: it is not */
    struct policy policy;
    struct hang hang;
    char last_death[DEATH_SIZE]; /* "": it never died */
    usec_t died_at;
};

/* Adopts it when it runs, starts it when it does not. */
void child_start(struct child *child);

/* Looks at it: due starts and kills, readiness, beats. `passed`: time in which the supervisor itself ran. */
void child_look(struct child *child, usec_t now, usec_t passed);

/* Its line, where the board is another one or the line is damaged. A service comes there by itself. */
void child_rejoin(struct child *child);

/* Stops it to start again; one that does not run starts now, out of quarantine too. */
void child_restart(struct child *child);

/* Stops it for good and waits until it is dead: 5 s, then by force. */
void child_shut(struct child *child);

/* As front-ends see it; `words` holds its texts. */
struct child_words {
    char last[CHILD_LAST_SIZE], work[WORK_TEXT_SIZE];
};
void child_tell(const struct child *child, struct child_words *words, struct service_line *to);

/* It ended for the disk, and is not ready again. */
bool child_waits_for_disk(const struct child *child);

/* "DEATH, 3 s ago"; "" when `death` is. Returns `to`. */
const char *child_write_last(const char *death, usec_t died_at, char to[CHILD_LAST_SIZE]);

#endif
