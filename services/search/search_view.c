#include "services/search/search_view.h"

#include <stdlib.h>

#include "common/process/limits.h"
#include "services/search/search_begin.h"
#include "services/search/search_place.h"
#include "store/catalogue_path.h"
#include "store/elements.h"
#include "store/uses.h"

/* ---- the pool of a project ---- */

static enum err find_project(struct request *request, struct txn *txn, struct text named, struct id *project)
{
    struct fault *fault = request->fault;
    enum err e = named.len ? elements_named(txn, request->arena, named, project)
                           : elements_current(txn, request->arena, project);

    if (e != ERR_NOT_FOUND)
        return e == ERR_OK ? e : fault_set(fault, e, "the projects cannot be read");
    if (named.len)
        fault_set(fault, e, "no project \"%.*s\"", TEXT_ARG(named));
    else
        fault_set(fault, e, "no project is open");
    fault_field(fault, named.len ? "project" : "view");
    return fault_hint(fault, "`loophole project list` shows all; --project NAME chooses one");
}

struct gathering_rows {
    struct index *index;
    struct bitmap *rows;
};

static bool add_use_row(void *state, const struct use *use)
{
    struct gathering_rows *g = state;
    uint32_t row;

    if (!use->ended && index_find(g->index, use->media, &row))
        bitmap_add(g->rows, row);
    return true;
}

static enum err gather_pool(struct request *request, struct txn *txn, struct text named, struct bitmap *pool)
{
    struct gathering_rows gathering = { &request->search->index, pool };
    struct id project;
    enum err e = find_project(request, txn, named, &project);

    if (e != ERR_OK)
        return e;
    e = uses_each(txn, request->arena, project, add_use_row, &gathering);
    return e == ERR_OK ? e : fault_set(request->fault, e, "the uses of the project cannot be read");
}

static enum err add_pool(struct request *request, struct text named, struct bitmap *pool)
{
    struct txn *txn;
    enum err e = search_read(request->search, &txn, request->fault);

    if (e != ERR_OK)
        return e;
    e = gather_pool(request, txn, named, pool);
    txn_end(txn);
    return e;
}

static enum err keep_pool(struct request *request, struct text named, struct bitmap *rows)
{
    struct bitmap *pool = bitmap_new();
    enum err e = add_pool(request, named, pool);

    if (e == ERR_OK)
        bitmap_and(rows, pool);
    bitmap_free(pool);
    return e;
}

/* ---- the global library ---- */

enum { PROJECTS_MOST = 4096 };

struct gathering_folders {
    struct txn *txn;
    struct arena *arena;
    struct id *at; /* folders of projects that the catalogue knows */
    uint32_t count;
};

static bool add_project_folder(void *state, const struct element *element)
{
    struct gathering_folders *g = state;
    struct text folder = elements_folder(g->txn, g->arena, element->id);

    if (folder.len &&
        catalogue_folder_at(g->txn, g->arena, bytes_of(folder.at, folder.len), &g->at[g->count]) == ERR_OK)
        g->count++;
    return g->count < PROJECTS_MOST;
}

static enum err gather_folders(struct request *request, struct gathering_folders *g)
{
    enum err e = search_read(request->search, &g->txn, request->fault);

    if (e != ERR_OK)
        return e;
    e = elements_each_project(g->txn, request->arena, add_project_folder, g);
    txn_end(g->txn);
    return e == ERR_OK ? e : fault_set(request->fault, e, "the projects cannot be read");
}

/* Adds the rows in the folders of all projects. */
static enum err add_folders(struct request *request, struct bitmap *rows)
{
    struct gathering_folders g = { .arena = request->arena };
    struct bitmap *inside;

    g.at = arena_array(request->arena, PROJECTS_MOST, sizeof(*g.at));
    enum err e = g.at ? gather_folders(request, &g) : limits_refuse(request->fault, "the view");
    for (uint32_t i = 0; e == ERR_OK && i < g.count; i++) {
        e = search_folder_rows(request, g.at[i], &inside);
        if (e == ERR_OK)
            bitmap_or(rows, inside);
        bitmap_free(inside);
    }
    return e;
}

static enum err drop_folders(struct request *request, struct bitmap *rows)
{
    struct bitmap *inside = bitmap_new();
    enum err e = add_folders(request, inside);

    if (e == ERR_OK)
        bitmap_and_not(rows, inside);
    bitmap_free(inside);
    return e;
}

enum err search_view_cut(struct request *request, int32_t view, struct text project, struct bitmap *rows)
{
    switch (view) {
    case MEDIA_VIEW_PROJECT:
        return keep_pool(request, project, rows);
    case MEDIA_VIEW_GLOBAL:
        return drop_folders(request, rows);
    default:
        return ERR_OK;
    }
}

/* ---- view: in a query ---- */

static enum err keep_rows(struct request *request, const struct bitmap *rows, struct node *node)
{
    uint32_t count = bitmap_count(rows), *own = arena_array(request->arena, count + (size_t)1, sizeof(*own));

    if (!own)
        return limits_refuse(request->fault, "the view");
    bitmap_rows(rows, own);
    node->rows = own;
    node->row_count = count;
    return ERR_OK;
}

static enum err find_view(struct request *request, struct node *node)
{
    struct bitmap *rows = bitmap_new();
    enum err e;

    e = text_is(node->text, "project") ? add_pool(request, (struct text){ 0 }, rows) : add_folders(request, rows);
    if (e == ERR_OK)
        e = keep_rows(request, rows, node);
    bitmap_free(rows);
    return e;
}

enum err search_view_find(struct request *request, struct node *root)
{
    enum err e = root->kind == NODE_VIEW ? find_view(request, root) : ERR_OK;

    for (struct node *child = root->first; e == ERR_OK && child; child = child->next)
        e = search_view_find(request, child);
    return e;
}
