/* compare.h: compares the files of a folder with the catalogue, which it reads. Any thread. */
#ifndef LOOPHOLE_INDEXER_COMPARE_H
#define LOOPHOLE_INDEXER_COMPARE_H

#include "services/indexer/base/catalogue_reader.h"
#include "services/indexer/scan/walk.h"

/* One existing file. */
struct compared {
    const struct folder_entry *entry;
    struct id id; /* zero: a new place */
    bool
        differs; /* a time, size or availability differs from the catalogue, or it was at another place of the folder */
    bool has_returned;    /* it was missing */
    bool was_offline;     /* its row said that it was away */
    bool has_other_inode; /* than the catalogue says */
    /* It has another inode, but the size and the times of the item's file: perhaps it is another item's file. File
     * systems that do not keep inode numbers over a mount mostly do not keep a change time of their own either. */
    bool is_suspect;
    struct trace was; /* of the item's file, as the catalogue has it */
    size_t gone;      /* another file lies at the place of the item: 1 + its index in the gone rows; 0: the same */
    enum analysis_state analysis;
    uint64_t analyser;
};

struct compared_list {
    uint32_t count;
    struct compared *at; /* in the order of the files */
};

/* Items whose place has no file any more. The list grows as needed; the caller calls compare_free. */
struct gone_rows {
    size_t count, room;
    struct gone *at;
    struct arena names;
};

void compare_free(struct gone_rows *gone);

/* Compares one folder without its subfolders. A zero `folder` is unknown: all its files are new. `to` lies in the
 * arena. Errors: full, io. */
enum err compare_folder(struct catalogue_reader *catalogue, struct id folder, const struct entry_list *files,
                        struct arena *arena, struct compared_list *to, struct gone_rows *gone);

/* Adds all items in a folder and below it to `gone`, but not those below folders that are left out. Errors: full,
 * io. */
enum err compare_gone(struct catalogue_reader *catalogue, struct id folder,
                      bool (*is_left_out)(void *state, struct id folder), void *state, struct gone_rows *gone);

/* Adds the items in a folder and below it whose files have one of these traces (settle_compare). Sorts the traces.
 * Errors: full, io. */
enum err compare_find(struct catalogue_reader *catalogue, struct id folder, struct trace *traces, uint32_t count,
                      struct gone_rows *found);

#endif
