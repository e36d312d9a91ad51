/* image.h: the data of a store as one file, an LMDB environment of one moment. A child process (trial.h) reads an
 * image, because a damaged one may end it, in a sandbox (sandbox.h), because a hostile one may take it over. The caller
 * has no store open. */
#ifndef LOOPHOLE_STORE_IMAGE_H
#define LOOPHOLE_STORE_IMAGE_H

#include "store/backup/trailer.h"
#include "store/store.h"

/* Writes an image of the store to `fd`, an empty file at its beginning, while writers continue. `path` is for messages.
 * A child reads the store and sends it over a pipe, so a slow or hanging `fd` never blocks the child. The child gives
 * up if the store grows by store.backup_growth_mib meanwhile. Errors: offline (no store yet), timeout (it gave up),
 * full, io, denied. */
enum err image_copy(const struct paths *paths, int fd, const char *path, struct fault *fault);

/* Reads all of the image at `path`, and sets *found from its rows, except `bytes`. An image of this version is also
 * checked for consistency (check.h); of an older one every row is read. Errors: internal (damaged or inconsistent),
 * version (of a newer loophole), io, full. */
enum err image_check(const char *path, size_t map_bytes, struct backup *found, struct fault *fault);

/* Makes a store in the empty folder `directory`, with all rows of the image at `path` and a new catalogue id, which
 * found->catalogue becomes. It writes the rows one by one, so nothing else of the image is copied, such as its list of
 * free pages. Then it checks the store as image_check does. Errors: those of image_check. */
enum err image_rebuild(const char *path, const char *directory, size_t map_bytes, struct backup *found,
                       struct fault *fault);

#endif
