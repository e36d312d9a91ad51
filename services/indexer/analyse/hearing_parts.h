/* hearing_parts.h: what the files that make up the hearing share: hearing.c (files in, results out),
 * hearing_content.c (what a content's hash decides) and hearing_tell.c (to persist, and the end of each file). */
#ifndef LOOPHOLE_INDEXER_HEARING_PARTS_H
#define LOOPHOLE_INDEXER_HEARING_PARTS_H

#include "services/indexer/analyse/copies.h"
#include "services/indexer/analyse/hearing.h"
#include "services/indexer/scan/idset.h"

struct hearing {
    struct service *service;
    struct errands *errands;
    struct known *known;
    struct pool *pool;
    struct tell *tell;
    struct hearing_events events;
    struct hearing_counts counts;
    struct idset items;      /* under way */
    struct idset contents;   /* under way, from their analysis until it is durable */
    struct idset claimed;    /* older items that a file under way turned out to be: no other file is one of them */
    struct copies copies;    /* older items that new files may be */
    struct work_queue twins; /* wait for a content that is under way */
    struct idset awaited;    /* contents that twins wait for */
    struct arena arena;      /* of one decision */
    bool hung;               /* a file system did not answer */
};

/* The content is known by its hash: is it an item that moved here, or known, or is it to be listened to? */
void hearing_content(struct hearing *hearing, struct work *work);

void hearing_content_again(void *hearing, struct work *work); /* what copies.h calls */

/* Has it analysed, or waits for a file of the same content that is being analysed. */
void hearing_listen(struct hearing *hearing, struct work *work);

/* Reports what was found to persist; the file is done when that is durable. */
void hearing_tell(struct hearing *hearing, struct work *work, const struct analysed *found);

/* It comes to nothing, and is counted as if it had never come. */
void hearing_tell_nothing(struct hearing *hearing, struct work *work);

/* A file whose content is known was heard again: persist gets its artefacts, and nothing else. */
void hearing_tell_artefacts(struct hearing *hearing, struct work *work, const struct analysed *found);

/* What tell.h calls. */
void hearing_tell_told(void *hearing, void *work, const struct operation *operation, const struct outcome *outcome);
void hearing_tell_room(void *hearing);

#endif
