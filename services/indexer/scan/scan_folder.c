#include "services/indexer/scan/scan_folder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "common/process/log.h"
#include "services/indexer/scan/scan_links.h"
#include "services/indexer/scan/scan_place.h"
#include "services/indexer/scan/scan_sessions.h"
#include "services/indexer/scan/scan_settle.h"
#include "services/indexer/scan/scan_trees.h"
#include "services/indexer/scan/watch.h"

/* ---- watching ---- */

static void watch_folder(struct scan *scan, const struct folder_node *node)
{
    int wd = scan->order.inotify < 0 ? -1 : inotify_add_watch(scan->order.inotify, node->path, WATCH_MASK);

    if (wd >= 0)
        scan_report_watched(scan->report, wd, node->path);
    else if (scan->order.inotify >= 0 && (errno == ENOSPC || errno == ENOMEM))
        scan->report->watches_full = true;
}

/* inotify reports no change in a folder whose parent is renamed: the folders above a library are watched for that. */
static void watch_above(struct scan *scan, const char *path)
{
    char above[PATH_MAX];
    char *slash;

    snprintf(above, sizeof(above), "%s", path);
    while (scan->order.inotify >= 0 && (slash = strrchr(above, '/')) && slash > above) {
        *slash = 0;
        int wd = inotify_add_watch(scan->order.inotify, above, WATCH_ABOVE_MASK);
        if (wd >= 0)
            scan_report_watched(scan->report, wd, "");
    }
}

/* ---- its files ---- */

struct folder_node *scan_folder_below(struct scan *scan, struct folder_node *parent, struct bytes name, bool deep)
{
    struct folder_node *node;

    if (!limits_leave(2 * PATH_MAX))
        return NULL;
    node = arena_alloc(&scan->arena, sizeof(*node));
    *node = (struct folder_node){ .parent = parent, .name = arena_bytes(&scan->arena, name), .deep = deep };
    node->path = walk_join(&scan->arena, parent->path, (const char *)node->name.at);
    node->below = walk_join(&scan->arena, parent->below, (const char *)node->name.at);
    return node->path[0] && strlen(node->path) < PATH_MAX ? node : NULL;
}

static enum err meet_new(struct scan *scan, struct folder_node *node, const struct folder_entry *entry,
                         struct fault *fault)
{
    if (entry->unsure)
        return ERR_OK;
    return scan_hold_newcomer(scan, node, entry, 0) ? ERR_OK : limits_refuse(fault, "new files");
}

static bool hold_suspect(struct scan *scan, struct folder_node *node, const struct compared *compared)
{
    struct suspect_list *list = &scan->suspects;

    if (list->count == list->room && !limits_leave(2 * list->room * (sizeof(*list->at) + NAME_MAX)))
        return false;
    ALLOC_ROOM(list->at, list->count, list->room, 64);
    list->at[list->count] = (struct suspect){ .node = node, .entry = *compared->entry, .compared = *compared };
    list->at[list->count++].entry.name = arena_bytes(&scan->arena, compared->entry->name);
    return true;
}

static enum err meet_entry(struct scan *scan, struct folder_node *node, const struct compared *compared,
                           struct fault *fault)
{
    const struct folder_entry *entry = compared->entry;

    if (id_is_zero(compared->id))
        return meet_new(scan, node, entry, fault);
    scan->items++;
    scan->returned += compared->has_returned;
    scan->result.uncovered |= compared->was_offline;
    if (compared->gone)
        return scan_hold_newcomer(scan, node, entry, compared->gone) ? ERR_OK : limits_refuse(fault, "changed files");
    if (compared->differs || (scan->order.full && !entry->unsure && !entry->is_online_only))
        return scan_place(scan, node, entry, false, fault);
    if (compared->is_suspect)
        return hold_suspect(scan, node, compared) ? ERR_OK : limits_refuse(fault, "exchanged files");
    if (!entry->unsure && !entry->is_online_only)
        scan_analyse_unchanged(scan, node, compared);
    return ERR_OK;
}

/* Counts media files. An unreadable file that the catalogue lacks is not counted, because it may not be media. */
static uint64_t count_media(const struct compared_list *all)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < all->count; i++)
        count += !id_is_zero(all->at[i].id) || !all->at[i].entry->unsure;
    return count;
}

static enum err meet_files(struct scan *scan, struct folder_node *node, const struct entry_list *files,
                           struct fault *fault)
{
    struct compared_list all;
    enum err e = compare_folder(scan->catalogue, node->id, files, &scan->folder, &all, &scan->gone);

    if (e != ERR_OK)
        return fault_set(fault, e, "cannot compare %s with the catalogue", node->path);
    const uint64_t count = count_media(&all);
    scan->seen += count;
    scan->report->files += scan->order.targets ? 0 : count;
    for (uint32_t i = 0; e == ERR_OK && i < all.count; i++)
        e = meet_entry(scan, node, &all.at[i], fault);
    return e;
}

static bool push_folder(struct scan *scan, struct folder_node *parent, const struct folder_entry *entry, struct id id)
{
    struct folder_node *node = scan_folder_below(scan, parent, entry->name, true);

    if (!node)
        return false;
    node->id = id;
    node->is_listed = true;
    node->is_counted = entry->is_counted;
    node->next = scan->pending;
    scan->pending = node;
    return true;
}

