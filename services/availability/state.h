/* state.h: the state of availability, which its files share. The loop's thread. */
#ifndef LOOPHOLE_AVAILABILITY_STATE_H
#define LOOPHOLE_AVAILABILITY_STATE_H

#include "proto/service/service.h"
#include "schema_availability.h"
#include "services/availability/fetch/fetches.h"
#include "services/availability/known.h"
#include "services/availability/mounts/mounts.h"

enum { QUESTIONS_MOST = 256 };

/* An ask that waits for a look at a mount. */
struct question {
    struct question *next;
    struct ticket ticket;
    struct arena arena;
    char path[PATH_MAX];
    struct id volume; /* check: of this volume; zero: of the path */
    usec_t since;     /* an earlier look does not answer it */
    bool adds;        /* find: an unknown volume is added … */
    bool owns;        /* … also that of a mount without an identity */
    struct id moved;  /* find: a volume that is known by its place, which is the path now; zero: none */
    bool marks;       /* its mount is to be marked first … */
    bool is_marked;   /* … and the look that does so has begun */
    bool replaces;
    char mount[PATH_MAX]; /* check: the mount that the path lay on earlier; "": unknown … */
    uint64_t device;      /* … and its device */
    bool is_covered;      /* check: another file system is mounted over the path */
    struct text label;    /* mark: what its volume is called from now on; "": as before */
    bool labels;          /* the answer is that of persist to the row with the label */
    char word[VOLUME_IDENTITY_SIZE];
};

/* The look for files that libraries want (wanted.h). */
struct wanted_files {
    struct id library; /* the last one that was looked at */
    char cursor[256];  /* of the next page of its files */
    uint64_t head;     /* of the catalogue at the last look */
    usec_t looked;
    bool is_asking, is_found;
};

struct availability {
    struct service *service;
    struct mounts mounts;
    struct libmnt_monitor *monitor; /* NULL: the table is read every second */
    int removals;                   /* events about devices; -1: none */
    struct known_volumes known;
    struct question *questions;
    uint32_t question_count;
    uint32_t sending;     /* volumes on their way to persist */
    struct fault refusal; /* why persist refused the last new volume … */
    usec_t refused_at;    /* … steady: when */
    bool is_read;         /* the mount table was read */
    bool is_dirty;        /* it may have changed since */
    uint64_t settled;     /* mounts.changes when all volumes were compared last */
    uint64_t announced;   /* mounts.changes when events of new mounts were sent last */
    usec_t read_at;
    struct fetches fetches;
    char fetches_path[PATH_MAX];
    usec_t fetches_kept;   /* steady: when the file was written last */
    uint64_t fetched_head; /* of the catalogue when the fetches that settle were compared with it */
    uint64_t ended_head;   /* the same for those that failed or were cancelled */
    usec_t ended_looked;   /* steady */
    struct wanted_files wanted;
    struct fault fault; /* why the mounts or the volumes cannot be compared */
};

#endif
