/* renamed.h: whether a folder is that of a library whose own folder is gone: its files, by inode, size and time, lie at
 * the same places below the folder. It touches the file system, so it runs in an errand. Any thread. */
#ifndef LOOPHOLE_INDEXER_RENAMED_H
#define LOOPHOLE_INDEXER_RENAMED_H

#include "common/process/errand.h"
#include "services/indexer/base/catalogue_reader.h"

/* Owned by the caller. */
struct renamed_look {
    struct catalogue_reader *catalogue;
    struct arena *arena;
    struct errand *errand; /* the look ends early when it is stopped */
    const char *path;      /* of the folder */
};

/* True if some files of the library are known, and each file that it looks at lies at its place below the folder. */
bool renamed_has_files_of(const struct renamed_look *look, struct id library);

/* True if nothing has this path. False after any other error. */
bool renamed_is_gone(struct bytes path);

#endif
