#include "services/indexer/scan/compare.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "store/availability.h"

/* The merge of two sorted lists: the catalogue calls for each of its records, and `next` is the first file that was not
 * merged yet. */
struct merge {
    const struct entry_list *files;
    struct compared_list *to;
    struct gone_rows *gone;
    struct id folder;
    bool full;
    struct arena *arena;
    struct trace *traces; /* of the places of the folder, as the catalogue has them */
    uint32_t trace_count, trace_room;
    bool has_others; /* a file has another inode than its place */
};

static struct trace trace_of(const struct kept_place *place)
{
    return (struct trace){ .inode = place->inode,
                           .size = place->size,
                           .mtime = place->mtime,
                           .changed = place->has_changed ? place->changed : 0 };
}

static bool add_gone(struct gone_rows *list, struct id folder, struct bytes file, const struct kept_place *place)
{
    if (list->count == list->room && !limits_leave(2 * list->room * sizeof(*list->at)))
        return false;
    ALLOC_ROOM(list->at, list->count, list->room, 64);
    list->at[list->count++] = (struct gone){
        .id = place->id,
        .folder = folder,
        .file = arena_bytes(&list->names, file),
        .trace = trace_of(place),
        .missing = place->availability.value == ITEM_STATE_MISSING,
        .offline = place->availability.value == ITEM_STATE_EXTERNAL_OFFLINE,
        .waiting = place->analysis.value == ANALYSIS_STATE_WAITING,
    };
    return true;
}

static void add_new(struct merge *merge)
{
    merge->to->at[merge->to->count] = (struct compared){ .entry = &merge->files->at[merge->to->count] };
    merge->to->count++;
}

static void add_known(struct merge *merge, const struct kept_place *place)
{
    const struct folder_entry *entry = &merge->files->at[merge->to->count];
    const struct trace was = trace_of(place);
    bool differs = entry->trace.size != was.size || entry->trace.mtime != was.mtime ||
                   (entry->trace.changed && entry->trace.changed != was.changed);
    enum item_state kept = availability_kept((enum item_state)place->availability.value);
    bool is_other = entry->trace.inode && place->inode && entry->trace.inode != place->inode && !entry->is_online_only;
    bool is_another = is_other && differs && !entry->unsure && (kept == ITEM_STATE_LOCAL || kept == ITEM_STATE_MISSING);

    const bool is_suspect =
        is_other && !differs && !entry->unsure && kept == ITEM_STATE_LOCAL && was.changed && was.changed != was.mtime;

    merge->has_others |= is_other;
    if (entry->is_online_only)
        differs = kept != ITEM_STATE_ONLINE_ONLY || (!entry->is_placeholder && entry->trace.size != place->size);
    else
        differs = differs || kept != ITEM_STATE_LOCAL;

    if (is_another)
        merge->full |= !add_gone(merge->gone, merge->folder, entry->name, place);
    merge->to->at[merge->to->count++] = (struct compared){
        .entry = entry,
        .id = place->id,
        .differs = differs && !entry->unsure,
        .has_returned = kept == ITEM_STATE_MISSING && !entry->unsure,
        .was_offline = kept == ITEM_STATE_EXTERNAL_OFFLINE && !entry->unsure,
        .has_other_inode = is_other,
        .is_suspect = is_suspect,
        .was = was,
        .gone = is_another ? merge->gone->count : 0,
        .analysis = (enum analysis_state)place->analysis.value,
        .analyser = place->analyser,
    };
}

static void add_trace(struct merge *merge, const struct kept_place *place)
{
    merge->traces =
        arena_grow(merge->arena, merge->traces, merge->trace_count, &merge->trace_room, sizeof(*merge->traces));
    merge->traces[merge->trace_count++] = trace_of(place);
}

static bool merge_one(void *state, struct bytes file, const struct kept_place *place)
{
    struct merge *merge = state;
    int order = 1;

    while (merge->to->count < merge->files->count) {
        order = bytes_compare(merge->files->at[merge->to->count].name, file);
        if (order >= 0)
            break;
        add_new(merge);
        order = 1;
    }
    add_trace(merge, place);
    if (order == 0)
        add_known(merge, place);
    else if (!add_gone(merge->gone, merge->folder, file, place))
        merge->full = true;
    return !merge->full;
}

