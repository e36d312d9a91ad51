/* copying.h: copies sounds into a project's Media, each content once. A thread does it, because file systems may hang.
 * A copy is complete or absent: it is written under a temporary name, synced, read again and compared, and renamed. A
 * file that exists with the same bytes is not written again, so interrupted work continues. */
#ifndef LOOPHOLE_PROJECT_COPYING_H
#define LOOPHOLE_PROJECT_COPYING_H

#include "common/beneath/door.h"
#include "common/hash.h"
#include "services/project/base/project.h"

struct copy_item {
    struct door *from; /* of the sound; copying owns it */
    char name[256];    /* in Media, as Audio/kick.wav: before, as wanted; afterwards, as it is */
    char other[256];   /* if another sound has that name */
    uint64_t size;     /* of the copy */
    usec_t time;       /* of the last change of the copy; 0 if it was not written */
    struct hash hash;  /* of its bytes */
    bool was_present;  /* it was there already */
    bool is_twin;      /* an item before it has the same bytes, and its copy is the copy of both */
};

/* A copy of an earlier run, which is compared with its digest. */
struct copy_check {
    char name[256]; /* in Media */
    char digest[33];
    bool is_damaged; /* it is there with other bytes */
};

struct copying {
    struct errand errand;
    usec_t started;        /* as in file_io.h */
    char folder[PATH_MAX]; /* of the project */
    const char *data;      /* the engine's, for beneath.h */
    bool only_checks;      /* writes nothing: finds what is there */
    uint32_t count, check_count;
    struct copy_item *items;
    struct copy_check *checks;
    _Atomic bool is_open;      /* the project's folder has answered */
    _Atomic uint32_t checked;  /* checks, from the first one on, that are done; they come before the items */
    _Atomic uint32_t finished; /* items, from the first one on, that have their copies */
    struct fault fault;        /* code ERR_OK: all are there, or checked */
    /* `hangs`: the thread still runs, and only these counts, the items before `finished` and the names of checks can be
     * read */
    void (*done)(void *owner, struct copying *copying, bool hangs);
    void *owner;
};

/* A new one with room for `count` items and `checks` checks, which copying_start starts. errand.c frees it after
 * `done`. */
struct copying *copying_new(struct project *p, uint32_t count, uint32_t checks);
/* `deadline`: of the call that waits for it. */
void copying_start(struct project *p, struct copying *copying, usec_t deadline);

#endif
