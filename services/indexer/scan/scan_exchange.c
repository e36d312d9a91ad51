#include "services/indexer/scan/scan_exchange.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/limits.h"

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
        one->moved = scan->result.took_items = true;
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

/* ---- files whose times are equal ---- */

static bool is_of_volume(const struct scan *scan, const struct library *library)
{
    return id_equal(library->volume, scan->order.library.volume) && library->online;
}

static int by_trace(const void *a, const void *b)
{
    return settle_compare(&((const struct gone *)a)->trace, &((const struct gone *)b)->trace);
}

/* True if the file is that of another of the items, whose rows are sorted. */
static bool is_of_another(const struct gone_rows *rows, const struct suspect *suspect)
{
    const struct gone wanted = { .trace = suspect->entry.trace };
    const struct gone *one = rows->count ? bsearch(&wanted, rows->at, rows->count, sizeof(*one), by_trace) : NULL;

    return one && !id_equal(one->id, suspect->compared.id) && one->trace.changed == suspect->entry.trace.changed;
}

static enum err meet_suspect(struct scan *scan, struct suspect *suspect, bool is_exchanged, struct fault *fault)
{
    struct gone_rows *all = &scan->gone;

    suspect->compared.entry = &suspect->entry;
    if (!is_exchanged) {
        scan_analyse_unchanged(scan, suspect->node, &suspect->compared);
        arena_reset(&scan->folder);
        return ERR_OK;
    }
    ALLOC_ROOM(all->at, all->count, all->room, 64);
    all->at[all->count++] = (struct gone){ .id = suspect->compared.id,
                                           .folder = suspect->node->id,
                                           .file = arena_bytes(&all->names, suspect->entry.name),
                                           .trace = suspect->compared.was,
                                           .waiting = suspect->compared.analysis == ANALYSIS_STATE_WAITING };
    if (!scan_hold_newcomer(scan, suspect->node, &suspect->entry, all->count))
        return limits_refuse(fault, "exchanged files");
    scan->newcomers.at[scan->newcomers.count - 1].again = true;
    return ERR_OK;
}

/* The rows of the volume that have the trace of a suspect, sorted. */
static enum err find_owners(struct scan *scan, struct gone_rows *found, struct fault *fault)
{
    const size_t count = scan->suspects.count;
    enum err e = ERR_OK;

    if (!limits_leave(count * sizeof(struct trace)))
        return limits_refuse(fault, "exchanged files");
    struct trace *traces = alloc_zeroed(count, sizeof(*traces));
    for (size_t i = 0; i < count; i++)
        traces[i] = scan->suspects.at[i].entry.trace;
    for (uint32_t l = 0; e == ERR_OK && l < scan->libraries.count; l++)
        if (is_of_volume(scan, &scan->libraries.at[l]))
            e = compare_find(scan->catalogue, scan->libraries.at[l].id, traces, (uint32_t)count, found);
    free(traces);
    if (found->count)
        qsort(found->at, found->count, sizeof(*found->at), by_trace);
    return e == ERR_OK ? e : fault_set(fault, e, "cannot compare the files with those of other libraries");
}

enum err scan_exchange_suspects(struct scan *scan, struct fault *fault)
{
    struct gone_rows found = { 0 };
    enum err e = scan->suspects.count ? find_owners(scan, &found, fault) : ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < scan->suspects.count; i++)
        e = meet_suspect(scan, &scan->suspects.at[i], is_of_another(&found, &scan->suspects.at[i]), fault);
    scan->suspects.count = 0;
    compare_free(&found);
    return e;
}
