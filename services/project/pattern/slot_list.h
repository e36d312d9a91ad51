/* slot_list.h: keeps the list of slots of the bank that was listed last. A slot is read again only when its row or its
 * file has changed. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SLOT_LIST_H
#define LOOPHOLE_PROJECT_SLOT_LIST_H

#include "services/project/base/project.h"

void slot_list_close(struct project *p);

#endif
