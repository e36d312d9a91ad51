/* walk.h: one directory, read: its media files with their traces, and its folders. Touches the file system: in an
 * errand only. Costs one stat for each media file and none for anything else, where the file system reports types.
 *
 * Symbolic links to folders are not followed, so that there are no loops and nothing is seen twice; a link to a
 * regular file is a file. FIFOs, sockets and devices are passed over and never opened. */
#ifndef LOOPHOLE_INDEXER_WALK_H
#define LOOPHOLE_INDEXER_WALK_H

#include "common/process/errand.h"
#include "services/indexer/scan/naming.h"
#include "services/indexer/scan/settle.h"

struct folder_entry {
    struct bytes name; /* with a closing zero after it */
    enum kind kind;
    bool unsure; /* it is there, but its trace can't be had */
    struct trace trace;
};

struct entry_list {
    uint32_t count;
    struct folder_entry *at;
};

struct folder_listing {
    struct entry_list files;   /* media, sorted by name */
    struct entry_list folders; /* sorted by name */
    uint64_t too_long;         /* media files and folders that are passed over: their path has PATH_MAX bytes or more */
    struct bytes too_long_first; /* the name of one of them */
};

/* Reads `path`. `below` is its path below the library, "" for the library itself. Memory from the arena.
 * Errors: not_found, denied, io, full; timeout when the errand is not to go on. */
enum err walk_read(struct errand *errand, const char *path, const char *below, const struct naming_rules *rules,
                   struct arena *arena, struct folder_listing *to, struct fault *fault);

bool walk_is_gone(const char *path); /* surely: an error of the file system says nothing */

/* "FOLDER/NAME", "NAME" when the folder is "". */
const char *walk_join(struct arena *arena, const char *folder, const char *name);

#endif
