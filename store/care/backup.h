/* backup.h: the whole catalogue in one file: an LMDB image of one moment with a trailer that says what it is and holds
 * its digest. Artefacts are not in it: they are made again. */
#ifndef LOOPHOLE_STORE_BACKUP_H
#define LOOPHOLE_STORE_BACKUP_H

#include "common/paths.h"
#include "store/care/trailer.h"

/* Writes `file`, while the engine runs or not: beside it under a name of its own, checked and synced, then renamed. A
 * file of that name is whole. With `replace` it takes the place of a regular file, but of none of the engine's own. One
 * backup to a name at a time. The caller has no store open. Errors: offline (no store yet), exists, bad_request (what
 * lies there is no regular file, or the engine's), busy (another backup to that file runs), timeout (written too
 * slowly: image.h), internal (the store does not hold together: nothing was written), full, io, denied. */
enum err backup_make(const struct paths *paths, const char *file, bool replace, struct backup *made,
                     struct fault *fault);

/* Reads `file` to its end and compares it with its digest. Errors: not_found; bad_request (no backup, cut short or
 * changed); io, denied. */
enum err backup_verify(const char *file, struct backup *found, struct fault *fault);

/* Puts the catalogue of `file` in the place of the present one, which stays beside it as store.before-restore, once
 * digest, version and every record were found good, in a process that may die of them. The restored one has a new
 * catalogue id, so that every reader of the old one reads all again. The caller has no store open. Errors: exists (the
 * engine runs), version (of a newer loophole), internal (damaged, without version or catalogue id, or its records do
 * not hold together), and those of backup_verify; then nothing was changed. */
enum err backup_restore(const struct paths *paths, const char *file, struct backup *restored, struct fault *fault);

#endif
