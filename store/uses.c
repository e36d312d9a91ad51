#include "store/uses.h"

#include <string.h>

enum err uses_context(struct txn *txn, struct arena *arena, struct id id, struct context *to)
{
    struct key key = key_id(id);

    return row_get(txn, arena, DB_CONTEXT, &key, &context_shape, to);
}

enum err uses_read(struct txn *txn, struct arena *arena, struct id context, const struct use *use, struct use *to)
{
    struct key key = key_use(context, use->media, use->role, use->section, use->track);

    return row_get(txn, arena, DB_USE, &key, &use_shape, to);
}

/* ---- walks ---- */

struct seeing {
    struct txn *txn;
    struct arena *arena; /* NULL: reads the keys alone */
    struct id context;
    bool (*seen)(void *state, const struct use *use);
    bool (*seen_in)(void *state, struct id context, const struct use *use);
    void *state;
    bool is_over;
};

static bool see_use(struct seeing *seeing, const struct use *use)
{
    return seeing->seen ? seeing->seen(seeing->state, use) : seeing->seen_in(seeing->state, seeing->context, use);
}

enum { AT_MEDIA = 16, AT_ROLE = 32 }; /* of a key of DB_USE */

static enum err read_place(struct bytes key, struct use *to)
{
    struct text rest;

    if (key.len < AT_ROLE)
        return ERR_INTERNAL;
    rest = (struct text){ (uint32_t)key.len - AT_ROLE, (const char *)key.at + AT_ROLE };
    to->media = key_id_at(key, AT_MEDIA);
    to->role = text_cut(&rest, '\0');
    to->section = text_cut(&rest, '\0');
    return ERR_OK;
}

static enum err see_rows(struct seeing *seeing, const struct key *start)
{
    struct walk walk;
    enum err e = walk_begin(seeing->txn, DB_USE, key_bytes(start), key_bytes(start), &walk);

    while (e == ERR_OK && !seeing->is_over && walk_next(&walk)) {
        struct use use = { 0 };
        e = seeing->arena ? row_decode(seeing->txn, seeing->arena, walk.value, &use_shape, &use)
                          : read_place(walk.key, &use);
        if (e == ERR_OK)
            seeing->is_over = !see_use(seeing, &use);
    }
    walk_end(&walk);
    return e;
}

static enum err see_contexts(struct seeing *seeing, struct id media)
{
    struct key start = key_id(media);
    struct walk walk;
    enum err e = walk_begin(seeing->txn, DB_USED_IN, key_bytes(&start), key_bytes(&start), &walk);

    while (e == ERR_OK && !seeing->is_over && walk_next(&walk)) {
        seeing->context = key_id_at(walk.key, 16);
        struct key rows = key_used_in(seeing->context, media);
        e = see_rows(seeing, &rows);
    }
    walk_end(&walk);
    return e;
}

enum err uses_each(struct txn *txn, struct arena *arena, struct id context,
                   bool (*seen)(void *state, const struct use *use), void *state)
{
    struct seeing seeing = { .txn = txn, .arena = arena, .context = context, .seen = seen, .state = state };
    struct key start = key_id(context);

    return see_rows(&seeing, &start);
}

enum err uses_each_of(struct txn *txn, struct arena *arena, struct id media,
                      bool (*seen)(void *state, struct id context, const struct use *use), void *state)
{
    struct seeing seeing = { .txn = txn, .arena = arena, .seen_in = seen, .state = state };

    return see_contexts(&seeing, media);
}

enum err uses_each_place(struct txn *txn, struct id context, bool (*seen)(void *state, const struct use *use),
                         void *state)
{
    struct seeing seeing = { .txn = txn, .context = context, .seen = seen, .state = state };
    struct key start = key_id(context);

    return see_rows(&seeing, &start);
}

enum err uses_each_place_of(struct txn *txn, struct id media,
                            bool (*seen)(void *state, struct id context, const struct use *use), void *state)
{
    struct seeing seeing = { .txn = txn, .seen_in = seen, .state = state };

    return see_contexts(&seeing, media);
}

uint32_t uses_count_contexts(struct txn *txn, struct id media)
{
    struct key start = key_id(media);
    struct walk walk;
    uint32_t count = 0;

    if (walk_begin(txn, DB_USED_IN, key_bytes(&start), key_bytes(&start), &walk) != ERR_OK)
        return 0;
    while (count < USES_COUNTED && walk_next(&walk))
        count++;
    walk_end(&walk);
    return count;
}

/* ---- writes ---- */

enum err uses_put_context(struct writing *w, const struct context *context)
{
    struct key key = key_id(context->id);

    return row_put(w, DB_CONTEXT, &key, &context_shape, context);
}

enum err uses_put(struct writing *w, struct id context, const struct use *use)
{
    struct key key = key_use(context, use->media, use->role, use->section, use->track),
               used_in = key_used_in(use->media, context);
    enum err e = row_put(w, DB_USE, &key, &use_shape, use);

    return e == ERR_OK ? txn_put(w->txn, DB_USED_IN, key_bytes(&used_in), (struct bytes){ 0, NULL }) : e;
}

static bool is_used_in(struct txn *txn, const struct key *rows)
{
    struct walk walk;
    bool is = walk_begin(txn, DB_USE, key_bytes(rows), key_bytes(rows), &walk) == ERR_OK && walk_next(&walk);

    walk_end(&walk);
    return is;
}

enum err uses_remove(struct writing *w, struct id context, const struct use *use)
{
    struct key key = key_use(context, use->media, use->role, use->section, use->track),
               used_in = key_used_in(use->media, context), rows = key_used_in(context, use->media);
    enum err e = row_delete(w, DB_USE, &key);

    return e == ERR_OK && !is_used_in(w->txn, &rows) ? row_delete(w, DB_USED_IN, &used_in)
                                                     : e; /* the last use of its item there */
}

enum err uses_remove_context(struct writing *w, struct id context)
{
    struct key key = key_id(context);

    return row_delete(w, DB_CONTEXT, &key);
}

bool uses_is_of_kit(const struct use *use)
{
    return !use->has_track && (text_is(use->role, "kit") || text_is(use->role, "sound"));
}
