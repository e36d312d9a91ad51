#include "services/persist/places/levels.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "common/process/log.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue.h"

enum err levels_add(struct levels *levels, struct id folder)
{
    if (levels->count == levels->room && !limits_leave(2 * levels->room * sizeof(folder)))
        return ERR_FULL;
    ALLOC_ROOM(levels->folders, levels->count, levels->room, 64);
    levels->folders[levels->count++] = folder;
    return ERR_OK;
}

struct levels_gathering {
    struct persist *persist;
    struct levels *levels;
    enum err error;
    bool is_cut; /* the turn is over */
};

static bool gather_folder(void *state, const struct folder *folder)
{
    struct levels_gathering *g = state;

    if (!folder->library)
        g->error = levels_add(g->levels, folder->id);
    g->levels->name_len = folder->name.len;
    memcpy(g->levels->name, folder->name.at, folder->name.len);
    g->is_cut = turn_is_over(g->persist);
    return g->error == ERR_OK && !g->is_cut;
}

enum err levels_gather(struct persist *p, struct levels *levels, uint32_t at, bool *is_whole)
{
    struct levels_gathering g = { .persist = p, .levels = levels };
    enum err e = catalogue_each_subfolder_after(p->w.txn, &p->arena, levels->folders[at],
                                                bytes_of(levels->name, levels->name_len), gather_folder, &g);

    *is_whole = !g.is_cut;
    if (*is_whole)
        levels->name_len = 0;
    if (g.error != ERR_OK)
        return g.error;
    return e == ERR_NOT_FOUND ? ERR_OK : e; /* the folder was removed meanwhile */
}

/* A place that cannot be read stays as it is. */
static enum err list_item(struct persist *p, struct bytes row, struct levels_items *items)
{
    struct kept_place place;
    enum err e = row_decode(p->w.txn, &p->arena, row, &kept_place_shape, &place);

    if (e == ERR_OK)
        items->ids[items->count++] = place.id;
    else if (e == ERR_INTERNAL)
        log_warn("the row of a place cannot be read and stays: see `loophole store check`");
    return e == ERR_INTERNAL ? ERR_OK : e;
}

/* While it walks, nothing is written. */
enum err levels_next_items(struct persist *p, struct levels *levels, uint32_t at, struct levels_items *items)
{
    struct key from = key_place(levels->folders[at], bytes_of(levels->name, levels->name_len)),
               folder = key_id(levels->folders[at]);
    struct walk walk;
    enum err e = walk_begin(p->w.txn, DB_PLACE, key_bytes(&from), key_bytes(&folder), &walk);

    items->count = 0;
    while (e == ERR_OK && items->count < LEVELS_ITEMS && walk_next(&walk)) {
        if (levels->name_len && bytes_equal(walk.key, key_bytes(&from)))
            continue;
        e = list_item(p, walk.value, items);
        levels->name_len = walk.key.len - 16;
        memcpy(levels->name, walk.key.at + 16, levels->name_len);
    }
    walk_end(&walk);
    return e;
}

void levels_free(struct levels *levels)
{
    free(levels->folders);
    *levels = (struct levels){ 0 };
}
