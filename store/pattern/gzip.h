/* gzip.h: whole files in gzip, as backups and archived patterns are kept. Any thread. */
#ifndef LOOPHOLE_STORE_GZIP_H
#define LOOPHOLE_STORE_GZIP_H

#include "common/buffer.h"
#include "common/err.h"

bool gzip_is(struct bytes bytes); /* true if they begin as a file in gzip does */

/* As gzip_read_file, from the bytes of the file. */
enum err gzip_read(struct bytes from, size_t limit, struct buffer *to, struct fault *fault);

/* Appends the bytes of a file that is plain or in gzip. Errors (explained): those of file_read_all; bad_request
 * (damaged or cut gzip); too_large (more than `limit` bytes when unpacked). */
enum err gzip_read_file(const char *path, size_t limit, struct buffer *to, struct fault *fault);

#endif
