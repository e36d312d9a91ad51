/* state.h: the state of the supervisor. One thread. */
#ifndef LOOPHOLE_SUPERVISOR_STATE_H
#define LOOPHOLE_SUPERVISOR_STATE_H

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

#endif
