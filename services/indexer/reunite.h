/* reunite.h: a new item may have the content of an older one whose file is gone: then they are one item that moved. An
 * errand looks whether it is so; persist makes them one when the older is moved to the new one's place. */
#ifndef LOOPHOLE_INDEXER_REUNITE_H
#define LOOPHOLE_INDEXER_REUNITE_H

#include "common/errand.h"
#include "services/indexer/known.h"
#include "services/indexer/work.h"

struct reunite_listener {
    /* Once, in the loop: the item whose file is gone; zero: there is none. */
    void (*looked)(void *state, struct work *work, struct id older);
    void *state;
};

/* Looks among items of the same content, `alike`. False: none of them can be it, and `looked` will not be called. */
bool reunite_start(struct errands *errands, struct known *known, struct work *work,
                   const struct media_list *alike, const struct reunite_listener *listener);

#endif
