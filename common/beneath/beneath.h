/* beneath.h: files below a folder that others can write: a downloaded project, a shared disk. A link in such a
 * folder must not lead the engine to a file outside it. So each file there is opened, made, replaced, locked,
 * listed and deleted with these functions: they hold the folder's descriptor and decide on descriptors, so that a
 * link swapped meanwhile changes nothing. Links within the folder are followed. A link out of it is followed if a
 * person trusts it (links.h); the folder that it leads to is then a folder of its own, whose links may not lead
 * out either.
 *
 * Names are relative to the folder, as "patterns/slots/bank_1/slot_001.json"; an absolute path in a link leads
 * out, even into the folder itself. All functions may wait for the file system, so not on the loop. Any thread.
 *
 * Errors of all: denied (a link leads out; the hint says how to trust it), not_found, and those of file_err. */
#ifndef LOOPHOLE_COMMON_BENEATH_BENEATH_H
#define LOOPHOLE_COMMON_BENEATH_BENEATH_H

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "common/buffer.h"
#include "common/err.h"

struct beneath {
    int folder;          /* its descriptor */
    char path[PATH_MAX]; /* without links */
    struct buffer links; /* the links that are trusted: trusted.h */
};

/* Opens the folder; a person named it, so links may lead to it. `data` is the engine's folder of data; NULL: no
 * link out is trusted. The caller closes it, also after an error. */
enum err beneath_open(struct beneath *b, const char *folder, const char *data, struct fault *fault);
void beneath_close(struct beneath *b);

/* Where a file lies after the links that lead to it. The caller closes `folder`. */
struct beneath_place {
    int folder;
    char name[NAME_MAX + 1];
    bool is_out; /* the last part of the name is a link that leads out and is not trusted: `name` is the link itself */
};

/* Finds the place of a file, which may be missing. `makes`: makes missing folders (0755, durable), but none that a
 * link names. The file itself is then opened there without following a link, or replaced. */
enum err beneath_find(struct beneath *b, const char *name, bool makes, struct beneath_place *to, struct fault *fault);

/* Opens a file with these flags of open; O_CREAT: its folder exists. -1: the fault is set. Never waits for a pipe.
 * Errors: bad_request if it is no regular file. */
int beneath_open_file(struct beneath *b, const char *name, int flags, mode_t mode, struct fault *fault);

/* Opens a folder, and makes it if `makes`. "" is the folder itself. -1: the fault is set. */
int beneath_open_folder(struct beneath *b, const char *name, bool makes, struct fault *fault);

/* As beneath_open_folder; sets the path without links, and closes the folder. */
enum err beneath_find_folder(struct beneath *b, const char *name, bool makes, char path[PATH_MAX], struct fault *fault);

/* Opens a folder to list it; NULL: it is not there, or a link leads out. */
DIR *beneath_list(struct beneath *b, const char *name);

/* As file_read_all. */
enum err beneath_read(struct beneath *b, const char *name, size_t limit, struct buffer *to, struct fault *fault);

/* As file_write_atomic, and makes the file's folder. A file that exists keeps its mode. A link within the folder
 * stays: the file that it leads to is replaced. A link that leads out and is not trusted is replaced itself, so
 * that its target stays as it is. */
enum err beneath_write(struct beneath *b, const char *name, struct bytes bytes, mode_t mode, struct fault *fault);

/* As beneath_write of one of several files of a folder: its name is durable after beneath_write of the last of them. */
enum err beneath_write_part(struct beneath *b, const char *name, struct bytes bytes, mode_t mode, struct fault *fault);

/* Writes a file for which a person named the path: an export. Links may lead to its folder, which is opened once. It
 * replaces only an empty regular file and one that begins with `kind`, an earlier file of that type; if `kind` is
 * empty, any file. A link in its place is never followed. Errors: exists (another file, a device or a link is there),
 * and those of file_write_atomic. */
enum err beneath_write_named(const char *path, struct bytes bytes, struct bytes kind, mode_t mode, struct fault *fault);

/* Deletes the file, or the link, of that name, and makes that durable. A missing one is no error. */
enum err beneath_remove(struct beneath *b, const char *name, struct fault *fault);

#endif
