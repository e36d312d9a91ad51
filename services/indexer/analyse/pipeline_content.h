/* pipeline_content.h: decides by the hash of a content. */
#ifndef LOOPHOLE_INDEXER_PIPELINE_CONTENT_H
#define LOOPHOLE_INDEXER_PIPELINE_CONTENT_H

#include "services/indexer/analyse/pipeline_state.h"

/* The hash is known. Decides whether the file is an item that moved, has a known content, or must be analysed. */
void pipeline_content(struct pipeline *pipeline, struct analysis *analysis);

void pipeline_content_again(void *pipeline, struct analysis *analysis); /* called by copies.h */

/* Gives the file to a worker, or lets it wait for a file of the same content that is being analysed. */
void pipeline_analyse(struct pipeline *pipeline, struct analysis *analysis);

#endif
