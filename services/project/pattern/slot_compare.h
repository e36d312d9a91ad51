/* slot_compare.h: compares the files of slots with the store when the service starts and when a project is opened, by
 * this service's own ask project.compare_slots. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SLOT_COMPARE_H
#define LOOPHOLE_PROJECT_SLOT_COMPARE_H

#include "services/project/base/project.h"

void slot_compare_look(void *project); /* once a second: was a project opened? */
void slot_compare_close(struct project *p);

#endif
