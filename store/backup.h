/* backup.h: the whole catalogue in one file: an LMDB image of one moment with a trailer that says what it is and holds
 * its digest. Artefacts are not in it: they are made anew. */
#ifndef LOOPHOLE_STORE_BACKUP_H
#define LOOPHOLE_STORE_BACKUP_H

#include "common/id.h"
#include "common/paths.h"

struct backup {
    uint64_t version;    /* of the databases */
    uint64_t bytes;      /* of the image, without the trailer */
    uint64_t revision;   /* of the change log: all up to it is in the image */
    struct id catalogue; /* it was taken from */
};

/* Writes `file`, while the engine runs or not. Beside it first, synced, then renamed: a file of that name is whole.
 * Errors: offline (no store yet), full, io, denied. */
enum err backup_make(const struct paths *paths, const char *file, struct backup *made, struct fault *fault);

/* Reads `file` to its end and holds it against its digest. Errors: not_found; bad_request (no backup, cut short or
 * changed); io, denied. */
enum err backup_verify(const char *file, struct backup *found, struct fault *fault);

/* Puts the catalogue of `file` in the place of the present one, which stays beside it as store.before-restore, once
 * digest, version and every record were found good. The restored one has a new catalogue id, so that who followed the
 * old one reads all anew. Errors: exists (the engine runs), version (of a newer loophole), internal (records that do
 * not hold together), and those of backup_verify; then nothing was changed. */
enum err backup_restore(const struct paths *paths, const char *file, struct backup *restored,
                        struct fault *fault);

#endif
