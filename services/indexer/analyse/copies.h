/* copies.h: of contents that new files have, the older items whose files are gone. One look at all copies of a content
 * serves every file that was there when the look began, so that many copies cost no more each than a few. The loop's.
 *
 *   copies_find ─┬─ a look that began after the file was seen ──► the item it was, or none
 *                └─ else the work waits for a look ──► `again` is called with it                    */
#ifndef LOOPHOLE_INDEXER_COPIES_H
#define LOOPHOLE_INDEXER_COPIES_H

#include "services/indexer/scan/idset.h"
#include "services/indexer/scan/reunite.h"

enum { COPIES_KEPT = 64 }; /* contents */

struct copies_of {
    struct id content; /* zero: free */
    usec_t began;      /* the look; steady clock */
    usec_t used;
    bool looking;
    struct gone_list gone;
    struct work_queue waiting; /* for the look */
};

struct copies {
    struct errands *errands;
    struct catalogue_reader *catalogue;
    void (*again)(void *state, struct work *work); /* the look is done: ask copies_find again */
    void *state;
    struct copies_of each[COPIES_KEPT];
    struct work_queue waiting; /* for a place among them */
};

enum copies_answer {
    COPIES_NONE,  /* the work is a new item */
    COPIES_FOUND, /* `*older` is gone and may be it; it is taken for this work */
    COPIES_WAIT   /* the work was taken: `again` gives it back */
};

/* Items in `claimed` are left out. Of many copies that moved at once each is the one that had its name, if any. */
enum copies_answer copies_find(struct copies *copies, struct work *work, const struct idset *claimed,
                               const struct gone_item **older);

/* Takes out those of a library. */
struct work_queue copies_withdraw(struct copies *copies, struct id library);
void copies_free(struct copies *copies);

#endif
