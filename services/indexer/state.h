/* state.h: the state of the indexer, and that of remake.h. The loop's thread. */
#ifndef LOOPHOLE_INDEXER_STATE_H
#define LOOPHOLE_INDEXER_STATE_H

#include "common/id_table.h"
#include "common/process/errand.h"
#include "schema_indexer.h"
#include "services/indexer/analyse/pipeline.h"
#include "services/indexer/scan/library_state.h"
#include "services/indexer/scan/watch.h"

enum { REMAKE_FIRST = 64, VERIFY_ASKS = 4 /* at a time */, INDEXER_SCANS = 16 /* at a time, each of another volume */ };

/* The state of remake.h. */
struct remake {
    struct errands *errands; /* one survey and one find at a time */
    bool wanted;             /* a survey is due */
    bool thorough;           /* it must read every file */
    bool surveying, finding;
    bool cut;            /* the survey found more than it could list */
    struct id *contents; /* the contents that it found, sorted; those from `next` on are still to be done */
    uint32_t count, next;
    struct id first[REMAKE_FIRST]; /* contents that a person asked for */
    uint32_t first_count;
    struct id_table going;    /* contents in progress */
    struct id_table hopeless; /* contents that no readable file provides; emptied before each repeated survey */
    struct id task;           /* for a round: from the first content to the last */
    usec_t since;
    uint64_t total, done, failed, away;
    usec_t survey_again;  /* steady clock: the next survey without a reason */
    usec_t survey_began;  /* wall clock */
    usec_t surveyed;      /* steady, the last one */
    usec_t read_from;     /* wall clock: files that changed earlier are complete, except those of `contents` */
    uint64_t folder_mark; /* state of the folder of artefacts at the last check */
};

/* One ask of verify.h. */
struct verification {
    struct ticket ticket;
    uint64_t number; /* 0: free */
    struct item_file *each;
    struct arena arena;
    struct bytes_list contents; /* of the ask, in the arena: none, or one for each item */
    uint32_t count, next, going, done;
    struct id task;
    usec_t since;
};

struct indexer {
    struct service *service;
    struct mailbox *mailbox;
    struct errands *scans; /* one for each volume */
    struct errands *files; /* opens and checks files */
    struct adoptions *adoptions;
    struct catalogue_reader *catalogue;
    struct watch *watch; /* NULL: inotify is not available */
    struct pipeline *pipeline;
    struct library_state *libraries;
    struct remake remake;
    struct verification verifying[VERIFY_ASKS];
    uint64_t verifications; /* asks so far */
    bool loaded;            /* the libraries are loaded from the catalogue */
    uint32_t adopting;      /* libraries being added */
    uint32_t moving;        /* folder moves without an answer from persist */
    usec_t started;         /* steady */
    usec_t rescan_every;    /* for folders that cannot be watched, and after an error of reading */
    bool events_lost;       /* inotify lost events; until everything was scanned again */
    /* a round: from idle to idle */
    bool busy;
    struct id task;
    usec_t since;
    struct progress published;
    char cloud_globs[4096]; /* the setting availability.cloud */
    char program[PATH_MAX]; /* path of loophole-worker */
};

bool state_is_idle(const struct indexer *indexer); /* no scan runs, and none is wanted */

#endif
