/* state.h: the state of the indexer and of its artefacts to be made again (remake.h). The loop's. */
#ifndef LOOPHOLE_INDEXER_STATE_H
#define LOOPHOLE_INDEXER_STATE_H

#include "common/process/errand.h"
#include "proto/service/service.h"
#include "schema_indexer.h"
#include "services/indexer/analyse/pipeline.h"
#include "services/indexer/scan/idset.h"
#include "services/indexer/scan/library_state.h"
#include "services/indexer/scan/watch.h"

enum { REMAKE_FIRST = 64 };

/* What remake.h keeps. */
struct remake {
    struct errands *errands; /* a survey and a find at once */
    bool wanted;             /* a survey */
    bool thorough;           /* … that reads every file */
    bool surveying, finding;
    bool cut;            /* the survey found more than it could keep */
    struct id *contents; /* that it found, in order; those from `next` on are still to be done */
    uint32_t count, next;
    struct id first[REMAKE_FIRST]; /* contents that are asked for */
    uint32_t first_count;
    struct idset going;    /* contents being heard */
    struct idset hopeless; /* contents of files that cannot be heard any more, for now */
    struct id task;        /* a round: from a first content to the last */
    usec_t since;
    uint64_t total, done, failed, away;
    usec_t survey_again;  /* steady: the next one without being wanted */
    usec_t survey_began;  /* wall clock */
    usec_t surveyed;      /* steady, the last one */
    usec_t read_from;     /* wall clock: files that changed before are known to be whole, but for those of `contents` */
    uint64_t folder_mark; /* of the folder of artefacts, when it was looked at */
};

struct indexer {
    struct service *service;
    struct mailbox *mailbox;
    struct errands *scans;     /* one at a time */
    struct errands *adoptions; /* one at a time */
    struct errands *files;     /* opening and looking */
    struct catalogue_reader *catalogue;
    struct watch *watch; /* NULL: there is no inotify */
    struct pipeline *pipeline;
    struct library_state *libraries;
    struct remake remake;
    bool loaded;         /* the libraries are as the catalogue has them */
    uint32_t adopting;   /* libraries being added */
    uint32_t moving;     /* folders whose move persist has not answered */
    usec_t started;      /* steady */
    usec_t rescan_every; /* of what can't be watched */
    bool events_lost;    /* inotify lost events; until all was looked at again */
    /* a round: from idle to idle */
    bool busy;
    struct id task;
    usec_t since;
    struct progress published;
    char program[PATH_MAX]; /* of the workers */
};

#endif
