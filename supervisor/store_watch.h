/* store_watch.h: a process that is stopped at the wrong moment keeps all others from the store (culprit.h). It is
 * named in `status`, and ended after a while when it is a program of loophole. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_STORE_WATCH_H
#define LOOPHOLE_SUPERVISOR_STORE_WATCH_H

#include "store/check/culprit.h"

/* Zeroed at first. */
struct watched_store {
    struct culprit last;
    usec_t looked;      /* steady clock */
    usec_t seen, stuck; /* time that the supervisor saw pass since the last look, and while it is stuck; 0: it is not */
    char alarm[CULPRIT_TEXT]; /* or "" */
};

/* Looks once a second. A process that was the holder for 2 s without running is named; after 10 s it is killed when it
 * is ours, or keeps the alarm. Only `passed`, time in which the supervisor itself ran, counts: after a machine was
 * suspended no process counts as stuck. */
void store_watch_look(struct watched_store *watched, const struct paths *paths, usec_t now, usec_t passed);

#endif
