/* store_watch.h: a process that is stopped at the wrong moment blocks all others from the store (culprit.h). `status`
 * names it, and if it is a program of loophole, it is killed after a while. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_STORE_WATCH_H
#define LOOPHOLE_SUPERVISOR_STORE_WATCH_H

#include "store/check/culprit.h"

/* Zeroed at first. */
struct watched_store {
    struct culprit last;
    usec_t looked;            /* steady clock */
    usec_t seen, stuck;       /* counted time since the last observation, and since it is stuck; 0: it is not */
    char alarm[CULPRIT_TEXT]; /* or "" */
};

/* Observes once a second. A process that was the holder for 2 s without running is named. After 10 s it is killed if it
 * is ours; otherwise the alarm stays. Only `passed`, time in which the supervisor itself ran, counts: after the machine
 * was suspended no process counts as stuck. */
void store_watch_look(struct watched_store *watched, const struct paths *paths, usec_t now, usec_t passed);

#endif
