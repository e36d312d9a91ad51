/* supervisor.h: all services together: the board, the doorbell, the look at every child ten times a second.
 *
 * The supervisor holds no state that its services depend on: killed, it leaves them running, and its successor finds
 * them on the board and goes on. Asked to stop, it stops them all. */
#ifndef LOOPHOLE_SUPERVISOR_SUPERVISOR_H
#define LOOPHOLE_SUPERVISOR_SUPERVISOR_H

#include "supervisor/child.h"
#include "supervisor/disk.h"
#include "supervisor/server.h"
#include "supervisor/store_watch.h"

struct supervisor {
    struct child_world world;
    struct child children[BOARD_LINES];
    uint32_t count;
    struct server server; /* of JACK; zeroed without sound */
    char alarm[240];      /* why there is no sound plane, or "" */
    char damage[240];     /* what was found damaged, until somebody restarts a service; or "" */
    int data_lock;        /* held to the end */
    struct disk disk;
    struct watched_store store;
    bool has_no_home;  /* it was removed or replaced: all ends */
    bool leaves_all;   /* its successor goes on with the services */
    int bell;          /* -1: none; the board is looked at anyway */
    usec_t looked;     /* when last */
    uint64_t restarts; /* of the supervisor itself, as its keeper counts */
    char last_death[DEATH_SIZE];
    usec_t died_at;
};

/* Reads the configuration, makes the board and the bell, adopts and starts all services. On an error, logged, the
 * service is asked to stop with its exit code, and supervisor_shut has nothing to do. */
void supervisor_open(struct supervisor *supervisor, struct service *service);

/* After the loop: stops all services in the reverse order, removes board and bell. */
void supervisor_shut(struct supervisor *supervisor);

/* Clients of JACK start again: they would find another server now. */
void supervisor_move_clients(struct supervisor *supervisor);

void supervisor_tell(void *state, struct arena *arena, struct service_status *to); /* its alarm */

extern const struct supervisor_handlers supervisor_handlers;

#endif
