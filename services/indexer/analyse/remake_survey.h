/* remake_survey.h: the look at all rows and files of artefacts, in a thread. */
#ifndef LOOPHOLE_INDEXER_REMAKE_SURVEY_H
#define LOOPHOLE_INDEXER_REMAKE_SURVEY_H

#include "common/process/errand.h"
#include "services/indexer/scan/catalogue_reader.h"

struct remake_survey_order {
    struct catalogue_reader *catalogue;
    const struct paths *paths;
    usec_t read_from;       /* wall clock: the bytes of files that changed later are read */
    const struct id *again; /* in order, copied: contents whose files are read whenever they changed */
    uint32_t again_count;
    /* In the loop. `contents`, from common/alloc.h, are the caller's; cut: there are more than were kept. */
    void (*surveyed)(void *state, struct id *contents, uint32_t count, bool cut, enum err e);
    void *state;
};

void remake_survey_start(struct errands *errands, const struct remake_survey_order *order);

#endif
