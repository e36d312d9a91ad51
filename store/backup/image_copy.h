/* image_copy.h: the data of a store as one file, an LMDB environment of one moment. A child process (trial.h) reads an
 * image, because a damaged one may end it, in a sandbox (sandbox.h), because a hostile one may take it over. The caller
 * has no store open. */
#ifndef LOOPHOLE_STORE_BACKUP_IMAGE_COPY_H
#define LOOPHOLE_STORE_BACKUP_IMAGE_COPY_H

#include "store/store.h"

/* Writes an image of the store to `fd`, an empty file at its beginning, while writers continue. `path` is for messages.
 * A child reads the store and sends it over a pipe, so a slow or hanging `fd` never blocks the child. The child gives
 * up if the store grows by store.backup_growth_mib meanwhile. Errors: offline (no store yet), timeout (it gave up),
 * full, io, denied. */
enum err image_copy(const struct paths *paths, int fd, const char *path, struct fault *fault);

#endif
