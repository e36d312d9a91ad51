/* copies.h: finds, for the contents of new files, older items whose files are gone. One check of all copies of a
 * content serves every file that a scan listed before the check began. So the cost of each copy does not grow with
 * their number. The loop's thread.
 *
 *   copies_find ─┬─ the check began after the file was seen ──► the older item, or none
 *                └─ else the analysis waits for a check ──► `again` is called with it */
#ifndef LOOPHOLE_INDEXER_COPIES_H
#define LOOPHOLE_INDEXER_COPIES_H

#include "common/id_table.h"
#include "services/indexer/scan/reunite.h"

enum { COPIES_KEPT = 64 }; /* contents */

struct copies_of {
    struct id content; /* zero: this entry is free */
    usec_t began;      /* when the check began; steady clock */
    usec_t used;
    bool looking;
    struct gone_list gone;
    struct analysis_queue waiting; /* waits for the check */
};

struct copies {
    struct errands *errands;
    struct catalogue_reader *catalogue;
    void (*again)(void *state, struct analysis *analysis); /* the check is done: call copies_find again */
    void *state;
    struct copies_of each[COPIES_KEPT];
    struct analysis_queue waiting; /* waits for a free entry */
};

enum copies_answer {
    COPIES_NONE,  /* the analysis is a new item */
    COPIES_FOUND, /* `*older` is gone and may be this file; no other analysis gets it */
    COPIES_WAIT   /* copies.h keeps the analysis: `again` returns it */
};

/* Finds an older item for `analysis`, whose content the catalogue has. Leaves out items in `claimed`. If many copies
 * moved at once, each gets the item that had its file name, if there is one. */
enum copies_answer copies_find(struct copies *copies, struct analysis *analysis, const struct id_table *claimed,
                               const struct gone_item **older);

/* Removes and returns the waiting analyses of a library. */
struct analysis_queue copies_withdraw(struct copies *copies, struct id library);
void copies_free(struct copies *copies);

#endif
