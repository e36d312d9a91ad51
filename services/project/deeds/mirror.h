/* mirror.h: project.json beside the saves of the store. A service that dies after the commit of a save, or a disk that
 * is full, leaves an older file. It is written again at the next start, and when the project is opened. The loop's
 * thread. */
#ifndef LOOPHOLE_PROJECT_MIRROR_H
#define LOOPHOLE_PROJECT_MIRROR_H

#include "services/project/base/file_io.h"
#include "services/project/parts/parts.h"

/* What a file is that was read with this result: "same" as the last save, "none", "away", "old" (another save that is
 * kept, or a file that was loaded), or "changed" by another program. */
struct text mirror_compare(struct txn *txn, struct arena *arena, struct id project, enum err read, struct bytes file);

/* Reads project.json. If it is that of an earlier save, it is written as the last save has it; also if it is not there
 * and the project has one save alone. A file that was loaded stays until the next save, and so does one that another
 * program changed. `done` is called once, with the file as it is then. */
typedef void mirror_done(void *owner, const struct fault *read, struct bytes file);
void mirror_renew(struct project *p, struct id project, const char *path, mirror_done *done, void *owner);

#endif
