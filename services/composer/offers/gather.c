#include "services/composer/offers/gather.h"

#include <stdlib.h>
#include <string.h>

#include "proto/wire/codec_copy.h"
#include "services/composer/offers/statement.h"

/* ---- subjects of this pass ---- */

static struct id id_of_subject(const struct key *subject)
{
    struct id id;

    memcpy(id.b, subject->b, sizeof(id.b));
    return id;
}

/* False: it is known already, or there is no room. */
static bool see_subject(struct gather *g, const struct key *subject)
{
    struct id id = id_of_subject(subject);

    if (g->seen.count < GATHER_MOST)
        return id_table_add(&g->seen, id);
    g->is_full = g->is_full || !id_table_has(&g->seen, id);
    return false;
}

/* ---- differences ---- */

/* A slice of a pass. */
struct slicing {
    struct gather *g;
    struct txn *txn;
    struct arena scratch; /* of one row */
    struct arena kept;    /* of `excluded` */
    struct bytes_list excluded;
    enum err e;
};

static void add_offer(struct slicing *s, const struct offer *offer, bool withdrawn)
{
    struct gather *g = s->g;
    struct offer *to = &g->offers.at[g->offers.count];

    s->e = codec_copy(&offer_shape, offer, &g->arena, to);
    to->withdrawn = withdrawn;
    to->has_generation = false;
    g->offers.count += s->e == ERR_OK;
}

/* `g->offers` has room for all of one item. */
static void want_offer(void *state, const struct offer *offer)
{
    struct slicing *s = state;
    struct key subject = community_subject(offer);
    struct offer was = { 0 };
    enum err e;

    if (s->e != ERR_OK || !see_subject(s->g, &subject))
        return;
    e = community_shared(s->txn, &s->scratch, &subject, &was);
    if (e == ERR_OK && !was.withdrawn && id_equal(was.generation, s->g->generation) &&
        text_equal(was.value, offer->value))
        return;
    if (e == ERR_OK || e == ERR_NOT_FOUND || (e == ERR_INTERNAL && s->g->is_fresh))
        add_offer(s, offer, false);
    else
        s->e = e;
}

static void take_use(struct slicing *s, struct bytes key, struct bytes value)
{
    const struct statement_source source = { s->txn, &s->scratch, s->g->salt, &s->excluded };
    struct use use = { 0 };
    struct offer offer;

    s->e = row_decode(s->txn, &s->scratch, value, &use_shape, &use);
    if (s->e == ERR_OK && statement_of_use(&source, key_id_at(key, 0), &use, &offer))
        want_offer(s, &offer);
}

static void take_item(struct slicing *s, struct bytes key, struct bytes value)
{
    const struct statement_source source = { s->txn, &s->scratch, s->g->salt, &s->excluded };
    struct media media = { 0 };

    (void)key;
    s->e = row_decode(s->txn, &s->scratch, value, &media_shape, &media);
    if (s->e == ERR_OK)
        s->e = statement_of_words(&source, &media, want_offer, s);
    if (s->e == ERR_OK)
        s->e = statement_of_sound(&source, &media, want_offer, s);
}

static void sweep_offer(struct slicing *s, struct bytes key, struct bytes value)
{
    struct gather *g = s->g;
    struct offer was = { 0 };
    struct key subject = { 0 };

    key_add(&subject, key.at, key.len);
    if (id_table_has(&g->seen, id_of_subject(&subject)))
        return;
    s->e = row_decode(s->txn, &s->scratch, value, &offer_shape, &was);
    const bool is_damaged = s->e == ERR_INTERNAL && g->is_fresh;
    if (s->e != ERR_OK && !is_damaged)
        return;
    s->e = ERR_OK;
    if (is_damaged || !id_equal(was.generation, g->generation))
        g->drop.at[g->drop.count++] = arena_bytes(&g->arena, key);
    else if (!was.withdrawn)
        add_offer(s, &was, true);
}

/* ---- slices ---- */

static const struct {
    enum database db;
    enum sharing least; /* the level at which it is read */
    void (*take)(struct slicing *s, struct bytes key, struct bytes value);
} phases[] = {
    [GATHER_USES] = { DB_USE, SHARING_USE, take_use },
    [GATHER_WORDS] = { DB_MEDIA, SHARING_DESCRIPTORS, take_item },
    [GATHER_SWEEP] = { DB_SHARED, SHARING_OFF, sweep_offer },
};

enum { ITEM_MOST = 258 /* offers of one item: a class, 256 tags and its sound */, ROOM = GATHER_OFFERS + ITEM_MOST };

static bool has_offer_room(const struct gather *g)
{
    return g->offers.count < GATHER_OFFERS && g->drop.count < GATHER_OFFERS;
}

/* Returns true at the end of the database. */
static bool read_slice(struct slicing *s, struct slice *slice)
{
    struct gather *g = s->g;
    const struct bytes none = { 0, NULL };
    struct walk walk;
    uint32_t rows = 0;
    bool goes_on = true, at_end = false;

    s->e = walk_begin(s->txn, phases[g->phase].db, key_bytes(&g->at), none, &walk);
    while (s->e == ERR_OK && goes_on) {
        at_end = !walk_next(&walk);
        goes_on = !at_end && has_offer_room(g) && (rows++ == 0 || !slice_is_over(slice));
        if (!at_end) { /* where the next slice begins, if this one does not take the row */
            g->at = (struct key){ 0 };
            key_add(&g->at, walk.key.at, walk.key.len);
        }
        if (goes_on)
            phases[g->phase].take(s, walk.key, walk.value);
        arena_reset(&s->scratch);
    }
    walk_end(&walk);
    return at_end;
}

enum err gather_slice(struct gather *g, struct txn *txn, struct slice *slice)
{
    struct slicing s = { .g = g, .txn = txn };

    if (g->level > SHARING_ASK) /* otherwise it only withdraws */
        s.e = community_excluded_paths(txn, &s.kept, &s.excluded);
    while (s.e == ERR_OK && g->phase < GATHER_OVER && has_offer_room(g)) {
        bool at_end = g->level < phases[g->phase].least || read_slice(&s, slice);
        if (!at_end)
            break;
        g->phase++;
        g->at = (struct key){ 0 };
    }
    arena_free(&s.scratch);
    arena_free(&s.kept);
    return s.e;
}

void gather_taken(struct gather *g)
{
    arena_reset(&g->arena);
    g->offers = (struct offer_list){ 0, arena_array(&g->arena, ROOM, sizeof(struct offer)) };
    g->drop = (struct bytes_list){ 0, arena_array(&g->arena, GATHER_OFFERS, sizeof(struct bytes)) };
}

void gather_begin(struct gather *g, const struct exchange_state *state, enum sharing level)
{
    gather_free(g);
    g->level = level;
    g->generation = state->generation;
    g->is_fresh = state->accepted == state->base;
    memcpy(g->salt, state->salt.at, sizeof(g->salt));
    gather_taken(g);
}

void gather_free(struct gather *g)
{
    id_table_free(&g->seen);
    arena_free(&g->arena);
    *g = (struct gather){ 0 };
}