/* A folder that was watched before reports its own changes. One that came back from elsewhere is wanted with all below
 * it (watch.h). */
static bool is_watched(struct scan *scan, const struct folder_node *parent, struct bytes name)
{
    const char *path = walk_join(&scan->folder, parent->path, (const char *)name.at);
    int wd = inotify_add_watch(scan->order.inotify, path, WATCH_MASK | IN_MASK_CREATE);

    if (wd >= 0)
        scan_report_watched(scan->report, wd, path);
    return wd < 0;
}

/* Merges two sorted lists. Visits each folder that exists; a new one even if the order does not ask for it. If a folder
 * is gone, everything below it is gone. */
static enum err merge_folders(struct scan *scan, struct folder_node *node, const struct entry_list *there,
                              const struct folder_list *catalogue)
{
    enum err e = ERR_OK;

    for (uint32_t t = 0, k = 0; e == ERR_OK && (t < there->count || k < catalogue->count);) {
        int order = t == there->count       ? 1
                    : k == catalogue->count ? -1
                                            : bytes_compare(there->at[t].name, catalogue->at[k].name);
        struct id id = order == 0 ? catalogue->at[k].id : (struct id){ { 0 } };
        if (order > 0)
            e = scan_trees_gone(scan, catalogue->at[k].id);
        else if (!scan_trees_meet(scan, node, there->at[t].name) &&
                 (node->deep || order < 0 || !is_watched(scan, node, there->at[t].name)) &&
                 !push_folder(scan, node, &there->at[t], id))
            scan->result.failed++;
        t += order <= 0;
        k += order >= 0;
    }
    return e;
}

static enum err meet_folders(struct scan *scan, struct folder_node *node, const struct entry_list *folders,
                             struct fault *fault)
{
    struct folder_list catalogue = { 0 };
    enum err e = id_is_zero(node->id)
                     ? ERR_OK
                     : catalogue_reader_subfolders(scan->catalogue, &scan->folder, node->id, &catalogue);

    if (e == ERR_OK)
        e = merge_folders(scan, node, folders, &catalogue);
    return e == ERR_OK ? e : fault_set(fault, e, "cannot compare the folders in %s with the catalogue", node->path);
}

/* The catalogue of an unreadable folder does not change. If it is gone, the next listing of its parent shows that. */
static void not_read(struct scan *scan, const struct folder_node *node, enum err e, struct fault *fault)
{
    if (e != ERR_NOT_FOUND) {
        log_warn("%s", fault->what);
        scan->result.failed += e != ERR_DENIED && !node->is_counted;
        scan->denied += e == ERR_DENIED && !id_is_zero(node->id);
    }
    scan->went += e == ERR_NOT_FOUND && node->is_listed && !id_is_zero(node->id);
    *fault = (struct fault){ 0 };
}

/* The library's record gets the first one; the log has a line for each folder. */
static void note_too_long(struct scan *scan, const struct folder_node *node, const struct folder_listing *listing)
{
    struct library *library = &scan->result.library;

    if (listing->too_long == 0)
        return;
    log_warn(
        "skipped files and folders whose path is longer than the limit: %llu, limit %d bytes; the first: %.*s in %s",
        (unsigned long long)listing->too_long, PATH_MAX - 1, (int)listing->too_long_first.len,
        (const char *)listing->too_long_first.at, node->path);
    if (scan->too_long == 0) {
        library->too_long_in = arena_bytes(&scan->arena, bytes_of(node->path, strlen(node->path)));
        library->too_long_first = arena_bytes(&scan->arena, listing->too_long_first);
    }
    scan->too_long += listing->too_long;
}

static void note_led_out(const struct folder_node *node, const struct folder_listing *listing)
{
    if (listing->led_out)
        log_warn("skipped links that lead out of all libraries: %llu; the first: %.*s in %s; "
                 "`loophole library add DIR --follow-links` follows them",
                 (unsigned long long)listing->led_out, (int)listing->led_out_first.len,
                 (const char *)listing->led_out_first.at, node->path);
}

enum err scan_folder_visit(struct scan *scan, struct folder_node *node, struct fault *fault)
{
    struct folder_listing listing;
    enum err e;

    watch_folder(scan, node);
    if (!node->parent)
        watch_above(scan, node->path);
    node->has_as_of = catalogue_reader_head(scan->catalogue, &node->as_of) == ERR_OK;
    e = walk_read(&scan->errand, node->path, node->below, &scan->rules, scan_is_cloud(scan, node->path), &scan->folder,
                  &listing, fault);
    if (e == ERR_TIMEOUT || e == ERR_FULL)
        return e;
    node->seen = clock_steady();
    if (e != ERR_OK) {
        not_read(scan, node, e, fault);
        e = ERR_OK;
    } else {
        scan->result.failed += listing.failed;
        note_too_long(scan, node, &listing);
        note_led_out(node, &listing);
        e = meet_files(scan, node, &listing.files, fault);
        if (e == ERR_OK)
            e = scan_sessions_see(scan, node, &listing.sessions, fault);
        if (e == ERR_OK)
            e = meet_folders(scan, node, &listing.folders, fault);
        if (e == ERR_OK)
            scan_links_see(scan, node, &listing.links);
    }
    arena_reset(&scan->folder);
    return e == ERR_OK ? scan_settle_some(scan, fault) : e;
}
