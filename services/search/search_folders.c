#include "services/search/search_folders.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/id_table.h"
#include "common/process/limits.h"
#include "services/search/index/index_keep.h"
#include "services/search/search_begin.h"
#include "services/search/search_page.h"
#include "services/search/search_place.h"
#include "store/catalogue_path.h"

enum { FOLDERS_DEEP = PATH_MAX / 2, FOLDERS_AT_ONCE = 1000 };

/* ---- the folders in a folder, with their counts ---- */

struct folder_counting {
    struct request *request;
    struct txn *txn;
    struct arena arena;   /* of one lookup */
    struct id parent;     /* zero: the libraries are listed */
    struct id last_above; /* the one above the folder that was looked up last … */
    struct id last_child; /* … and the child of `parent` that contains it; zero: none */
    struct folder_count *each;
    uint32_t count, room;
    struct id_table places; /* the number of each in `each`, from 1 */
};

/* Reads a folder, and the id of the one above it. That is the mount's own folder for those directly below a mount,
 * whose parent is zero. Zero: there is none. */
static enum err read_folder(struct folder_counting *counting, struct id id, struct folder *folder, struct id *above)
{
    enum err e = catalogue_folder(counting->txn, &counting->arena, id, folder);

    *above = (struct id){ { 0 } };
    if (e != ERR_OK)
        return e;
    *above = folder->parent;
    if (!id_is_zero(folder->parent) || folder->name.len == 0)
        return ERR_OK;
    e = catalogue_folder_named(counting->txn, folder->volume, folder->parent, (struct bytes){ 0 }, above);
    if (e == ERR_NOT_FOUND)
        *above = (struct id){ { 0 } };
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* True if `folder`, which is in `above`, is listed itself. */
static bool is_child(const struct folder_counting *counting, const struct folder *folder, struct id above)
{
    return id_is_zero(counting->parent) ? folder->library : id_equal(above, counting->parent);
}

/* Sets `child` to the folder if it is a listed one, else to zero. A folder that is gone has none above it. */
static enum err look_at(struct folder_counting *counting, struct id id, struct id *child, struct id *above)
{
    struct folder folder;
    enum err e = read_folder(counting, id, &folder, above);

    *child = e == ERR_OK && is_child(counting, &folder, *above) ? id : (struct id){ { 0 } };
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Finds the listed folder that is `id`, or contains it; zero: none. */
static enum err find_child(struct folder_counting *counting, struct id id, struct id *child)
{
    enum err e = ERR_OK;

    *child = (struct id){ { 0 } };
    for (int depth = 0; depth < FOLDERS_DEEP && e == ERR_OK && !id_is_zero(id) && id_is_zero(*child); depth++)
        e = look_at(counting, id, child, &id);
    return e;
}

/* As find_child. Folders of one parent mostly follow each other, so it keeps the result for the last parent. */
static enum err find_child_cached(struct folder_counting *counting, struct id id, struct id *child)
{
    struct id above;
    enum err e = look_at(counting, id, child, &above);

    if (e != ERR_OK || id_is_zero(above) || !id_is_zero(*child))
        return e;
    if (!id_equal(above, counting->last_above)) {
        e = find_child(counting, above, &counting->last_child);
        counting->last_above = above;
    }
    *child = counting->last_child;
    return e;
}

static enum err add_items(struct folder_counting *counting, struct id child, uint32_t items, bool is_here)
{
    const bool is_full = counting->count == counting->room;
    uint32_t *number;

    if (!limits_leave(id_table_growth(&counting->places) +
                      (is_full ? 2 * counting->room * sizeof(*counting->each) : 0)))
        return limits_refuse(counting->request->fault, "the folders");
    number = id_table_number(&counting->places, child);
    if (*number == 0) {
        ALLOC_ROOM(counting->each, counting->count, counting->room, 64);
        counting->each[counting->count++] = (struct folder_count){ .id = child };
        *number = counting->count;
    }
    counting->each[*number - 1].items += items;
    counting->each[*number - 1].here += is_here ? items : 0;
    return ERR_OK;
}

static enum err count_folder(struct folder_counting *counting, uint32_t term, const struct bitmap *rows)
{
    struct index *index = &counting->request->search->index;
    struct text key = terms_key(&index->terms, term);
    struct bitmap *inside = index_term(index, key, rows);
    uint32_t items = bitmap_count(inside);
    struct id folder, child;
    enum err e;

