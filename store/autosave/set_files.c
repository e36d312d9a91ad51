#include "store/autosave/set_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/process/stop_point.h"
#include "proto/wire/json_bounds.h"
#include "proto/wire/tree.h"

enum { ENTRIES_MOST = 4096, PATH_SIZE = 64 + SET_STEM_SIZE + 16 };
static const size_t most_bytes[SET_FILES] = { SET_SNAPSHOT_MOST, SET_LAYOUT_MOST, SET_MANIFEST_MOST };

const char *set_files_folder(struct text project, char to[64])
{
    const bool is_name =
        project.len > 0 && project.len <= 40 && project.at[0] != '.' && !memchr(project.at, '/', project.len);

    snprintf(to, 64, "%s%.*s", is_name ? ".autosave/" : "", is_name ? (int)project.len : 0, project.at);
    return to;
}

static const char *path_of(const char *folder, const struct set_name *name, enum set_file file, char to[PATH_SIZE])
{
    char room[SET_STEM_SIZE + 16];

    snprintf(to, PATH_SIZE, "%.63s/%s", folder, set_name_write(name, file, room));
    return to;
}

/* ---- listing ---- */

/* A name far ahead of the clock is older than all others. */
static int compare_at(const struct set_name *a, const struct set_name *b, usec_t now)
{
    const bool a_ahead = set_name_is_ahead(a, now), b_ahead = set_name_is_ahead(b, now);

    return a_ahead != b_ahead ? (a_ahead ? -1 : 1) : set_name_compare(a, b);
}

/* Inserts it in order; of more than SETS_LISTED the oldest are left out. */
static void insert_name(struct set_list *list, const struct set_name *name, usec_t now)
{
    uint32_t at = list->count < SETS_LISTED ? list->count++ : SETS_LISTED - 1;

    if (at == SETS_LISTED - 1 && list->count == SETS_LISTED && list->at[at].second &&
        compare_at(name, &list->at[at], now) <= 0)
        return;
    for (; at > 0 && compare_at(name, &list->at[at - 1], now) > 0; at--)
        list->at[at] = list->at[at - 1];
    list->at[at] = *name;
}

void set_files_list(struct beneath *b, const char *folder, usec_t now, struct set_list *to)
{
    DIR *listed = folder[0] ? beneath_list(b, folder) : NULL;
    struct dirent *entry;
    struct set_name name;
    enum set_file file;

    *to = (struct set_list){ 0 };
    for (int i = 0; listed && i < ENTRIES_MOST && (entry = readdir(listed)); i++)
        if (set_name_read(entry->d_name, &name, &file) && file == SET_SNAPSHOT)
            insert_name(to, &name, now);
    if (listed)
        closedir(listed);
}

enum err set_files_read(struct beneath *b, const char *folder, const struct set_name *name, enum set_file file,
                        struct buffer *to, struct fault *fault)
{
    char path[PATH_SIZE];

    return beneath_read(b, path_of(folder, name, file, path), most_bytes[file], to, fault);
}

/* ---- pruning ---- */

static unsigned read_flags(struct beneath *b, const char *folder, const struct set_name *name)
{
    struct buffer bytes = { 0 };
    struct arena arena = { 0 };
    struct fault unused = { 0 };
    struct tree layout;
    unsigned flags = 0;

    if (set_files_read(b, folder, name, SET_LAYOUT, &bytes, &unused) == ERR_OK &&
        tree_read_bounded((struct text){ (uint32_t)bytes.len, (const char *)bytes.at }, JSON_VALUES_PART, &arena,
                          &layout, NULL) == ERR_OK)
        flags = (tree_bool(&layout, "empty", false) ? SET_IS_EMPTY : 0) |
                (text_is(tree_text(&layout, "reason"), "import") ? SET_IS_IMPORT : 0);
    arena_free(&arena);
    buffer_free(&bytes);
    return flags;
}

uint32_t set_files_choose(const unsigned *flags, uint32_t count, bool *goes)
{
    const bool spares_full = count && (flags[0] & SET_IS_EMPTY);
    uint32_t left = count;

    for (uint32_t i = 0; i < count; i++)
        goes[i] = false;
    for (unsigned imports = 0; imports <= SET_IS_IMPORT; imports += SET_IS_IMPORT)
        for (uint32_t i = count; i-- > 1 && left > SETS_KEPT;) {
            if (goes[i] || (flags[i] & SET_IS_IMPORT) != imports)
                continue;
            goes[i] = flags[i] & SET_IS_EMPTY || !spares_full;
            left -= goes[i];
        }
    return count - left;
}

