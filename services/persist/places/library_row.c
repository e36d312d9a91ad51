#include "services/persist/places/library_row.h"

#include "services/persist/turn/turn.h"
#include "store/catalogue.h"
#include "store/catalogue_write.h"

enum err library_row_read(struct persist *p, struct id id, struct library *library, struct folder *folder)
{
    struct key key = key_id(id);
    enum err e = row_get(p->w.txn, &p->arena, DB_LIBRARY, &key, &library_shape, library);

    return e == ERR_OK ? catalogue_folder(p->w.txn, &p->arena, id, folder) : e;
}

enum err library_row_remove(struct persist *p, const struct folder *was)
{
    struct folder now = *was;
    enum err e = turn_wrote(p, catalogue_remove_library(&p->w, was->id));

    now.library = false;
    if (e == ERR_OK)
        e = turn_wrote(p, catalogue_put_folder(&p->w, was, &now));
    return e == ERR_OK ? turn_log(p, CHANGE_KIND_LIBRARY, was->id, true) : e;
}

enum err library_row_put(struct persist *p, const struct library *library, const struct folder *was)
{
    struct folder now = *was;
    enum err e = turn_wrote(p, catalogue_put_library(&p->w, library));

    now.library = true;
    if (e == ERR_OK)
        e = turn_wrote(p, catalogue_put_folder(&p->w, was, &now));
    return e == ERR_OK ? turn_log(p, CHANGE_KIND_LIBRARY, was->id, false) : e;
}

bool library_row_is_within(struct persist *p, const struct library *tree, struct id around)
{
    (void)p;
    return tree->has_within && id_equal(tree->within, around);
}

struct row_gathering {
    struct persist *p;
    struct id around;
    library_row_fits *fits;
    struct id_list *to;
};

static bool gather_tree(void *state, const struct library *library)
{
    struct row_gathering *g = state;

    if (g->to->count < LIBRARY_TREES && g->fits(g->p, library, g->around))
        g->to->at[g->to->count++] = library->id;
    return true;
}

enum err library_row_trees(struct persist *p, struct id around, library_row_fits *fits, struct id_list *to)
{
    struct row_gathering g = { p, around, fits, to };

    *to = (struct id_list){ 0, arena_array(&p->arena, LIBRARY_TREES, sizeof(*to->at)) };
    return to->at ? catalogue_each_library(p->w.txn, &p->arena, gather_tree, &g) : ERR_FULL;
}
