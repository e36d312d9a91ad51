/* slot_pack.h: packs the backups of slots in gzip, some time after the answer of the save that made them. So a save
 * waits for nothing that it does not promise. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SLOT_PACK_H
#define LOOPHOLE_PROJECT_SLOT_PACK_H

#include "services/project/base/project.h"

enum { SLOT_PACK_QUIET_S = 2 };

/* A file below PROJECT/patterns is read or written: its backups are packed when nothing was written there for some
 * seconds, and what a death left half written is removed. Reading one folder again means nothing. */
void slot_pack_soon(struct project *p, const char *folder, bool is_written);

void slot_pack_look(void *project); /* once a second */

#endif
