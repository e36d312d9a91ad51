/* analysis.h: one file that a worker analyses. The owner of its list owns it; one thread at a time. */
#ifndef LOOPHOLE_INDEXER_ANALYSIS_H
#define LOOPHOLE_INDEXER_ANALYSIS_H

#include "common/clock.h"
#include "proto/service/service.h"
#include "schema_persist.h"
#include "schema_worker.h"

struct analysis {
    struct analysis *next;
    struct id id;         /* of the item; zero: for an ask, so nothing is written to the catalogue */
    struct id library;    /* its library; zero for an ask */
    struct id older;      /* the older item that this one is; zero: none */
    struct ticket ticket; /* for the ask */
    uint64_t size;        /* at the scan; with mtime it identifies this state of the file */
    usec_t mtime;
    usec_t changed;         /* ctime at the scan; 0: unknown */
    uint64_t inode;         /* at the scan; 0: unknown */
    usec_t seen;            /* when a scan listed it; steady clock */
    uint64_t renews;        /* the item's revision, if an older analyser analysed it; 0: it is new */
    bool created;           /* the item is as new as the scan, so it may be an older one that moved */
    bool is_cloud;          /* it is not opened while its content is only online */
    bool remakes;           /* only the artefacts of its content are made again */
    uint64_t verifies;      /* the ask of verify.h that wants to know … */
    struct id expected;     /* … whether the hash is still this; 0: none */
    bool waits;             /* the scan saw no analysis of it, but a worker may have made one since */
    bool retry;             /* a person wants the failed file to be analysed again */
    enum worker_mode mode;  /* what to do next */
    uint8_t deaths;         /* workers that died over this file */
    struct id content;      /* the hash; zero: unknown */
    struct fact_list facts; /* the facts in the file itself, which came with the hash */
    struct bytes form;      /* of the file itself, as in media; empty: unknown */
    struct arena arena;     /* for the facts */
    int fd;                 /* open for reading; -1: not yet */
    int sound;              /* the WAV of a file that ffmpeg decodes; -1: none */
    char container[17];     /* of such a file */
    const char *refused;    /* why our own decoder refused it; NULL: it did not try. In the arena */
    char path[];            /* absolute, any bytes */
};

/* Copies the path. */
struct analysis *analysis_new(struct bytes path);
void analysis_free(struct analysis *analysis); /* closes the file; NULL is allowed */

/* First in, first out. A zeroed struct is empty. */
struct analysis_queue {
    struct analysis *first, *last;
    uint64_t count;
};
void analysis_push(struct analysis_queue *queue, struct analysis *analysis);
void analysis_push_front(struct analysis_queue *queue, struct analysis *analysis);
struct analysis *analysis_pop(struct analysis_queue *queue);                           /* NULL when empty */
void analysis_queue_append(struct analysis_queue *queue, struct analysis_queue *more); /* `more` is empty afterwards */
void analysis_queue_clear(struct analysis_queue *queue);

/* Removes and returns the analyses for which `wanted` is true; the caller owns them. */
struct analysis_queue analysis_queue_take(struct analysis_queue *queue,
                                          bool (*wanted)(const void *what, const struct analysis *analysis),
                                          const void *what);

#endif
