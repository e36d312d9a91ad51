/* file_write.h: the basis of every function that writes files. Any thread, and signal handlers. */
#ifndef LOOPHOLE_COMMON_FILE_WRITE_H
#define LOOPHOLE_COMMON_FILE_WRITE_H

#include <stddef.h>

#include "common/err.h"

/* Converts the errno of a file operation: not_found, exists, full, denied, busy, too_large, else io. */
enum err file_err(int number);

/* Writes all of `len` bytes to `fd`; continues after short writes and interruptions. Errors: those of file_err. */
enum err file_write_fd(int fd, const void *bytes, size_t len);

#endif
