#include "services/search/search_groups.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "common/process/log.h"
#include "services/search/duplicates/sounds_file.h"
#include "services/search/search_begin.h"

enum { FEW_CHANGES = 100 /* sounds, which are compared at once */ };

static void write_path(const struct search *search, char to[PATH_MAX])
{
    snprintf(to, PATH_MAX, "%.*s/search.duplicates", PATH_MAX - 32, service_paths(search->service)->cache);
}

/* Changes before the index's own file may be unknown; so may those of another history of the store. */
static bool covers_changes(const struct search *search, struct txn *txn, const struct sounds_file *file)
{
    struct hash change_hash = catalogue_change_hash(txn, file->revision);

    return file->revision >= search->index.touched_from &&
           memcmp(&change_hash, &file->change_hash, sizeof(change_hash)) == 0;
}

/* Reads the file, once. */
static void look_at_file(struct search *search, struct txn *txn)
{
    struct fault fault = { 0 };
    struct sounds_file file;
    struct candidate_sounds sounds;
    char path[PATH_MAX];
    enum err e;

    search->all.has_looked = true;
    write_path(search, path);
    e = sounds_file_read(path, search->index.catalogue, &sounds, &file, &fault);
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        log_fault("duplicates are looked for again", &fault);
    if (e != ERR_OK)
        return;
    search->all.groups = groups_of(&sounds);
    search->all.is_wanted = true;
    search->all.is_old = !covers_changes(search, txn, &file);
    search->all.written = file.revision;
}

bool search_groups_are_wanted(struct search *search)
{
    struct all_groups *all = &search->all;
    struct fault fault = { 0 };
    struct txn *txn;

    if (!all->has_looked && search_read(search, &txn, &fault) == ERR_OK) {
        look_at_file(search, txn);
        txn_end(txn);
    }
    return all->is_wanted;
}

/* NULL: no search of all items has ended, or one is under way. */
static const struct candidate_sounds *find_sounds(const struct search *search)
{
    const struct duplicate_groups *groups = search->all.groups;

    for (const struct duplicates *d = search->duplicates; d && !groups; d = d->next_one)
        groups = d->is_whole && d->done ? d->groups : NULL;
    return groups ? groups_sounds(groups) : NULL;
}

bool search_groups_serves(struct search *search, uint32_t count)
{
    const struct bitmap *touched = search->index.touched;

    return search_groups_are_wanted(search) && !search->all.is_old && find_sounds(search) &&
           bitmap_count(touched) <= count + FEW_CHANGES;
}

/* True where the index has put the item again since, or no longer has it. */
static bool *list_changed(const struct duplicates *d, const struct bitmap *touched)
{
    bool *is_changed = alloc_array(d->count, sizeof(*is_changed));
    uint32_t row;

    for (uint32_t i = 0; i < d->count; i++)
        is_changed[i] = !index_find(&d->search->index, d->ids[i], &row) || bitmap_has(touched, row);
    return is_changed;
}

static enum err renew_groups(struct duplicates *d)
{
    struct all_groups *all = &d->search->all;
    struct bitmap *touched = index_take_touched(&d->search->index);
    bool *is_changed = limits_leave(d->count * sizeof(*is_changed)) ? list_changed(d, touched) : NULL;
    enum err e = is_changed ? groups_renew(d->groups, d->ids, d->count, all->is_old ? NULL : is_changed) : ERR_FULL;

    free(is_changed);
    bitmap_free(touched);
    d->revision = d->search->index.revision;
    d->change_hash = d->search->index.change_hash;
    d->is_renewed = e == ERR_OK;
    all->is_old = e != ERR_OK;
    all->is_wanted = true;
    return e;
}

enum err search_groups_renew(struct duplicates *d, struct txn *txn)
{
    struct all_groups *all = &d->search->all;

    if (!all->has_looked)
        look_at_file(d->search, txn);
    if (!d->groups) {
        d->groups = all->groups ? all->groups : groups_of(NULL);
        all->groups = NULL;
    }
    return groups_sounds(d->groups) ? renew_groups(d) : ERR_OK;
}

void search_groups_keep(struct duplicates *d)
{
    struct all_groups *all = &d->search->all;

    if (d->is_whole && d->groups && !all->groups)
        all->groups = d->groups;
    else
        groups_free(d->groups);
    d->groups = NULL;
}

void search_groups_write(struct duplicates *d, struct fault *fault)
{
    const struct candidate_sounds *sounds = groups_sounds(d->groups);
    struct sounds_file file = { d->search->index.catalogue, d->revision, d->change_hash };
    char path[PATH_MAX];

    if (!d->is_whole || !sounds || d->revision == d->search->all.written)
        return;
    write_path(d->search, path);
    if (sounds_file_write(sounds, &file, path, fault) != ERR_OK)
        log_fault("writing the duplicates of all items", fault);
    d->search->all.written = d->revision;
}
