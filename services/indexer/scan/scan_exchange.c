/* scan_exchange.c: files that exchanged their places with files of another library on the same volume. A scan sees only
 * its own library: at the place of an item lies a file that is none of its own. */
#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "services/indexer/scan/scan_parts.h"

static bool is_foreign(const struct fresh *fresh)
{
    return fresh->is_at_known && fresh->was < 0 && fresh->trace.inode && settle_is_old(fresh);
}

/* True if the item's place has no file, or another one. A hard link keeps its own. */
static bool has_left(struct scan *scan, const struct gone *gone)
{
    struct bytes folder = { 0 };
    bool left = false;

    if (catalogue_reader_folder_path(scan->catalogue, &scan->folder, gone->folder, &folder) == ERR_OK && folder.len) {
        const char *path = walk_join(&scan->folder, (const char *)folder.at, (const char *)gone->file.at);
        left = walk_is_gone(path) || (walk_inode(path) && walk_inode(path) != gone->trace.inode);
    }
    arena_reset(&scan->folder);
    return left;
}

/* The found items that have left their places become gone items of this scan, which have moved. */
static void add_found(struct scan *scan, const struct gone_rows *found, struct fresh *fresh, size_t i)
{
    struct gone_rows *all = &scan->gone;

    for (size_t k = 0; k < found->count; k++) {
        struct gone *one = &found->at[k];
        if (one->moved || settle_compare(&one->trace, &fresh[i].trace) != 0 ||
            !settle_is_proven(&fresh[i], &one->trace) || !has_left(scan, one))
            continue;
        one->moved = true;
        ALLOC_ROOM(all->at, all->count, all->room, 64);
        fresh[i].was = (int64_t)all->count;
        all->at[all->count] = *one;
        all->at[all->count].file = arena_bytes(&all->names, one->file);
        all->at[all->count++].to = i;
        return;
    }
}

static bool is_other(const struct scan *scan, const struct library *library)
{
    return id_equal(library->volume, scan->order.library.volume) && !id_equal(library->id, scan->order.library.id) &&
           library->online;
}

enum err scan_exchange_find(struct scan *scan, struct fresh *fresh, size_t count, struct fault *fault)
{
    struct gone_rows found = { 0 };
    uint32_t wanted = 0;
    enum err e = ERR_OK;

    if (!limits_leave(count * sizeof(struct trace)))
        return limits_refuse(fault, "the new files");
    struct trace *traces = alloc_zeroed(count + 1, sizeof(*traces));
    for (size_t i = 0; i < count; i++)
        if (is_foreign(&fresh[i]))
            traces[wanted++] = fresh[i].trace;
    for (uint32_t l = 0; wanted && e == ERR_OK && l < scan->libraries.count; l++)
        if (is_other(scan, &scan->libraries.at[l]))
            e = compare_find(scan->catalogue, scan->libraries.at[l].id, traces, wanted, &found);
    for (size_t i = 0; e == ERR_OK && found.count && i < count; i++)
        if (is_foreign(&fresh[i]))
            add_found(scan, &found, fresh, i);
    free(traces);
    compare_free(&found);
    return e == ERR_OK ? e : fault_set(fault, e, "cannot compare the new files with those of other libraries");
}
