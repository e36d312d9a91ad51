#include "services/persist/uses/uses_follow.h"

#include "services/persist/turn/turn.h"
#include "services/persist/uses/uses.h"
#include "store/uses.h"

/* The uses of an item, all read before the first write, which makes the map move. */
struct following {
    struct id *contexts;
    struct use *uses;
    uint32_t count, room;
};

static bool keep_use(void *state, struct id context, const struct use *use)
{
    struct following *f = state;

    f->contexts[f->count] = context;
    f->uses[f->count++] = *use;
    return f->count < f->room;
}

static bool count_use(void *state, struct id context, const struct use *use)
{
    struct following *f = state;

    (void)context, (void)use;
    return ++f->room < USES_IN_CONTEXT;
}

static enum err read_uses(struct persist *p, struct id item, struct following *to)
{
    enum err e;

    *to = (struct following){ 0 };
    if (txn_count(p->w.txn, DB_USED_IN) == 0)
        return ERR_OK;
    e = uses_each_place_of(p->w.txn, item, count_use, to);
    if (e != ERR_OK || to->room == 0)
        return e;
    to->contexts = arena_array(&p->arena, to->room, sizeof(*to->contexts));
    to->uses = arena_array(&p->arena, to->room, sizeof(*to->uses));
    return to->contexts && to->uses ? uses_each_of(p->w.txn, &p->arena, item, keep_use, to) : ERR_FULL;
}

/* Reads the use of `item` in the same role, section and track. */
static enum err read_same(struct persist *p, struct id context, const struct use *use, struct id item, struct use *to)
{
    struct use same = *use;

    same.media = item;
    return uses_read(p->w.txn, &p->arena, context, &same, to);
}

static enum err put_use(struct persist *p, struct id context, struct use use, struct id item, struct id from)
{
    use.media = item;
    use.has_from = !id_is_zero(from);
    use.from = from;
    return turn_wrote(p, uses_put(&p->w, context, &use));
}

static enum err move_use(struct persist *p, struct id context, const struct use *use, struct id to, struct id from)
{
    enum err e = turn_wrote(p, uses_remove(&p->w, context, use));

    return e == ERR_OK ? put_use(p, context, *use, to, from) : e;
}

/* ---- two items become one ---- */

/* A current use of `kept` stays current if the use of the other item has ended. */
static enum err follow_use(struct persist *p, struct id context, const struct use *use, struct id kept)
{
    struct use was;
    enum err e = read_same(p, context, use, kept, &was);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && was.ended))
        return move_use(p, context, use, kept, (struct id){ { 0 } });
    return e == ERR_OK ? turn_wrote(p, uses_remove(&p->w, context, use)) : e;
}

/* Calls `each` with each use of an item, and with the other item. */
static enum err walk_uses(struct persist *p, struct id item, struct id other,
                          enum err (*each)(struct persist *p, struct id context, const struct use *use,
                                           struct id other))
{
    struct following f;
    enum err e = read_uses(p, item, &f);

    for (uint32_t i = 0; e == ERR_OK && i < f.count; i++)
        e = each(p, f.contexts[i], &f.uses[i], other);
    return e;
}

enum err uses_follow(struct persist *p, struct id lost, struct id kept)
{
    return walk_uses(p, lost, kept, follow_use);
}

/* ---- one item takes the file of another ---- */

/* No row is added beside another, so a context keeps its number of rows. */
static enum err lend_use(struct persist *p, struct id context, const struct use *use, struct id to)
{
    struct use was;
    enum err e = use->ended ? ERR_OK : read_same(p, context, use, to, &was);

    if (e == ERR_NOT_FOUND)
        return move_use(p, context, use, to, use->media);
    return e == ERR_OK && !use->ended && was.ended ? put_use(p, context, *use, to, use->media) : e;
}

enum err uses_lend(struct persist *p, struct id with, struct id to)
{
    return walk_uses(p, with, to, lend_use);
}

/* If the other item kept its row, that of this item had ended before. */
static enum err return_use(struct persist *p, struct id context, const struct use *use, struct id with)
{
    struct use now = *use, was;
    enum err e;

    if (!use->has_from || !id_equal(use->from, with))
        return ERR_OK;
    e = read_same(p, context, use, with, &was);
    if (e == ERR_NOT_FOUND)
        return move_use(p, context, use, with, (struct id){ { 0 } });
    now.ended = true;
    return e == ERR_OK ? put_use(p, context, now, use->media, (struct id){ { 0 } }) : e;
}

enum err uses_return(struct persist *p, struct id with, struct id from)
{
    return walk_uses(p, from, with, return_use);
}
