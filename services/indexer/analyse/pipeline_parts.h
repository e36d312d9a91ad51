/* pipeline_parts.h: what the files that make up the pipeline share: pipeline.c (files in, results out),
 * pipeline_content.c (what a content's hash decides) and pipeline_report.c (to persist, and the end of each file). */
#ifndef LOOPHOLE_INDEXER_PIPELINE_PARTS_H
#define LOOPHOLE_INDEXER_PIPELINE_PARTS_H

#include "services/indexer/analyse/copies.h"
#include "services/indexer/analyse/pipeline.h"
#include "services/indexer/scan/idset.h"

struct pipeline {
    struct service *service;
    struct errands *errands;
    struct catalogue_reader *catalogue;
    struct pool *pool;
    struct result_queue *queue;
    struct pipeline_events events;
    struct pipeline_counts counts;
    struct idset items;    /* under way */
    struct idset contents; /* under way, from their analysis until it is durable */
    struct idset claimed;  /* older items that a file under way turned out to be: no other file is one of them */
    struct copies copies;  /* older items that new files may be */
    struct work_queue same_content; /* wait for a content that is under way */
    struct idset awaited;           /* contents that same_content wait for */
    struct arena arena;             /* of one decision */
    bool hung;                      /* a file system did not answer */
};

/* The content is known by its hash: is it an item that moved here, or known, or is it to be listened to? */
void pipeline_content(struct pipeline *pipeline, struct work *work);

void pipeline_content_again(void *pipeline, struct work *work); /* what copies.h calls */

/* Has it analysed, or waits for a file of the same content that is being analysed. */
void pipeline_analyse(struct pipeline *pipeline, struct work *work);

/* Reports what was found to persist; the file is done when that is durable. */
void pipeline_report(struct pipeline *pipeline, struct work *work, const struct analysed *found);

/* It comes to nothing, and is counted as if it had never come. */
void pipeline_report_nothing(struct pipeline *pipeline, struct work *work);

/* A file whose content is known was heard again: persist gets its artefacts, and nothing else. */
void pipeline_report_artefacts(struct pipeline *pipeline, struct work *work, const struct analysed *found);

/* What result_queue.h calls. */
void pipeline_take_outcome(void *pipeline, void *work, const struct operation *operation,
                           const struct outcome *outcome);
void pipeline_take_room(void *pipeline);

#endif
