/* file_write.h: the basis of every function that writes files. Any thread, and signal handlers. */
#ifndef LOOPHOLE_COMMON_FILE_WRITE_H
#define LOOPHOLE_COMMON_FILE_WRITE_H

#include <stddef.h>

#include "common/err.h"

/* Converts the errno of a file operation: not_found, exists, full, denied, busy, too_large, else io. */
enum err file_err(int number);

/* Writes all of `len` bytes to `fd`; continues after short writes and interruptions. Errors: those of file_err. */
enum err file_write_fd(int fd, const void *bytes, size_t len);

/* Renames a file or a folder within one file system, and replaces nothing. A file system that cannot promise that has
 * links for a file; or else the name is looked at just before. -1: errno is set (EEXIST: the name is taken). */
int file_rename_new(int folder, const char *from, int to_folder, const char *to);

#endif