static int by_trace(const void *a, const void *b)
{
    return settle_compare(a, b);
}

/* Files of equal size and time may have exchanged their names. The inode alone proves nothing: some file systems give
 * new ones at each mount. */
static void find_exchanged(struct merge *merge)
{
    if (!merge->has_others)
        return;
    qsort(merge->traces, merge->trace_count, sizeof(*merge->traces), by_trace);
    for (uint32_t i = 0; i < merge->to->count; i++) {
        struct compared *file = &merge->to->at[i];
        file->differs |= file->has_other_inode && bsearch(&file->entry->trace, merge->traces, merge->trace_count,
                                                          sizeof(*merge->traces), by_trace);
    }
}

enum err compare_folder(struct catalogue_reader *catalogue, struct id folder, const struct entry_list *files,
                        struct arena *arena, struct compared_list *to, struct gone_rows *gone)
{
    struct merge merge = { .files = files, .to = to, .gone = gone, .folder = folder, .arena = arena };
    enum err e = ERR_OK;

    *to = (struct compared_list){ 0, arena_array(arena, files->count, sizeof(*to->at)) };
    if (!id_is_zero(folder))
        e = catalogue_reader_places(catalogue, folder, merge_one, &merge);
    while (to->count < files->count)
        add_new(&merge);
    find_exchanged(&merge);
    return merge.full ? ERR_FULL : e;
}

static bool gone_one(void *state, struct bytes file, const struct kept_place *place)
{
    struct merge *merge = state;

    merge->full = !add_gone(merge->gone, merge->folder, file, place);
    return !merge->full;
}

static bool match_one(void *state, struct bytes file, const struct kept_place *place)
{
    struct merge *merge = state;
    const struct trace trace = trace_of(place);

    if (trace.inode && bsearch(&trace, merge->traces, merge->trace_count, sizeof(*merge->traces), by_trace))
        merge->full = !add_gone(merge->gone, merge->folder, file, place);
    return !merge->full;
}

/* Calls `seen` for the places in a folder and below it. `waiting` contains the folders still to read; the last one is
 * the next. */
static enum err walk_places(struct catalogue_reader *catalogue, struct id folder,
                            bool (*is_left_out)(void *state, struct id folder), void *state,
                            bool (*seen)(void *state, struct bytes file, const struct kept_place *place),
                            struct merge *merge)
{
    struct arena arena = { 0 };
    size_t count = 1, room = 16;
    struct id *waiting = alloc_bytes(room * sizeof(*waiting));
    enum err e = ERR_OK;

    waiting[0] = folder;
    while (e == ERR_OK && count > 0) {
        struct folder_list below = { 0 };
        struct id next = waiting[--count];
        if (is_left_out && is_left_out(state, next))
            continue;
        merge->folder = next;
        e = catalogue_reader_places(catalogue, next, seen, merge);
        if (e == ERR_OK)
            e = merge->full ? ERR_FULL : catalogue_reader_subfolders(catalogue, &arena, next, &below);
        if (count + below.count > room) {
            room = (count + below.count) * 2;
            if (!limits_leave(room * sizeof(*waiting)))
                e = ERR_FULL;
            else
                waiting = alloc_grow(waiting, room, sizeof(*waiting));
        }
        for (uint32_t i = 0; e == ERR_OK && i < below.count; i++)
            waiting[count++] = below.at[i].id;
        arena_reset(&arena);
    }
    free(waiting);
    arena_free(&arena);
    return e;
}

enum err compare_gone(struct catalogue_reader *catalogue, struct id folder,
                      bool (*is_left_out)(void *state, struct id folder), void *state, struct gone_rows *gone)
{
    struct merge merge = { .gone = gone };

    return walk_places(catalogue, folder, is_left_out, state, gone_one, &merge);
}

enum err compare_find(struct catalogue_reader *catalogue, struct id folder, struct trace *traces, uint32_t count,
                      struct gone_rows *found)
{
    struct merge merge = { .gone = found, .traces = traces, .trace_count = count };

    qsort(traces, count, sizeof(*traces), by_trace);
    return walk_places(catalogue, folder, NULL, NULL, match_one, &merge);
}

void compare_free(struct gone_rows *gone)
{
    arena_free(&gone->names);
    free(gone->at);
    *gone = (struct gone_rows){ 0 };
}
