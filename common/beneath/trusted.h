/* trusted.h: the links out of a folder that a person trusts, as DATA/links keeps them: a file for each folder, named
 * for its path. It has the folder's path, then the name, the text and the target of each link. Each ends with a zero
 * byte, because any other byte may occur in a name. Any thread; may wait for the file system. */
#ifndef LOOPHOLE_COMMON_BENEATH_TRUSTED_H
#define LOOPHOLE_COMMON_BENEATH_TRUSTED_H

#include <limits.h>

#include "common/buffer.h"
#include "common/err.h"

enum { TRUSTED_MOST = 256 }; /* links of a folder */

/* Reads the records of the folder, whose path has no links; `to` is empty if there are none, or the file is damaged. */
enum err trusted_read(const char *data, const char *folder, struct buffer *to, struct fault *fault);

/* Replaces the records of the folder. Errors: those of file_write_atomic. */
enum err trusted_write(const char *data, const char *folder, struct bytes records, struct fault *fault);

/* The target of a link with that name and text, which lives as long as the records; NULL: it is not trusted. */
const char *trusted_find(const struct buffer *records, const char *name, const char *text);

/* Adds a record, and the path of the folder before the first one. */
void trusted_add(struct buffer *records, const char *folder, const char *name, const char *text, const char *target);

#endif
