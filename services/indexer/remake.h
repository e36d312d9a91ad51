/* remake.h: files of artefacts that are gone or changed are made again, by hearing a file of their content. No fact,
 * item or revision changes. What needs it is found by a look at all rows and files: at the start, when the folder of
 * artefacts changed, when a library is there again, when it is asked for, and now and then. The loop's.
 *
 *   wish ─► survey (a thread) ─► contents ─► find (a thread) ─┬─ a file is in reach ──► hearing ──► persist
 *                        an item that is asked for ──► first ─┴─ none is: it waits, for a later look      */
#ifndef LOOPHOLE_INDEXER_REMAKE_H
#define LOOPHOLE_INDEXER_REMAKE_H

#include "common/process/errand.h"
#include "services/indexer/analyse/hearing.h"
#include "services/indexer/scan/idset.h"

struct indexer;
struct task;

enum { REMAKE_FIRST = 64 };

struct remake {
    struct errands *errands; /* a survey and a find at once */
    bool wished;             /* a survey */
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
    usec_t survey_again;  /* steady: the next one without a wish */
    usec_t survey_began;  /* wall clock */
    usec_t surveyed;      /* steady, the last one */
    usec_t read_from;     /* wall clock: files that changed before are known to be whole, but for those of `contents` */
    uint64_t folder_mark; /* of the folder of artefacts, when it was looked at */
};

void remake_open(struct indexer *indexer);
void remake_close(struct indexer *indexer);

void remake_wish(struct indexer *indexer);

/* That item's artefacts, before all others. Errors: not_found, offline (no file of its content is in reach), busy. */
enum err remake_ask(struct indexer *indexer, struct id media, struct fault *fault);

void remake_turn(struct indexer *indexer); /* ten times a second or so */
void remake_look(struct indexer *indexer); /* every second: is there a reason to look? */
void remake_made(void *indexer, struct id content, enum remade_how how);
unsigned remake_tell(const struct indexer *indexer, struct task *task); /* tasks that were filled in: 0 or 1 */

#endif