    bitmap_free(inside);
    if (items == 0 || key.len < 1 + sizeof(folder.b))
        return ERR_OK;
    memcpy(folder.b, terms_key(&index->terms, term).at + 1, sizeof(folder.b));
    e = find_child_cached(counting, folder, &child);
    if (e == ERR_OK && !id_is_zero(child))
        e = add_items(counting, child, items, id_equal(folder, child));
    arena_reset(&counting->arena);
    return e;
}

static enum err count_folders(struct folder_counting *counting, const struct bitmap *rows)
{
    struct index *index = &counting->request->search->index;
    char key[TERM_LONGEST];
    struct term_range range = terms_starting(&index->terms, terms_start(key, TERM_FOLDER, (struct text){ 0 }));
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < range.count; i++)
        e = count_folder(counting, range.at[i], rows);
    return e;
}

/* A library without a current path has the last one, as in catalogue_each_library. */
static enum err read_path(struct folder_counting *counting, struct id id, struct bytes *path)
{
    struct arena *arena = counting->request->arena;
    struct library library;
    enum err e = catalogue_folder_path(counting->txn, arena, id, path);

    if (e != ERR_OK || path->len)
        return e;
    e = catalogue_library(counting->txn, arena, id, &library);
    *path = e == ERR_OK ? library.path : *path;
    return e;
}

static enum err name_folder(struct folder_counting *counting, struct folder_count *one)
{
    struct arena *arena = counting->request->arena;
    struct folder folder;
    enum err e = catalogue_folder(counting->txn, arena, one->id, &folder);

    if (e == ERR_OK && id_is_zero(counting->parent))
        e = read_path(counting, one->id, &folder.name);
    if (e != ERR_OK)
        return e;
    one->name = arena_bytes(arena, folder.name);
    return one->name.len == folder.name.len ? e : limits_refuse(counting->request->fault, "the folders");
}

static int by_folder_name(const void *a, const void *b)
{
    return bytes_compare(((const struct folder_count *)a)->name, ((const struct folder_count *)b)->name);
}

static enum err list_folders(struct folder_counting *counting, struct folders_found *to)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < counting->count; i++)
        e = name_folder(counting, &counting->each[i]);
    if (e != ERR_OK)
        return e;
    if (counting->count)
        qsort(counting->each, counting->count, sizeof(*counting->each), by_folder_name);
    to->each.count = counting->count < FOLDERS_AT_ONCE ? counting->count : FOLDERS_AT_ONCE;
    to->more = counting->count - to->each.count;
    to->each.at = arena_array(counting->request->arena, to->each.count, sizeof(*to->each.at));
    if (!to->each.at)
        return limits_refuse(counting->request->fault, "the folders");
    if (to->each.count)
        memcpy(to->each.at, counting->each, to->each.count * sizeof(*to->each.at));
    return ERR_OK;
}

static enum err find_folders(struct folder_counting *counting, const struct bitmap *rows, struct folders_found *to)
{
    struct folder parent;
    enum err e = search_read(counting->request->search, &counting->txn, counting->request->fault);

    if (e != ERR_OK)
        return e;
    if (!id_is_zero(counting->parent))
        e = search_folder_read(counting->request, counting->txn, &counting->arena, counting->parent, &parent);
    if (e == ERR_OK)
        e = count_folders(counting, rows);
    if (e == ERR_OK)
        e = list_folders(counting, to);
    txn_end(counting->txn);
    return e;
}

enum err search_folders(struct request *request, const void *of, void *answer)
{
    const struct search_folders *ask = of;
    struct folders_found *found = answer;
    struct folder_counting counting = { .request = request };
    struct bitmap *rows = NULL;
    struct node *root;
    enum err e = search_rows(request, ask->query, &root, &rows);

    if (ask->has_folder)
        counting.parent = ask->folder;
    found->revision = request->search->index.revision;
    if (e == ERR_OK)
        e = find_folders(&counting, rows, found);
    free(counting.each);
    id_table_free(&counting.places);
    arena_free(&counting.arena);
    bitmap_free(rows);
    return e;
}
