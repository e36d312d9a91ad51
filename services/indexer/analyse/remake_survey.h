/* remake_survey.h: compares all rows of artefacts with their files, in a thread. */
#ifndef LOOPHOLE_INDEXER_REMAKE_SURVEY_H
#define LOOPHOLE_INDEXER_REMAKE_SURVEY_H

#include "common/process/errand.h"
#include "services/indexer/base/catalogue_reader.h"

struct remake_survey_order {
    struct catalogue_reader *catalogue;
    const struct paths *paths;
    usec_t read_from;       /* wall clock: files that changed later are read */
    const struct id *again; /* sorted, copied: contents whose files are always read */
    uint32_t again_count;
    /* Called on the loop's thread. The callback owns `contents` (common/alloc.h). cut: the survey found more than it
     * could list. `e`: ok, timeout or io (it was given up), or a read error. */
    void (*surveyed)(void *state, struct id *contents, uint32_t count, bool cut, enum err e);
    void *state;
};

void remake_survey_start(struct errands *errands, const struct remake_survey_order *order);

#endif
