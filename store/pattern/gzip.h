/* gzip.h: whole files in gzip, as backups and archived patterns are kept. Pure. Any thread. */
#ifndef LOOPHOLE_STORE_GZIP_H
#define LOOPHOLE_STORE_GZIP_H

#include "common/buffer.h"
#include "common/err.h"

bool gzip_is(struct bytes bytes); /* they begin as a file in gzip does */

/* Appends the bytes that a file in gzip holds. Errors (explained): bad_request (damaged, or cut), too_large (more than
 * `limit` bytes). */
enum err gzip_unpack(struct bytes from, size_t limit, struct buffer *to, struct fault *fault);

/* Reads a file that is plain or in gzip. Errors: those of file_read_all and of gzip_unpack. */
enum err gzip_read_file(const char *path, size_t limit, struct buffer *to, struct fault *fault);

#endif
