/* altered.h: the items in use whose sound is not that of a save any more: another program changed the file at their
 * path, or a person gave an item another file. They are found by the content in the catalogue; no file is read. One
 * thread for each transaction and arena. */
#ifndef LOOPHOLE_PROJECT_ALTERED_H
#define LOOPHOLE_PROJECT_ALTERED_H

#include "services/project/parts/uses.h"

/* Lists the resolved uses (uses_resolve) whose content differs from the document's. Leaves out items whose content is
 * unknown, or was unknown when the document was made. */
struct item_uses altered_uses(struct txn *txn, struct arena *arena, const struct item_uses *uses,
                              const struct tree *document);

#endif
