/* scan_place.h: where a file is. */
#ifndef LOOPHOLE_INDEXER_SCAN_PLACE_H
#define LOOPHOLE_INDEXER_SCAN_PLACE_H

#include "services/indexer/scan/scan_state.h"

/* Reports the unknown folders of all newcomers to persist, each level in one batch. Refused folders have no id
 * afterwards. */
enum err scan_place_folders(struct scan *scan, struct fault *fault);

/* Reports where a file is. `again`: it is read again, even if its times are those of the catalogue. */
enum err scan_place(struct scan *scan, struct folder_node *node, const struct folder_entry *entry, bool again,
                    struct fault *fault);

/* Reports whether an item has its file at the place that was looked at. */
enum err scan_place_presence(struct scan *scan, const struct gone *gone, enum item_state availability,
                             struct fault *fault);

/* Returns the id of the folder, and asks persist for one if the folder has none. */
enum err scan_place_folder(struct scan *scan, struct folder_node *node, struct id *id, struct fault *fault);

#endif
