/* copying.h: copies sounds into one folder, each content once. A thread does it, because file systems may hang. A copy
 * is complete or absent: it is written under a temporary name, synced, read again and compared, and renamed. A file
 * that exists with the same bytes is not written again, so interrupted work continues. */
#ifndef LOOPHOLE_PROJECT_COPYING_H
#define LOOPHOLE_PROJECT_COPYING_H

#include "services/project/base/project.h"

struct copy_item {
    char *from;       /* the path of the sound */
    char name[256];   /* in the folder: before, as wanted; afterwards, as it is */
    char other[256];  /* if another sound has that name */
    uint64_t size;    /* of the copy */
    bool was_present; /* it was there already */
};

struct copying {
    struct errand errand;
    usec_t started; /* as in file_io.h */
    char folder[PATH_MAX];
    bool only_checks; /* writes nothing: finds what is there */
    uint32_t count;
    struct copy_item *items;
    struct fault fault;                                 /* code ERR_OK: all are there, or checked */
    void (*done)(void *owner, struct copying *copying); /* NULL: the thread hangs */
    void *owner;
};

/* A new one with room for `count` items, which copying_start starts. errand.c frees it after `done`. */
struct copying *copying_new(struct project *p, uint32_t count);
void copying_start(struct project *p, struct copying *copying);

#endif
