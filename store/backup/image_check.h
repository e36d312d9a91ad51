/* image_check.h: reads an image (image_copy.h). */
#ifndef LOOPHOLE_STORE_BACKUP_IMAGE_CHECK_H
#define LOOPHOLE_STORE_BACKUP_IMAGE_CHECK_H

#include "store/backup/trailer.h"
#include "store/store.h"

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
