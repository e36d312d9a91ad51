/* file_write.h: what every writer of a file needs, within a signal handler too. Any thread. */
#ifndef LOOPHOLE_COMMON_FILE_WRITE_H
#define LOOPHOLE_COMMON_FILE_WRITE_H

#include <stddef.h>

#include "common/err.h"

/* What an errno of a file operation is among our errors: not_found, exists, full, denied, busy, too_large, else io. */
enum err file_err(int number);

/* All of `len` bytes to `fd`, past short writes and interruptions. */
enum err file_write_fd(int fd, const void *bytes, size_t len);

#endif
