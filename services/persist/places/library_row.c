#include "services/persist/places/library_row.h"

#include "services/persist/turn/turn.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"
#include "store/catalogue_write.h"
#include "store/keys.h"

/* ---- what a person set, kept while the library is removed ---- */

static struct key kept_key(struct id id)
{
    struct key key = key_name(META_REMOVED);

    key_add(&key, id.b, sizeof(id.b));
    return key;
}

static enum err keep_settings(struct persist *p, struct id id)
{
    struct key row = key_id(id), kept = kept_key(id);
    struct library library;
    enum err e = row_get(p->w.txn, &p->arena, DB_LIBRARY, &row, &library_shape, &library);

    if (e != ERR_OK || library.has_project || (!library.has_backend && !library.has_fetch))
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    return turn_wrote(p, row_put(&p->w, DB_META, &kept, &library_shape, &library));
}

enum err library_row_recover(struct persist *p, struct id id, struct library *library)
{
    struct key key = kept_key(id);

    return row_get(p->w.txn, &p->arena, DB_META, &key, &library_shape, library);
}

enum err library_row_drop_kept(struct persist *p, struct id id)
{
    struct key key = kept_key(id);
    struct bytes value;
    enum err e = txn_get(p->w.txn, DB_META, key_bytes(&key), &value);

    if (e == ERR_OK)
        e = turn_wrote(p, txn_delete(p->w.txn, DB_META, key_bytes(&key)));
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err library_row_kept_trees(struct persist *p, const struct library *around, struct id_list *to)
{
    struct key prefix = key_name(META_REMOVED);
    struct library library;
    struct walk walk;
    enum err e = walk_begin(p->w.txn, DB_META, key_bytes(&prefix), key_bytes(&prefix), &walk);

    *to = (struct id_list){ 0, arena_array(&p->arena, LIBRARY_TREES, sizeof(*to->at)) };
    if (e == ERR_OK && !to->at)
        e = ERR_FULL;
    while (e == ERR_OK && to->count < LIBRARY_TREES && walk_next(&walk)) {
        e = row_decode(p->w.txn, &p->arena, walk.value, &library_shape, &library);
        if (e == ERR_OK && library_row_is_within(p, &library, around->id) && id_equal(library.volume, around->volume))
            to->at[to->count++] = library.id;
    }
    walk_end(&walk);
    return e;
}

/* ---- the row ---- */

enum err library_row_read(struct persist *p, struct id id, struct library *library, struct folder *folder)
{
    struct key key = key_id(id);
    enum err e = row_get(p->w.txn, &p->arena, DB_LIBRARY, &key, &library_shape, library);

    return e == ERR_OK ? catalogue_folder(p->w.txn, &p->arena, id, folder) : e;
}

enum err library_row_remove(struct persist *p, const struct folder *was)
{
    struct folder now = *was;
    enum err e = keep_settings(p, was->id);

    now.library = false;
    if (e == ERR_OK)
        e = turn_wrote(p, catalogue_remove_library(&p->w, was->id));
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
        e = library_row_drop_kept(p, library->id);
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
