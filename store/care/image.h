/* image.h: the data of a store as one file, an LMDB environment of one moment. What reads it works in a child process
 * (common/process/trial.h), which may die of a damaged image. The caller has no store open. */
#ifndef LOOPHOLE_STORE_IMAGE_H
#define LOOPHOLE_STORE_IMAGE_H

#include "store/care/trailer.h"
#include "store/store.h"

/* Writes an image of the store to `fd`, an empty file at its beginning, while writers go on. `path` is for messages. A
 * child reads the store and sends it over a pipe, so that a slow or hanging `fd` never holds the child. The child gives
 * up when the store grew by store.backup_growth_mib meanwhile. Errors: offline (no store yet), timeout (it gave up),
 * full, io, denied. */
enum err image_copy(const struct paths *paths, int fd, const char *path, struct fault *fault);

/* Reads all of the image at `path`, and fills in *found from its rows, bytes excepted. An image of this version holds
 * together (store/check/check.h); of an older one every row can be read. Errors: internal (damaged, or it does not hold
 * together), version (of a newer loophole), io, full. */
enum err image_check(const char *path, size_t map_bytes, struct backup *found, struct fault *fault);

/* Makes a store in the empty folder `directory` with all rows of the image at `path` and another catalogue id, which
 * found->catalogue is then. The rows are written one by one: nothing else of the image gets there, its list of free
 * pages for one. Then it is checked as above. Errors: as above. */
enum err image_rebuild(const char *path, const char *directory, size_t map_bytes, struct backup *found,
                       struct fault *fault);

#endif
