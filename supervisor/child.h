/* child.h: the supervision of one service: its start or adoption, its death, and the next start. The supervisor's
 * thread. */
#ifndef LOOPHOLE_SUPERVISOR_CHILD_H
#define LOOPHOLE_SUPERVISOR_CHILD_H

#include "common/process/hang.h"
#include "proto/service/service.h"
#include "schema_supervisor.h"
#include "supervisor/death.h"
#include "supervisor/disk.h"
#include "supervisor/lingering.h"
#include "supervisor/policy.h"
#include "supervisor/settings.h"
#include "supervisor/spawn.h"
#include "supervisor/table.h"

/* Shared by all children. */
struct child_world {
    struct service *service;
    const struct paths *paths;
    struct board *board;
    struct disk *disk;
    struct lingering *lingering;
    /* True while persist cannot read or write its store, and waits for the disk. */
    bool (*store_waits)(const void *state);
    struct settings settings;
    const char *wrapper;               /* clients of JACK are started by this program; NULL: directly */
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
    struct board_entry *entry; /* NULL: no room on the board */
    enum child_state state;
    struct spawn process;
    bool is_away; /* there is nothing to run: not watched, not listed */
    bool adopted;
    bool is_off_board;    /* it was ready, and is no longer on the board */
    bool hung;            /* killed because it stopped responding */
    usec_t ending;        /* since when it is dead but for threads that wait in the kernel; 0: it is not */
    bool waits_for_disk;  /* it ended because the disk fails or is full; starts when the disk works again */
    bool again;           /* the next start is a restart */
    usec_t ready_at;      /* steady clock; 0: not yet */
    usec_t due;           /* DOWN: time of its start; STOPPING: time of its kill */
    usec_t blocked_since; /* since when a process that is not on the board has its lock; 0: none */
    struct policy policy;
    struct hang hang;
    struct hang absence;         /* from the board */
    usec_t quiet;                /* time since a look found a new heartbeat */
    char last_death[DEATH_SIZE]; /* "": it never died */
    usec_t died_at;
};

/* Adopts the service if it runs, otherwise starts it. */
void child_start(struct child *child);

/* Starts and kills that are due, readiness, heartbeats. `passed`: time since the last call in which the supervisor
 * itself ran. */
void child_look(struct child *child, usec_t now, usec_t passed);

/* Gets an entry on a new board, or in place of a damaged one. A service finds the new board on its own. */
void child_rejoin(struct child *child);

/* Stops it to start it again; starts a stopped service at once, even from quarantine. */
void child_restart(struct child *child);

/* Stops it for good and waits for its death; after 5 s it is killed. */
void child_shut(struct child *child);

/* Describes it for front-ends; `words` contains the texts. */
struct child_words {
    char last[CHILD_LAST_SIZE], work[WORK_TEXT_SIZE];
};
void child_report(const struct child *child, struct child_words *words, struct service_line *to);

/* True if it ended because of the disk, and is not ready again. */
bool child_waits_for_disk(const struct child *child);

/* Writes "DEATH, 3 s ago"; "" if `death` is "". Returns `to`. */
const char *child_write_last(const char *death, usec_t died_at, char to[CHILD_LAST_SIZE]);

#endif
