/* k_copy.h: a copy of a SQLite database as it is at one moment, with what belongs to it: its write-ahead log, and the
 * journal of a program that died. Another program may have it open, and may write. Nothing is written to it, and no
 * file is made beside it. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_K_COPY_H
#define LOOPHOLE_FRONTENDS_CLI_K_COPY_H

#include "common/err.h"

enum { K_COPY_BASE, K_COPY_LOG, K_COPY_JOURNAL, K_COPIES };
enum { K_COPY_MOST_MIB = 1024 /* of all together */ };

struct k_copy {
    int fd[K_COPIES]; /* files without a name; -1: there is none */
};

/* `path` is absolute and without links; `room` is the folder for the copies. The caller closes the copy, also after an
 * error. Errors (explained): not_found, bad_request (no regular file), denied, too_large, full, io; busy (another
 * program did not stop writing within that patience). */
enum err k_copy_take(const char *path, const char *room, int64_t patience_us, struct k_copy *to, struct fault *fault);
void k_copy_close(struct k_copy *copy);

#endif
