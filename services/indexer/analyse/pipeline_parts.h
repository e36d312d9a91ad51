/* pipeline_parts.h: the state that the pipeline's files share: pipeline.c (files in, results out), pipeline_end.c (the
 * end of each file), pipeline_content.c (decides by a content's hash) and pipeline_report.c (to persist). Each calls
 * only those after it. */
#ifndef LOOPHOLE_INDEXER_PIPELINE_PARTS_H
#define LOOPHOLE_INDEXER_PIPELINE_PARTS_H

#include "common/id_table.h"
#include "services/indexer/analyse/copies.h"
#include "services/indexer/analyse/pipeline.h"

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

/* ---- pipeline_content.c ---- */

/* The hash is known. Decides whether the file is an item that moved, has a known content, or must be analysed. */
void pipeline_content(struct pipeline *pipeline, struct analysis *analysis);

void pipeline_content_again(void *pipeline, struct analysis *analysis); /* called by copies.h */

/* Gives the file to a worker, or lets it wait for a file of the same content that is being analysed. */
void pipeline_analyse(struct pipeline *pipeline, struct analysis *analysis);

/* ---- pipeline_report.c ---- */

/* Reports the result to persist; the analysis ends when it is durable. */
void pipeline_report(struct pipeline *pipeline, struct analysis *analysis, const struct analysed *found);

/* The file of a known content was analysed again: persist gets only its artefacts. */
void pipeline_report_artefacts(struct pipeline *pipeline, struct analysis *analysis, const struct analysed *found);

/* The analysed file is that of analysis->older, which moved here. False: it cannot be read, and nothing is reported. */
bool pipeline_report_move(struct pipeline *pipeline, struct analysis *analysis);

/* Ends an analysis of pipeline_remake. */
void pipeline_end_remake(struct pipeline *pipeline, struct analysis *analysis, enum remade_how how);

/* called by result_queue.h */
void pipeline_take_room(void *pipeline);

/* ---- pipeline_end.c ---- */

/* Ends the analysis without a result; it counts as never added. */
void pipeline_end_empty(struct pipeline *pipeline, struct analysis *analysis);

/* Ends an analysis of pipeline_verify. */
void pipeline_end_verify(struct pipeline *pipeline, struct analysis *analysis, enum file_verdict verdict);

/* called by result_queue.h */
void pipeline_take_outcome(void *pipeline, void *analysis, const struct operation *operation,
                           const struct outcome *outcome);

#endif
