/* reunite.h: finds older items that moved. A new item may have the content of an older one whose file is gone. Then
 * both are one item that moved: persist merges them when the older one is moved to the new one's place. Errands check
 * the older items' files. One check covers all copies of a content, and a second one verifies the chosen item.
 *
 * An older item on a volume that is away moves to a new file at its last path: a disk was formatted again, or replaced,
 * and the same files are at the same places. If the disk returns, they move back in the same way.
 *
 * On a file system that ignores case, the path of a file whose name changed only its case still leads to it: such an
 * item is found by the inode, and its name is gone if its folder does not list it. */
#ifndef LOOPHOLE_INDEXER_REUNITE_H
#define LOOPHOLE_INDEXER_REUNITE_H

#include "common/process/errand.h"
#include "services/indexer/base/analysis.h"
#include "services/indexer/base/catalogue_reader.h"
#include "services/indexer/scan/gone.h"

/* Checks all items of a content. `looked` is called once, on the loop's thread, and owns the sorted list; it is empty
 * if a file system does not answer. Always ok. */
enum err reunite_look(struct errands *errands, struct catalogue_reader *catalogue, struct id content,
                      void (*looked)(void *state, struct id content, struct gone_list *list), void *state);

/* Checks the chosen item again. `verified` is called once, on the loop's thread. Always ok. */
enum err reunite_verify(struct errands *errands, struct catalogue_reader *catalogue, struct id older,
                        struct analysis *analysis,
                        void (*verified)(void *state, struct analysis *analysis, struct id older, bool is_gone),
                        void *state);

#endif
