#include "services/composer/excluded.h"

#include "services/composer/exclude.h"
#include "services/composer/reading.h"
#include "store/catalogue_path.h"
#include "store/community.h"

enum { FOLDERS_MOST = 65536 };
static const usec_t counting_us = 100000; /* of all folders */

/* ---- counting ---- */

/* The folders below an excluded one, as a list that grows while it is read. */
struct item_count {
    struct arena arena;
    struct id *folders;
    uint32_t count, room;
    uint64_t items;
};

static bool count_item(void *state, struct bytes file, const struct kept_place *place)
{
    struct item_count *c = state;

    (void)file, (void)place;
    c->items++;
    return true;
}

static bool add_folder(void *state, const struct folder *folder)
{
    struct item_count *c = state;

    if (c->count == FOLDERS_MOST)
        return false;
    c->folders = arena_grow(&c->arena, c->folders, c->count, &c->room, sizeof(*c->folders));
    c->folders[c->count++] = folder->id;
    return true;
}

/* A damaged row ends the count of its folder. */
static void count_items(struct txn *txn, struct id folder, usec_t until, struct excluded_folder *to)
{
    const struct folder first = { .id = folder };
    struct item_count c = { .items = 0 };
    struct arena scratch = { 0 };
    uint32_t at = 0;

    (void)add_folder(&c, &first);
    while (at < c.count && clock_steady() < until) {
        struct id id = c.folders[at++];
        (void)catalogue_each_place(txn, &scratch, id, count_item, &c);
        (void)catalogue_each_subfolder(txn, &scratch, id, add_folder, &c);
        arena_reset(&scratch);
    }
    to->items = c.items;
    to->has_more = to->more = at < c.count || c.count == FOLDERS_MOST;
    arena_free(&scratch);
    arena_free(&c.arena);
}

/* ---- the list ---- */

static enum err describe_row(struct txn *txn, struct arena *arena, const struct exclusion *row, usec_t until,
                             struct excluded_folder *to)
{
    *to = (struct excluded_folder){ .since = row->since, .has_line = row->line.len > 0 };
    if (to->has_line)
        to->line = arena_bytes(arena, row->line);
    count_items(txn, row->folder, until, to);
    return catalogue_folder_last_path(txn, arena, row->folder, &to->path);
}

enum err excluded_read(struct txn *txn, struct arena *arena, struct excluded_folder_list *to)
{
    usec_t until = clock_steady() + counting_us;
    struct exclusion_list rows;
    enum err e = community_exclusions(txn, arena, &rows);

    *to = (struct excluded_folder_list){ 0, arena_array(arena, EXCLUSIONS_MOST, sizeof(*to->at)) };
    if (e == ERR_OK && !to->at)
        e = ERR_FULL;
    for (uint32_t i = 0; e == ERR_OK && i < rows.count; i++)
        if (i == 0 || !id_equal(rows.at[i].folder, rows.at[i - 1].folder))
            e = describe_row(txn, arena, &rows.at[i], until, &to->at[to->count++]);
    return e;
}

enum err excluded_list(struct composer *c, struct arena *arena, struct excluded_folders *to, struct fault *fault)
{
    struct fault why = { 0 };
    struct txn *txn;
    enum err e = reading_begin(c, &txn, fault);

    if (e != ERR_OK)
        return e;
    e = excluded_read(txn, arena, &to->each);
    to->has_stopped = exclude_stops(&c->exclude, txn, arena, &why);
    if (to->has_stopped)
        to->stopped = arena_text(arena, text_of(why.what));
    txn_end(txn);
    return e == ERR_OK ? e : fault_set(fault, e, "the excluded folders cannot be read");
}

/* ---- changes ---- */

static enum err refuse_path(struct bytes path, struct fault *fault)
{
    fault_set(fault, ERR_NOT_FOUND, "no folder of the catalogue is at %.*s", (int)path.len, (const char *)path.at);
    return fault_hint(fault,
                      "index it first, or write it into loophole.conf, [composer] exclude: then nothing is shared "
                      "until it is indexed");
}

enum err excluded_add(struct composer *c, struct arena *arena, struct bytes path, struct persist_composer *changes,
                      struct fault *fault)
{
    struct exclusion *one = arena_array(arena, 1, sizeof(*one));
    struct txn *txn;
    enum err e = one ? reading_begin(c, &txn, fault) : fault_set(fault, ERR_FULL, "there is no memory");

    if (e != ERR_OK)
        return e;
    e = path.len && path.at[0] == '/' ? catalogue_folder_at(txn, arena, path, &one->folder) : ERR_NOT_FOUND;
    txn_end(txn);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? refuse_path(path, fault) : fault_set(fault, e, "the folders cannot be read");
    *changes = (struct persist_composer){ .exclude = { 1, one } };
    return ERR_OK;
}

/* The folder may be gone from the disk. */
static bool is_at(struct txn *txn, struct arena *arena, const struct exclusion *row, struct bytes path)
{
    struct bytes at;

    return catalogue_folder_last_path(txn, arena, row->folder, &at) == ERR_OK && bytes_equal(at, path);
}

/* The rows of a folder follow each other. */
static bool has_damaged_row(const struct exclusion_list *rows, uint32_t first)
{
    uint32_t i = first;

    while (i < rows->count && id_equal(rows->at[i].folder, rows->at[first].folder) &&
           !community_is_damaged(&rows->at[i]))
        i++;
    return i < rows->count && id_equal(rows->at[i].folder, rows->at[first].folder);
}

/* A folder with a damaged row may be removed although loophole.conf excludes it: the service then writes
 * its row again. */
static enum err find_exclusion(struct composer *c, struct txn *txn, struct arena *arena, struct bytes path,
                               struct id *to, struct fault *fault)
{
    struct exclusion_list rows;
    const char *line;
    uint32_t i = 0;

    if (community_exclusions(txn, arena, &rows) != ERR_OK)
        return fault_set(fault, ERR_INTERNAL, "the excluded folders cannot be read");
    while (i < rows.count && !is_at(txn, arena, &rows.at[i], path))
        i++;
    if (i == rows.count) {
        fault_set(fault, ERR_NOT_FOUND, "%.*s is not an excluded folder", (int)path.len, (const char *)path.at);
        return fault_hint(fault, "`loophole composer exclude list` lists them");
    }
    *to = rows.at[i].folder;
    line = exclude_line_of(&c->exclude, &rows, *to);
    if (!line || has_damaged_row(&rows, i))
        return ERR_OK;
    fault_set(fault, ERR_DENIED, "loophole.conf excludes it: the line of [composer] exclude is %.120s", line);
    return fault_hint(fault, "remove it there, restart the engine, and repeat the command");
}

enum err excluded_remove(struct composer *c, struct arena *arena, struct bytes path, struct persist_composer *changes,
                         struct fault *fault)
{
    struct id *folder = arena_array(arena, 1, sizeof(*folder));
    struct txn *txn;
    enum err e = folder ? reading_begin(c, &txn, fault) : fault_set(fault, ERR_FULL, "there is no memory");

    if (e != ERR_OK)
        return e;
    e = find_exclusion(c, txn, arena, path, folder, fault);
    txn_end(txn);
    *changes = (struct persist_composer){ .include = { 1, folder } };
    return e;
}
