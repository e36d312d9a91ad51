/* compare.h: what lies in a folder held against what the catalogue knows of it. Reads the catalogue. Any thread. */
#ifndef LOOPHOLE_INDEXER_COMPARE_H
#define LOOPHOLE_INDEXER_COMPARE_H

#include "services/indexer/scan/catalogue_reader.h"
#include "services/indexer/scan/walk.h"

/* One file that is there. */
struct compared {
    const struct folder_entry *entry;
    struct id id; /* zero: a place that is new */
    bool differs; /* size, mtime or availability are not what the catalogue says */
    enum analysis_state analysis;
    uint64_t analyser;
};

struct compared_list {
    uint32_t count;
    struct compared *at; /* in the order of the files */
};

/* Items whose place has no file any more. Grows by itself; free(at) in the end. */
struct gone_rows {
    size_t count, room;
    struct gone *at;
};

/* The order of names in listings and in the catalogue: by bytes, shorter first. */
int compare_names(struct bytes a, struct bytes b);

/* One folder, not what lies below it. A zero `folder` is not known: all its files are new. `present` is the
 * availability of a file that is there. Memory of `to` from the arena. Errors: full, io. */
enum err compare_folder(struct catalogue_reader *catalogue, struct id folder, const struct entry_list *files,
                        enum availability present, struct arena *arena, struct compared_list *to,
                        struct gone_rows *gone);

/* All that the catalogue has in a folder and below it is gone. Errors: full, io. */
enum err compare_gone(struct catalogue_reader *catalogue, struct id folder, struct gone_rows *gone);

#endif
