/* looks.h: looks at mounts, each in a process of its own that can be given up. A look that does not answer in time is
 * killed; one that cannot die (it waits in the kernel) keeps its lane until it does. The loop's thread.
 *
 *   looks_begin ──► child: reads the mount, writes a report to the pipe ──► looks_take
 *                    │ hangs
 *                    └──► looks_turn: killed; the mount counts as hung, without further looks until the process dies */
#ifndef LOOPHOLE_AVAILABILITY_LOOKS_H
#define LOOPHOLE_AVAILABILITY_LOOKS_H

#include <sys/types.h>

#include "common/process/patience.h"
#include "services/availability/mounts/volume.h"

enum {
    LOOK_LANES = 128,
    LOOKS_AT_ONCE = 8, /* that have not been seen to wait for their file systems yet: more only wait for processors */
    LOOK_PATIENCE_US = 2500000
};

struct look_report {
    uint64_t mount; /* the number that looks_begin got */
    pid_t pid;      /* of the look: an earlier one at the same mount may not have ended yet */
    int32_t error;  /* the result of volume_look */
    int32_t mark_error;
    struct volume_found found;
};

struct look_lane {
    pid_t pid; /* 0: free */
    uint64_t mount;
    struct patience waited;
    usec_t killed;  /* steady; 0: it was not */
    bool is_killed; /* or reported: it only has to end */
    bool is_late;   /* killed because it did not answer */
    bool has_ended; /* with this status; a report may still be in the pipe */
    int status;
};

/* What becomes of a look without a report: it was killed because it is late, or it ended by itself, for example killed
 * for lack of memory, which says nothing about the mount. */
struct look_events {
    void (*late)(void *state, uint64_t mount);
    void (*lost)(void *state, uint64_t mount);
    void *state;
};

struct looks {
    int from, to; /* a pipe for all reports; each is one atomic write */
    struct look_lane lanes[LOOK_LANES];
};

enum err looks_open(struct looks *looks, struct fault *fault); /* errors: io */
void looks_close(struct looks *looks);                         /* kills the processes, and waits for none */

/* Looks at a mount. `mark` (or NULL) is written as its marker first. False: there is no room
 * now: no lane is free, others have just begun, or no process can be made. */
bool looks_begin(struct looks *looks, uint64_t number, const struct mount_line *mount, const char *mark, bool replace);

/* Takes one report; false: there is none. */
bool looks_take(struct looks *looks, struct look_report *to);

/* Kills looks that are late, and frees the lanes of those that ended. Call it after looks_take returned false. */
void looks_turn(struct looks *looks, const struct look_events *events);

void looks_drop(struct looks *looks, uint64_t mount);          /* its mount is gone */
bool looks_is_late(const struct looks *looks, uint64_t mount); /* a late look at it has not died yet */
bool looks_are_under_way(const struct looks *looks);           /* a process of a look has not ended yet */
uint32_t looks_stuck(const struct looks *looks);               /* killed processes that do not die */

#endif
