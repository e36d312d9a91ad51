/* set_files.h: the sets of autosaves of a project, in .autosave/PROJECT-ID below a folder. The folder may come from a
 * stranger: all is bounded, and no link leads out of it (beneath.h). A set is complete when its snapshot is there,
 * which is written last. All functions may wait for the file system. Any thread. */
#ifndef LOOPHOLE_STORE_SET_FILES_H
#define LOOPHOLE_STORE_SET_FILES_H

#include "common/beneath/beneath.h"
#include "common/id.h"
#include "store/autosave/set_name.h"

enum {
    SETS_KEPT = 5,                /* of a project; and one more, if the newest is empty and all others are full */
    SETS_LISTED = 64,             /* the newest ones in a folder */
    SET_SNAPSHOT_MOST = 16 << 20, /* bytes of each file */
    SET_LAYOUT_MOST = 256 << 10,
    SET_MANIFEST_MOST = 4 << 20
};

/* Newest first. A set without a snapshot is not one. */
struct set_list {
    uint32_t count;
    struct set_name at[SETS_LISTED];
};

/* Lists the sets; `now` is the wall clock: names more than a day ahead of it come last. A missing folder has none. */
void set_files_list(struct beneath *b, const char *folder, usec_t now, struct set_list *to);

const char *set_files_folder(struct text project,
                             char to[64]); /* .autosave/PROJECT, as above; "": no name of a project */

/* Reads a file of a set. Errors: those of beneath_read. */
enum err set_files_read(struct beneath *b, const char *folder, const struct set_name *name, enum set_file file,
                        struct buffer *to, struct fault *fault);

/* The content of a set. An empty manifest: there is none, and no file is written. */
struct set_content {
    struct bytes file[SET_FILES];
};

/* Writes a set, then prunes. Nothing of an earlier set is lost by an error. `kept` (NULL: none) is a set that stays.
 * `pruned` (NULL is allowed) gets the number of sets that were removed. Errors: those of beneath_write. */
enum err set_files_write(struct beneath *b, const char *folder, const struct set_name *name,
                         const struct set_content *content, const struct set_name *kept, uint32_t *pruned,
                         struct fault *fault);

/* What pruning asks of a set; its layout says it. */
enum { SET_IS_EMPTY = 1, SET_IS_IMPORT = 2 };

/* Chooses the sets to remove, of `count`, newest first, with the flags of each; sets `goes` of each. Five stay: the
 * newest, those before imports, then the newest of the others. An empty newest one removes no full one. Returns the
 * number that go. Pure. */
uint32_t set_files_choose(const unsigned *flags, uint32_t count, bool *goes);

#endif
