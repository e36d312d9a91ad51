/* mirror.h: keeps project.json equal to the last save. If the service dies after the commit of a save, or if the disk
 * is full, the file is older than the save. The service then writes it at the next start, or when the project is
 * opened. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_MIRROR_H
#define LOOPHOLE_PROJECT_MIRROR_H

#include "services/project/base/file_io.h"
#include "services/project/parts/parts.h"

/* Compares a file, which was read with the result `read`, with the saves. Returns "same" as the last save, "none",
 * "away", "old" (another save that is kept, or a file that was loaded), or "changed" by another program, also if it is
 * no regular file, larger than any save, or not readable for us. */
struct text mirror_compare(struct txn *txn, struct arena *arena, struct id project, enum err read, struct bytes file);

/* Returns the number of the kept save that has this file; 0: none. */
uint64_t mirror_find_save(struct txn *txn, struct arena *arena, struct id project, struct bytes file);

/* Reads project.json. If it is the file of an earlier save, replaces it by that of the last save; also if it is missing
 * and the project has only one save. A file that was loaded, or that another program changed, stays until the next
 * save. `done` is called once, with the file as it is then, and with what mirror_compare says of it; `state` is "" if
 * the file was replaced, or the saves could not be read. `patience` is that of file_io_start. */
typedef void mirror_done(void *owner, const struct fault *read, struct bytes file, struct text state);
void mirror_renew(struct project *p, struct id project, const char *path, usec_t patience, mirror_done *done,
                  void *owner);

#endif
