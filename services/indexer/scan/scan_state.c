#include "services/indexer/scan/scan_state.h"

#include <stdio.h>
#include <string.h>

#include "common/alloc.h"
#include "common/cloud_file.h"
#include "common/process/limits.h"

bool scan_target_path(const struct scan *scan, const struct scan_target *target, char path[PATH_MAX])
{
    const struct bytes library = scan->result.library.path;
    bool is_root = library.len == 1, is_library = !target->below[0];
    int len = snprintf(path, PATH_MAX, "%s%s%s", is_root && !is_library ? "" : (const char *)library.at,
                       is_library ? "" : "/", target->below);

    return len > 0 && len < PATH_MAX;
}

bool scan_is_cloud(const struct scan *scan, const char *folder)
{
    return scan->is_cloud || cloud_file_is_named(scan->order.cloud_globs, folder);
}

bool scan_hold_newcomer(struct scan *scan, struct folder_node *node, const struct folder_entry *entry, size_t gone)
{
    struct newcomer_list *list = &scan->newcomers;

    if (list->count == list->room && !limits_leave(2 * list->room * (sizeof(*list->at) + NAME_MAX)))
        return false;
    ALLOC_ROOM(list->at, list->count, list->room, 64);
    list->at[list->count] = (struct newcomer){ .node = node, .entry = *entry, .gone = gone };
    list->at[list->count].entry.name = arena_bytes(&scan->arena, entry->name);
    list->count++;
    if (gone)
        scan->gone.at[gone - 1].taken_by = list->count;
    return true;
}

/* ---- files that are to be analysed ---- */

struct analysis *scan_add_work(struct scan *scan, const struct folder_node *node, struct id id, const char *path,
                               const struct trace *trace)
{
    struct analysis *analysis = analysis_new(bytes_of(path, strlen(path)));

    analysis->id = id;
    analysis->library = scan->order.library.id;
    analysis->size = trace->size;
    analysis->mtime = trace->mtime;
    analysis->changed = trace->changed;
    analysis->inode = trace->inode;
    analysis->seen = node->seen;
    analysis->is_cloud = scan_is_cloud(scan, node->path);
    analysis_push(&scan->report->analysis, analysis);
    return analysis;
}

/* Older engines did not open MIDI files and videos. An item whose file was opened, without anything to analyse, has the
 * reason. */
static bool was_never_opened(struct scan *scan, const struct compared *compared)
{
    struct media media;

    return compared->entry->kind != KIND_AUDIO &&
           catalogue_reader_media(scan->catalogue, &scan->folder, compared->id, &media) == ERR_OK &&
           media.failure.len == 0;
}

static bool wants_hearing(struct scan *scan, const struct compared *compared)
{
    switch (compared->analysis) {
    case ANALYSIS_STATE_WAITING:
        return true;
    case ANALYSIS_STATE_FAILED:
    case ANALYSIS_STATE_QUARANTINED:
        return scan->order.retry_failed || compared->analyser < scan->order.analyser;
    case ANALYSIS_STATE_DONE:
        return compared->analyser < scan->order.analyser;
    case ANALYSIS_STATE_NONE:
        return was_never_opened(scan, compared);
    case ANALYSIS_STATE_OTHER:
        break;
    }
    return false;
}

/* The revision of an item that must be analysed again; 0: it was never analysed, or does not exist any more. */
static uint64_t renewed_revision(struct scan *scan, const struct compared *compared)
{
    struct media media;

    if (compared->analysis != ANALYSIS_STATE_DONE ||
        catalogue_reader_media(scan->catalogue, &scan->folder, compared->id, &media) != ERR_OK)
        return 0;
    return media.revision;
}

void scan_analyse_unchanged(struct scan *scan, const struct folder_node *node, const struct compared *compared)
{
    const struct folder_entry *entry = compared->entry;
    struct analysis *analysis;

    if (!wants_hearing(scan, compared))
        return;
    analysis = scan_add_work(scan, node, compared->id,
                             walk_join(&scan->folder, node->path, (const char *)entry->name.at), &entry->trace);
    analysis->retry = scan->order.retry_failed;
    analysis->renews = renewed_revision(scan, compared);
    analysis->waits = compared->analysis == ANALYSIS_STATE_WAITING;
}

void scan_analyse_placed(struct scan *scan, const struct folder_node *node, struct id id, const struct place *place)
{
    const struct folder_entry entry = {
        .name = place->file,
        .kind = (enum kind)place->kind.value,
        .trace = { .inode = place->inode, .size = place->size, .mtime = place->mtime, .changed = place->changed }
    };
    struct compared compared = { .entry = &entry, .id = id };
    struct media media;

    if (catalogue_reader_media(scan->catalogue, &scan->folder, id, &media) != ERR_OK ||
        media.lifecycle.value != LIFECYCLE_FINAL) /* a take is analysed when its recording has ended */
        return;
    compared.analysis = (enum analysis_state)media.analysis.value;
    compared.analyser = media.analyser;
    scan_analyse_unchanged(scan, node, &compared);
}
