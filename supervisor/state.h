/* state.h: the state of the supervisor. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_STATE_H
#define LOOPHOLE_SUPERVISOR_STATE_H

#include "supervisor/child.h"
#include "supervisor/disk.h"
#include "supervisor/keeper_watch.h"
#include "supervisor/server.h"
#include "supervisor/store_watch.h"

struct supervisor {
    struct child_world world;
    struct child children[BOARD_ENTRIES];
    uint32_t count;
    struct server server; /* of JACK; zeroed without sound */
    char alarm[240];      /* why there is no shared memory for sound, or "" */
    char damage[240];     /* damage that was found, until a person restarts a service; or "" */
    int data_lock;        /* held until the end */
    struct disk disk;
    struct lingering lingering;
    struct watched_store store;
    struct keeper_watch keeper;
    bool has_no_home;  /* it was removed or replaced: everything ends */
    bool leaves_all;   /* its successor takes over the services */
    int bell;          /* -1: none; the board is read regularly anyway */
    usec_t looked;     /* time of the last look */
    uint64_t restarts; /* of the supervisor itself, counted by its keeper */
    char last_death[DEATH_SIZE];
    usec_t died_at;
};

#endif
