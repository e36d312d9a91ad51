/* lanes.h: how many files of one file system are opened at a time. Each open file that does not answer holds a thread
 * or a worker, so a disk that hangs holds no more of them than its lane has places, and the files of other disks are
 * opened meanwhile. The lane of a file follows from its mount point; no call touches the disk. The loop's thread.
 *
 *   lanes_enter ─► enter (at once, or when a place is free) ─► lanes_leave
 *        └──── late: no place was free for LANES_PATIENCE_US */
#ifndef LOOPHOLE_STREAMER_LANES_H
#define LOOPHOLE_STREAMER_LANES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/clock.h"

enum { LANES_PLACES = 6, LANES_PATIENCE_US = 4000000 };

/* Short work, and work that may take long without an error; they do not wait for each other. */
enum lane_kind { LANE_OPENING, LANE_LOADING };

/* Part of the caller's struct, zeroed at first. */
struct lane_place {
    struct lane_place *next;
    uint64_t lane;
    bool is_in, waits;
    usec_t since; /* the lane has not moved since then */
    void (*enter)(void *state);
    void (*late)(void *state); /* it waits no more */
    void *state;
};

/* All places that are taken or wait, the oldest first. A zeroed struct has none. */
struct lanes {
    struct lane_place *first;
};

/* The caller has set `enter`, `late` and `state`. `enter` is called now or by lanes_leave, `late` by lanes_tick. */
void lanes_enter(struct lanes *lanes, struct lane_place *place, const char *path, enum lane_kind kind);
void lanes_leave(struct lanes *lanes, struct lane_place *place); /* also of one that waits, or that has left */
void lanes_tick(struct lanes *lanes);

#endif
