/* pipeline_state.h: the state that the pipeline's files share: pipeline.c (files in, results out), pipeline_end.c (the
 * end of each file), pipeline_content.c (decides by a content's hash) and pipeline_report.c (to persist). Each calls
 * only those after it. */
#ifndef LOOPHOLE_INDEXER_PIPELINE_STATE_H
#define LOOPHOLE_INDEXER_PIPELINE_STATE_H

#include "common/id_table.h"
#include "services/indexer/analyse/copies.h"
#include "services/indexer/analyse/pipeline_events.h"
#include "services/indexer/analyse/pool.h"
#include "services/indexer/analyse/result_queue.h"
#include "services/indexer/base/catalogue_reader.h"

struct pipeline {
    struct service *service;
    struct errands *errands;
    struct catalogue_reader *catalogue;
    struct pool *pool;
    struct result_queue *queue;
    struct pipeline_events events;
    struct pipeline_counts counts;
    struct id_table items;    /* items in progress */
    struct id_table contents; /* in progress, from their analysis until it is durable */
    struct id_table claimed;  /* older items that became those of files in progress: no other file may become them */
    struct copies copies;     /* older items that new files may be */
    struct analysis_queue same_content; /* wait for a content in progress */
    struct id_table awaited;            /* contents for which same_content waits */
    struct arena arena;                 /* for one decision */
    bool hung;                          /* a file system did not answer */
    bool unread;                        /* a file could not be read, opened or decoded since pipeline_restart */
};

#endif
