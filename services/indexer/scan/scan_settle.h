/* scan_settle.h: gone and new files, when the walk knows them. */
#ifndef LOOPHOLE_INDEXER_SCAN_SETTLE_H
#define LOOPHOLE_INDEXER_SCAN_SETTLE_H

#include "services/indexer/scan/scan_state.h"

/* Reports new places when there are enough for one report. Call it between two folders, and only in the first scan of a
 * library: the catalogue has no items there that could have moved, so the report need not wait for the end of the
 * scan. */
enum err scan_settle_some(struct scan *scan, struct fault *fault);

/* Reports moves, new places, and missing items within the limits. */
enum err scan_settle(struct scan *scan, struct fault *fault);

#endif
