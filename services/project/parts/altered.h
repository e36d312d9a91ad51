/* altered.h: the items in use whose sound is not that of a save any more: another program changed the file at their
 * path, or a person gave an item another file. The catalogue's content says so, and no file is read. */
#ifndef LOOPHOLE_PROJECT_ALTERED_H
#define LOOPHOLE_PROJECT_ALTERED_H

#include "services/project/parts/uses.h"

/* Those of the resolved uses whose content differs from the document's, as uses_resolve left them. An item whose
 * content is unknown, or was unknown when the document was made, is none of them. */
struct item_uses altered_uses(struct txn *txn, struct arena *arena, const struct item_uses *uses,
                              const struct tree *document);

#endif
