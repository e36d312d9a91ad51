/* slot_pack.h: packs the backups of slots in gzip, some time after the answer of the save that made them. So no save
 * waits for the packing. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SLOT_PACK_H
#define LOOPHOLE_PROJECT_SLOT_PACK_H

#include "services/project/base/project.h"

enum { SLOT_PACK_QUIET_S = 2 };

/* Notes that a file below PROJECT/patterns is read or written. When no file was written there for SLOT_PACK_QUIET_S,
 * the backups are packed, and temporary files that a death left are removed. Reading the same folder again has no
 * effect. */
void slot_pack_soon(struct project *p, const char *folder, bool is_written);

void slot_pack_look(void *project); /* once a second */

#endif
