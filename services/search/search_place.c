/* search_place.c: the items at an absolute path of a query, or below it. */
#include "common/process/limits.h"
#include "services/search/search.h"
#include "store/catalogue.h"

/* ---- a folder whose volume is away ---- */

struct place_looking {
    struct txn *txn;
    struct arena *arena;
    struct bytes path;
    struct id found; /* zero: not yet */
};

/* Follows the names of the path below the library's folder. */
static bool walk_down(struct place_looking *look, const struct library *library)
{
    uint32_t at = library->path.len;
    struct id folder = library->id;

    while (at < look->path.len) {
        uint32_t end = ++at;
        while (end < look->path.len && look->path.at[end] != '/')
            end++;
        if (catalogue_folder_named(look->txn, library->volume, folder, bytes_of(look->path.at + at, end - at),
                                   &folder) != ERR_OK)
            return false;
        at = end;
    }
    look->found = folder;
    return true;
}

static bool look_in_library(void *state, const struct library *library)
{
    struct place_looking *look = state;
    const bool may = bytes_equal(library->path, look->path) || bytes_path_contains(library->path, look->path);

    return !may || !walk_down(look, library);
}

static struct id folder_of(struct txn *txn, struct arena *arena, struct bytes path)
{
    struct place_looking look = { txn, arena, path, { { 0 } } };

    if (catalogue_folder_at(txn, arena, path, &look.found) != ERR_OK) {
        look.found = (struct id){ { 0 } };
        (void)catalogue_each_library(txn, arena, look_in_library, &look);
    }
    return look.found;
}

/* ---- rows ---- */

static enum err keep_rows(struct request *request, const struct bitmap *rows, struct node *node)
{
    const uint32_t count = bitmap_count(rows);
    uint32_t *own = arena_array(request->arena, count + (size_t)1, sizeof(*own));

    if (!own)
        return limits_refuse(request->fault, "the query");
    bitmap_rows(rows, own);
    node->rows = own;
    node->row_count = count;
    return ERR_OK;
}

static enum err keep_folder(struct request *request, struct id folder, struct node *node)
{
    struct bitmap *rows;
    enum err e = search_folder_rows(request, folder, &rows);

    if (e == ERR_OK)
        e = keep_rows(request, rows, node);
    bitmap_free(rows);
    return e;
}

static enum err keep_item(struct request *request, struct id item, struct node *node)
{
    struct bitmap *rows = bitmap_new();
    uint32_t row;
    enum err e;

    if (index_find(&request->search->index, item, &row))
        bitmap_add(rows, row);
    e = keep_rows(request, rows, node);
    bitmap_free(rows);
    return e;
}

static enum err find_path(struct request *request, struct node *node)
{
    const struct bytes path = bytes_of(node->text.at, node->text.len);
    struct txn *txn;
    struct id folder, item = { { 0 } };
    enum err e = search_read(request->search, &txn, request->fault);

    if (e != ERR_OK)
        return e;
    folder = folder_of(txn, request->arena, path);
    if (id_is_zero(folder) && catalogue_at_path(txn, request->arena, path, &item) != ERR_OK)
        item = (struct id){ { 0 } };
    txn_end(txn);
    if (!id_is_zero(folder))
        return keep_folder(request, folder, node);
    return id_is_zero(item) ? ERR_OK : keep_item(request, item, node);
}

enum err search_place_find(struct request *request, struct node *root)
{
    enum err e = root->kind == NODE_UNDER ? find_path(request, root) : ERR_OK;

    for (struct node *child = root->first; e == ERR_OK && child; child = child->next)
        e = search_place_find(request, child);
    return e;
}