/* Removes only the snapshots: a file without its snapshot is no set. The folder is not synced, because a sync delays
 * everything that writes to the same disk. So a power cut may bring a removed set back. Returns how many are gone. */
static uint32_t remove_snapshots(struct beneath *b, const char *folder, const struct set_list *list, const bool *goes)
{
    char name[SET_STEM_SIZE + 16];
    DIR *listed = beneath_list(b, folder);
    uint32_t removed = 0;

    for (uint32_t i = 0; listed && i < list->count; i++)
        if (goes[i] && unlinkat(dirfd(listed), set_name_write(&list->at[i], SET_SNAPSHOT, name), 0) == 0)
            removed++;
    if (listed)
        closedir(listed);
    return removed;
}

static bool has_snapshot(const struct set_list *list, const struct set_name *name)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (set_name_compare(&list->at[i], name) == 0)
            return true;
    return list->count == SETS_LISTED;
}

/* Removes layouts and manifests without a snapshot: a death came between the files of a set. */
static void remove_rests(struct beneath *b, const char *folder, const struct set_list *list)
{
    DIR *listed = beneath_list(b, folder);
    struct dirent *entry;
    struct set_name name;
    enum set_file file;

    for (int i = 0; listed && i < ENTRIES_MOST && (entry = readdir(listed)); i++)
        if (set_name_read(entry->d_name, &name, &file) && file != SET_SNAPSHOT && !has_snapshot(list, &name))
            unlinkat(dirfd(listed), entry->d_name, 0);
    if (listed)
        closedir(listed);
}

static uint32_t prune_sets(struct beneath *b, const char *folder, const struct set_name *newest,
                           const struct set_name *kept)
{
    const usec_t now = newest->second * (usec_t)1000000;
    unsigned flags[SETS_LISTED] = { 0 };
    bool goes[SETS_LISTED];
    struct set_list list;
    uint32_t pruned;

    set_files_list(b, folder, now, &list);
    for (uint32_t i = 0; i < list.count; i++)
        flags[i] = read_flags(b, folder, &list.at[i]);
    set_files_choose(flags, list.count, goes);
    for (uint32_t i = 0; i < list.count; i++)
        goes[i] = goes[i] && !(kept && set_name_compare(kept, &list.at[i]) == 0);
    pruned = remove_snapshots(b, folder, &list, goes);
    set_files_list(b, folder, now, &list);
    remove_rests(b, folder, &list);
    return pruned;
}

/* ---- writing ---- */

/* The snapshot comes last, and makes the names of all durable. */
static const struct {
    enum set_file file;
    const char *stop;
} steps[SET_FILES] = {
    { SET_LAYOUT, "autosave-layout" },
    { SET_MANIFEST, "autosave-manifest" },
    { SET_SNAPSHOT, "autosave-snapshot" },
};

static enum err write_file(struct beneath *b, const char *folder, const struct set_name *name, enum set_file file,
                           const struct set_content *content, struct fault *fault)
{
    const struct bytes bytes = content->file[file];
    char path[PATH_SIZE];

    if (!bytes.len)
        return ERR_OK;
    path_of(folder, name, file, path);
    return file == SET_SNAPSHOT ? beneath_write(b, path, bytes, 0644, fault)
                                : beneath_write_part(b, path, bytes, 0644, fault);
}

enum err set_files_write(struct beneath *b, const char *folder, const struct set_name *name,
                         const struct set_content *content, const struct set_name *kept, uint32_t *pruned,
                         struct fault *fault)
{
    uint32_t removed;

    stop_point("autosave-begun");
    for (int i = 0; i < SET_FILES; i++) {
        if (write_file(b, folder, name, steps[i].file, content, fault) != ERR_OK)
            return fault->code;
        stop_point(steps[i].stop);
    }
    removed = prune_sets(b, folder, name, kept);
    stop_point("autosave-pruned");
    if (pruned)
        *pruned = removed;
    return ERR_OK;
}
