/* work.h: one file that a worker is to hear. The owner of its list owns it; one thread at a time. */
#ifndef LOOPHOLE_INDEXER_WORK_H
#define LOOPHOLE_INDEXER_WORK_H

#include "common/clock.h"
#include "proto/service/service.h"
#include "schema_persist.h"
#include "schema_worker.h"

struct work {
    struct work *next;
    struct id id;         /* of the item; zero: for an ask, nothing is written to the catalogue */
    struct id library;    /* its folder; zero for an ask */
    struct id older;      /* the item that this one turned out to be; zero: none */
    struct ticket ticket; /* of the ask */
    uint64_t size;        /* as the scan saw the file; with mtime it names this state of it */
    usec_t mtime;
    usec_t seen;            /* when a scan listed it; steady clock */
    uint64_t renews;        /* the item's revision, when an older analyser has heard it; 0: it is new */
    bool created;           /* the item is as new as the scan: it may turn out to be an older one that moved */
    bool remakes;           /* its content's artefacts are made again, and nothing else of it changes */
    bool waits;             /* the scan saw no analysis of it: another worker may have made one since */
    bool retry;             /* a person wants another try of a file that failed */
    enum worker_mode mode;  /* what to do next */
    uint8_t deaths;         /* of workers, over this file */
    struct id content;      /* the hash; zero: not known */
    struct fact_list facts; /* the file's own, that came with its content */
    struct arena arena;     /* of the facts */
    int fd;                 /* open for reading; -1: not yet */
    char path[];            /* absolute, any bytes */
};

/* Copies the path. NULL when memory is out. */
struct work *work_new(struct bytes path);
void work_free(struct work *work); /* closes the file; NULL is allowed */

bool work_is_unchanged(const struct work *work); /* the open file is what the scan saw */

/* First in, first out. Zeroed is empty. */
struct work_queue {
    struct work *first, *last;
    uint64_t count;
};
void work_push(struct work_queue *queue, struct work *work);
void work_push_front(struct work_queue *queue, struct work *work);
struct work *work_pop(struct work_queue *queue);                           /* NULL when empty */
void work_queue_append(struct work_queue *queue, struct work_queue *more); /* `more` is empty afterwards */
void work_queue_clear(struct work_queue *queue);

/* Takes out those that `wanted` names; they become the caller's. */
struct work_queue work_queue_take(struct work_queue *queue, bool (*wanted)(const void *what, const struct work *work),
                                  const void *what);

#endif
