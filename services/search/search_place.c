#include "services/search/search_place.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "services/search/index/index_keep.h"
#include "services/search/search_begin.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"

enum { FOLDERS_BELOW = 200000 };

/* ---- all rows in a folder and below ---- */

enum err search_folder_read(struct request *request, struct txn *txn, struct arena *arena, struct id id,
                            struct folder *folder)
{
    enum err e = catalogue_folder(txn, arena, id, folder);
    char text[ID_TEXT_SIZE];

    return e == ERR_NOT_FOUND ? fault_set(request->fault, e, "no folder %s", id_write(id, text)) : e;
}

/* Folders whose own folders are still to be read. */
struct folder_queue {
    struct id *at;
    uint32_t count, room;
    bool is_full;
};

static bool queue_folder(void *state, const struct folder *folder)
{
    struct folder_queue *queue = state;

    queue->is_full = queue->count == FOLDERS_BELOW;
    if (queue->is_full)
        return false;
    ALLOC_ROOM(queue->at, queue->count, queue->room, 64);
    queue->at[queue->count++] = folder->id;
    return true;
}

static void add_folder_rows(struct request *request, struct id folder, struct bitmap *rows)
{
    struct text text = { sizeof(folder.b), (const char *)folder.b };
    char key[TERM_LONGEST];
    struct bitmap *here = index_term(&request->search->index, terms_start(key, TERM_FOLDER, text), NULL);

    bitmap_or(rows, here);
    bitmap_free(here);
}

static enum err add_rows_below(struct request *request, struct txn *txn, struct folder_queue *queue,
                               struct bitmap *rows)
{
    struct arena arena = { 0 };
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < queue->count; i++) {
        add_folder_rows(request, queue->at[i], rows);
        e = catalogue_each_subfolder(txn, &arena, queue->at[i], queue_folder, queue);
        arena_reset(&arena);
    }
    arena_free(&arena);
    if (e == ERR_OK && queue->is_full)
        e = fault_set(request->fault, ERR_TOO_LARGE,
                      "the folder has more than %d folders below it: choose one of those", FOLDERS_BELOW);
    return e;
}

enum err search_folder_rows(struct request *request, struct id folder, struct bitmap **rows)
{
    struct folder_queue queue = { 0 };
    struct folder found;
    struct txn *txn;
    enum err e = search_read(request->search, &txn, request->fault);

    *rows = NULL;
    if (e != ERR_OK)
        return e;
    e = search_folder_read(request, txn, request->arena, folder, &found);
    *rows = e == ERR_OK ? bitmap_new() : NULL;
    if (e == ERR_OK && queue_folder(&queue, &found))
        e = add_rows_below(request, txn, &queue, *rows);
    free(queue.at);
    txn_end(txn);
    return e;
}

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

/* ---- under: in a query ---- */

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
