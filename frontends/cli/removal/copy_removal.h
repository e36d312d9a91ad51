/* copy_removal.h: takes the file of a copy away, if another file has the same bytes now. The file is renamed within its
 * volume, to the trash or to a folder, and never deleted. So a kill at any moment leaves it at one of the two places.
 * One thread; reads and hangs as the disk does. */
#ifndef LOOPHOLE_FRONTENDS_CLI_COPY_REMOVAL_H
#define LOOPHOLE_FRONTENDS_CLI_COPY_REMOVAL_H

#include <limits.h>
#include <sys/stat.h>

#include "common/err.h"

/* Opened files that were compared; copy_release closes them. */
struct copy_pair {
    int gone, kept; /* -1: not open */
    struct stat gone_then, kept_then;
};

/* Opens both files and compares all bytes. Errors (explained): not_found, denied, io, bad_request (no regular file),
 * conflict (they differ, are one file, or changed meanwhile). After an error nothing is open. */
enum err copy_compare(const char *gone, const char *kept, struct copy_pair *to, struct fault *fault);
void copy_release(struct copy_pair *pair);

/* Chooses a free place for the file: in `folder`, or with NULL in the trash of its volume, whose record is written.
 * Errors (explained): io, denied, conflict (`folder` is on another volume), full (no free name). */
enum err copy_place(const char *gone, const char *folder, char to[PATH_MAX], struct fault *fault);

/* Renames the compared file to the chosen place, unless either file was replaced since copy_compare. Errors
 * (explained): conflict, io, denied, exists. */
enum err copy_take(const struct copy_pair *pair, const char *gone, const char *kept, const char *to,
                   struct fault *fault);

/* Renames a file back, and removes its record from the trash. Errors (explained): exists, not_found, io, denied. */
enum err copy_return(const char *from, const char *to, struct fault *fault);

#endif
