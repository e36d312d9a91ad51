/* reunite.h: a new item may have the content of an older one whose file is gone: then they are one item that moved, and
 * persist makes them one when the older is moved to the new one's place. Errands look at the older items' files: at all
 * copies of a content at once, so that many new copies need one look, and again at the one that was chosen. */
#ifndef LOOPHOLE_INDEXER_REUNITE_H
#define LOOPHOLE_INDEXER_REUNITE_H

#include "common/process/errand.h"
#include "services/indexer/scan/catalogue_reader.h"
#include "services/indexer/scan/gone.h"
#include "services/indexer/scan/work.h"

/* Looks at all items of a content. `looked` gets the list to keep, sorted, once, in the loop; it is empty when a file
 * system does not answer. Errors: full. */
enum err reunite_look(struct errands *errands, struct catalogue_reader *catalogue, struct id content,
                      void (*looked)(void *state, struct id content, struct gone_list *list), void *state);

/* Looks again. `verified` is called once, in the loop. Errors: full. */
enum err reunite_verify(struct errands *errands, struct catalogue_reader *catalogue, struct id older, struct work *work,
                        void (*verified)(void *state, struct work *work, struct id older, bool is_gone), void *state);

#endif
