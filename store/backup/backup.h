/* backup.h: the whole catalogue in one file: an LMDB image of one moment, and a trailer with its description and
 * digest. Between them lie the files that the same engine needs elsewhere (carry.h). It has no artefacts, because they
 * can be made again, and no sounds. Any thread. */
#ifndef LOOPHOLE_STORE_BACKUP_H
#define LOOPHOLE_STORE_BACKUP_H

#include "common/paths.h"
#include "store/backup/carry.h"
#include "store/backup/trailer.h"

/* Writes `file`, whether the engine runs or not. The data has a temporary name in the same folder until it is checked,
 * synced and renamed, so a file named `file` is complete. With `replace` it replaces a regular file, but none of the
 * engine's own. One backup to a name at a time. The caller has no store open. Errors: offline (no store yet), exists,
 * bad_request (`file` is not a regular file, or belongs to the engine), busy (another backup to that file runs),
 * timeout (written too slowly: image.h), internal (the store is inconsistent; nothing was written), full, io,
 * denied. */
enum err backup_make(const struct paths *paths, const char *file, bool replace, bool with_projects, struct backup *made,
                     struct carry *packed, struct fault *fault);

/* Replaces the catalogue by that of `file`; the old one is kept as store.before-restore. Before that, digest, version
 * and every record are checked, in a process of its own, because a damaged record may end it. The restored catalogue
 * has a new id, so readers of the old one read everything again. The files that the backup carries replace those of the
 * engine, which stay as NAME.before-restore; the settings only if they are asked for. The caller has no store open.
 * Errors: exists (the engine runs), not_found, bad_request (not a backup, truncated or changed), version (of a newer
 * loophole), internal (damaged, without version or catalogue id, or inconsistent), io, denied; nothing is then
 * changed. */
enum err backup_restore(const struct paths *paths, const char *file, bool with_settings, struct backup *restored,
                        struct carry *unpacked, struct fault *fault);

#endif
