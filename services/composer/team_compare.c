#include "services/composer/team_compare.h"

#include "store/catalogue.h"

enum { ITEMS_AT_ONCE = 200, CONTEXTS_AT_ONCE = 8, KEYS_AT_ONCE = 1000, CHANGES_AT_ONCE = 4096 };

/* Notes where the next part begins: at the row of the walk. */
static void note_place(struct team *t, const struct walk *walk)
{
    t->at = (struct key){ 0 };
    key_add(&t->at, walk->key.at, walk->key.len);
}

static bool lacks_room(const struct persist_team *changes)
{
    return changes->items.count == ITEMS_AT_ONCE || changes->contexts.count == CONTEXTS_AT_ONCE ||
           changes->again.count == KEYS_AT_ONCE;
}

static void list_item(struct txn *txn, struct arena *arena, const struct walk *walk, const struct team_state *state,
                      struct persist_team *to)
{
    struct media media = { 0 };

    (void)state;
    if (row_decode(txn, arena, walk->value, &media_shape, &media) == ERR_OK && media.content.len == TEAM_CONTENT)
        to->items.at[to->items.count++] = media.id;
}

static void list_context(struct txn *txn, struct arena *arena, const struct walk *walk, const struct team_state *state,
                         struct persist_team *to)
{
    (void)txn, (void)arena, (void)state;
    to->contexts.at[to->contexts.count++] = key_id_at(walk->key, 0);
}

static void list_row(struct txn *txn, struct arena *arena, const struct walk *walk, const struct team_state *state,
                     struct persist_team *to)
{
    struct team_row row = { 0 };

    const struct team_said *mine =
        row_decode(txn, arena, walk->value, &team_row_shape, &row) == ERR_OK ? team_of_member(&row, state->me) : NULL;
    if (mine && !mine->withdrawn)
        to->again.at[to->again.count++] = arena_bytes(arena, walk->key);
}

static const struct {
    enum database db;
    void (*take)(struct txn *txn, struct arena *arena, const struct walk *walk, const struct team_state *state,
                 struct persist_team *to);
} phases[] = { [TEAM_ITEMS] = { DB_MEDIA, list_item },
               [TEAM_CONTEXTS] = { DB_CONTEXT, list_context },
               [TEAM_ROWS_AGAIN] = { DB_TEAM, list_row } };

/* Reads a slice of all items and rows. */
static void read_all(struct composer *c, struct txn *txn, struct arena *arena, const struct team_state *state,
                     struct persist_team *to)
{
    struct team *t = &c->team;
    const struct bytes none = { 0, NULL };
    struct walk walk;
    uint32_t rows = 0;
    bool at_end = walk_begin(txn, phases[t->phase].db, key_bytes(&t->at), none, &walk) != ERR_OK;

    while (!at_end && !lacks_room(to) && (rows++ == 0 || !slice_is_over(&c->slice))) {
        at_end = !walk_next(&walk);
        if (at_end)
            break;
        phases[t->phase].take(txn, arena, &walk, state, to);
        note_place(t, &walk);
        key_add(&t->at, "", 1); /* the key after it */
    }
    walk_end(&walk);
    if (!at_end)
        return;
    t->phase++;
    t->at = (struct key){ 0 };
}

struct changed_items {
    struct persist_team *to;
    uint32_t seen;
};

static bool take_change(void *state, const struct change *change)
{
    struct changed_items *changed = state;
    struct persist_team *to = changed->to;

    to->revision = change->revision;
    if (change->kind.value == CHANGE_KIND_MEDIA && !change->removed)
        to->items.at[to->items.count++] = change->id;
    if (change->kind.value == CHANGE_KIND_USE)
        to->contexts.at[to->contexts.count++] = change->id;
    return !lacks_room(to) && ++changed->seen < CHANGES_AT_ONCE;
}

/* The change log may have lost what comes after the last comparison: then all items are compared again. */
static bool read_changes(struct txn *txn, struct arena *arena, const struct team_state *state, struct persist_team *to)
{
    struct changed_items changed = { .to = to };
    uint64_t tail = 0, head = 0;

    if (catalogue_head(txn, &tail, &head) != ERR_OK || head == state->revision)
        return false;
    if (tail > state->revision + 1 || head < state->revision ||
        catalogue_each_change(txn, arena, state->revision, take_change, &changed) != ERR_OK) {
        *to = (struct persist_team){ .has_swept = true, .swept = false };
        return true;
    }
    to->has_revision = to->revision > state->revision;
    return to->has_revision;
}

bool team_compare(struct composer *c, struct txn *txn, struct arena *arena, const struct team_state *state,
                  struct persist_team *changes)
{
    struct team *t = &c->team;
    const enum team_phase end = state->position ? TEAM_ROWS_AGAIN : TEAM_COMPARED;
    uint64_t tail = 0;

    *changes = (struct persist_team){ .items = { 0, arena_array(arena, ITEMS_AT_ONCE, sizeof(struct id)) },
                                      .contexts = { 0, arena_array(arena, CONTEXTS_AT_ONCE, sizeof(struct id)) },
                                      .again = { 0, arena_array(arena, KEYS_AT_ONCE, sizeof(struct bytes)) } };
    if (!changes->items.at || !changes->contexts.at || !changes->again.at)
        return false;
    if (state->swept)
        return read_changes(txn, arena, state, changes);
    if (t->phase == TEAM_COMPARED || t->sweep != state->sweep) {
        t->phase = TEAM_ITEMS;
        t->at = (struct key){ 0 };
        t->sweep = state->sweep;
    }
    if (t->phase == TEAM_ITEMS && !t->at.len && catalogue_head(txn, &tail, &t->revision) != ERR_OK)
        return false;
    while (t->phase < end && !lacks_room(changes) && !slice_is_over(&c->slice))
        read_all(c, txn, arena, state, changes);
    if (t->phase >= end) {
        changes->sweep = t->sweep;
        changes->has_swept = changes->swept = changes->has_revision = true;
        changes->revision = t->revision;
    }
    return true;
}
