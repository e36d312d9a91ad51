/* relabel.h: replaces a file by one with other labels, or by the one before, atomically: at each moment the path leads
 * to one whole file. The way back is on the disk before the name changes. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SEND_RELABEL_H
#define LOOPHOLE_FRONTENDS_CLI_SEND_RELABEL_H

#include <limits.h>
#include <sys/stat.h>

#include "common/arena.h"
#include "common/hash.h"
#include "schema_worker.h"

enum { RELABEL_BYTES = 1 << 20 /* new bytes, and old bytes that go */ };

/* An open file that is to be replaced. */
struct relabel {
    char path[PATH_MAX]; /* of the file itself: no part of it is a link */
    int fd, folder;      /* the file, which is locked, and its folder; -1 */
    struct stat st;
    const char *part; /* name of the new file until it is complete */
    int to;           /* the new file; -1 */
    struct hash before, after;
    uint64_t size; /* of the new file */
};

/* Takes over the file, which is open for reading; the folder is the one in which that very file lies. Errors
 * (explained): those of open; busy (another command changes it), conflict (it has several names: hard links). */
enum err relabel_open(struct relabel *relabel, int fd, const char *part, struct fault *fault);
void relabel_close(struct relabel *relabel); /* also removes a part */

/* Writes the new file as the part, with the mode, the owner and the attributes of the old one, and syncs it. `back`
 * gets the pieces that make the old file from the new one, in `arena`. The pieces may come from a worker that a hostile
 * file rules: errors bad_request (they lie outside the file, or are not in its order), too_large (more than
 * RELABEL_BYTES are new, or go); full, io, denied, conflict (the file changed meanwhile). */
enum err relabel_make(struct relabel *relabel, struct label_piece_list pieces, struct arena *arena,
                      struct label_piece_list *back, struct fault *fault);

/* Gives the part the file's name, and syncs the folder. Errors: conflict (the file was changed meanwhile), io,
 * denied. */
enum err relabel_commit(struct relabel *relabel, struct fault *fault);

#endif
