/* scan_moves.h: items that follow their files. */
#ifndef LOOPHOLE_INDEXER_SCAN_MOVES_H
#define LOOPHOLE_INDEXER_SCAN_MOVES_H

#include "services/indexer/scan/scan_state.h"

/* Reports the moves of all items whose file is a newcomer (`fresh`, one for each). An item leaves its place before
 * another item gets it. An item whose file was replaced by that of another one is put aside, and counts as gone. */
enum err scan_moves_send(struct scan *scan, const struct fresh *fresh, struct fault *fault);

/* Has a tagged item whose file is gone follow to a copy: a younger item of the same content and file name that no
 * person has touched. persist makes both one item, under the older id. Sets gone->moved if there is such a copy. */
enum err scan_moves_to_copy(struct scan *scan, struct gone *gone, struct fault *fault);

#endif
