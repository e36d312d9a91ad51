/* sound_wait.h: asks that wait until the audio core has the sound of the open project. So later changes of the sound
 * belong to the project that the answer shows. No work waits longer than 2 s; then its answer says so, and later ones
 * do not wait until the core was set again. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SOUND_WAIT_H
#define LOOPHOLE_PROJECT_SOUND_WAIT_H

#include "services/project/base/project.h"
#include "services/project/parts/parts.h"

enum { SOUND_WAITERS = 256 };

struct sound_waits {
    struct sound_waiter {
        uint64_t look; /* the first look at the core that counts: it began after the change */
        usec_t until;  /* steady clock */
        void (*done)(void *state, bool is_set);
        void *state;
    } each[SOUND_WAITERS];
    uint32_t count;
    struct service *service;
    bool is_silent; /* the last wait ended without the core */
    struct sound_noted {
        struct id project;
        uint64_t revision; /* of its part of kind sound */
        bool is_locked;    /* its tempo */
    } noted;               /* what the core has, as it was noted last */
};

/* True if the core has the sound of the open project as it is in the store. Without an open project: `has_let_go`. */
bool sound_is_noted(const struct sound_waits *waits, struct txn *txn, bool has_let_go);
bool sound_has_project(struct project *p); /* one is open */
bool sound_locks_tempo(struct arena *arena, const struct element *project);

/* False: the core is silent, or there is no room; `done` is not called. Otherwise it is called once, when the core has
 * what it is to have, at the waiter's time, or by sound_waits_close. */
bool sound_waits_add(struct sound_waits *waits, struct service *service, struct sound_waiter one);

void sound_waits_end(struct sound_waits *waits, uint64_t look); /* the core has what look number `look` found */
void sound_waits_close(struct sound_waits *waits);

#endif
