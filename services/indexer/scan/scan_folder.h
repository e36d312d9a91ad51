/* scan_folder.h: one folder of the walk. */
#ifndef LOOPHOLE_INDEXER_SCAN_FOLDER_H
#define LOOPHOLE_INDEXER_SCAN_FOLDER_H

#include "services/indexer/scan/scan_state.h"

/* Watches a folder, lists it, and compares it with the catalogue. Adds the subfolders that the scan must visit to
 * `pending`. */
enum err scan_folder_visit(struct scan *scan, struct folder_node *node, struct fault *fault);

/* Makes a node for a folder below `parent`. NULL: no room (limits_leave), or the path is too long. */
struct folder_node *scan_folder_below(struct scan *scan, struct folder_node *parent, struct bytes name, bool deep);

#endif
