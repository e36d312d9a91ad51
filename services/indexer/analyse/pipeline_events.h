/* pipeline_events.h: what the pipeline reports to its owner, and what it counts. */
#ifndef LOOPHOLE_INDEXER_PIPELINE_EVENTS_H
#define LOOPHOLE_INDEXER_PIPELINE_EVENTS_H

#include "schema_indexer.h"
#include "services/indexer/base/analysis.h"

struct pipeline_counts {
    uint64_t fresh; /* items that were added */
    uint64_t done, failed;
    double seconds; /* of audio */
};

/* The result of making artefacts again: made; not now, perhaps later; never from this file. */
enum remade_how { REMADE, REMADE_NOT_NOW, REMADE_NEVER };

struct pipeline_events {
    void (*failed)(void *state, const char *path, struct text why);
    /* A file changed after the scan saw it: its folder must be scanned again. */
    void (*look_again)(void *state, struct id library, const char *path);
    /* Files of the library could not be opened or decoded now: it must be scanned again after a while. */
    void (*look_later)(void *state, struct id library);
    void (*remade)(void *state, struct id content, enum remade_how how); /* the end of pipeline_remake */
    void (*verified)(void *state, const struct analysis *analysis,
                     enum file_verdict verdict); /* the end of pipeline_verify */
    void *state;
};

#endif
