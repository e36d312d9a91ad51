/* scan_trees.h: trees in the library. */
#ifndef LOOPHOLE_INDEXER_SCAN_TREES_H
#define LOOPHOLE_INDEXER_SCAN_TREES_H

#include "services/indexer/scan/scan_state.h"

/* Notes the mounts inside the library, and the trees that it has. */
struct place_seen;
void scan_trees_note(struct scan *scan, const struct place_seen *seen);

/* True if the walk must not enter that folder, because it is a tree or the trigger of an automount. */
bool scan_trees_meet(struct scan *scan, const struct folder_node *parent, struct bytes name);

/* Notes all items below a folder that is gone, except the items of trees, which have a state of their own. */
enum err scan_trees_gone(struct scan *scan, struct id folder);

/* In the scan of a mount inside a library. An earlier version, without trees, gave the mount's items to the library:
 * moves these items to the tree, if their files are here. The function touches the mount, so it runs in the lane of its
 * volume. Errors: those of persist, full. */
enum err scan_trees_adopt(struct scan *scan, struct fault *fault);

/* Makes a tree of each mount that the walk found and that is not a library yet, and of each folder that the setting
 * availability.cloud names. Errors: those of persist, timeout. */
enum err scan_trees_put(struct scan *scan, struct fault *fault);

/* Adds the row of a tree of this library, and has the items return that were forgotten with the library. `link` empty:
 * the tree lies inside the library. Errors: those of persist. */
enum err scan_trees_add(struct scan *scan, struct id folder, struct id volume, struct bytes path, struct bytes link,
                        struct fault *fault);

#endif
