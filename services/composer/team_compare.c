#include "services/composer/team_compare.h"

#include "services/composer/team_outbox.h"
#include "store/catalogue.h"
#include "store/elements.h"

enum { ITEMS_AT_ONCE = 200, CONTEXTS_AT_ONCE = 8, KITS_AT_ONCE = 8, KEYS_AT_ONCE = 1000, CHANGES_AT_ONCE = 4096 };
static const usec_t kits_pause_us = 60000000; /* from one look at kits that wait to the next */

/* Notes where the next part begins: at the row of the walk. */
static void note_place(struct team *t, const struct walk *walk)
{
    t->at = (struct key){ 0 };
    key_add(&t->at, walk->key.at, walk->key.len);
}

static bool lacks_room(const struct persist_team *changes)
{
    return changes->items.count == ITEMS_AT_ONCE || changes->contexts.count == CONTEXTS_AT_ONCE ||
           changes->kits.count == KITS_AT_ONCE || changes->again.count == KEYS_AT_ONCE;
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

static void list_kit(struct txn *txn, struct arena *arena, const struct walk *walk, const struct team_state *state,
                     struct persist_team *to)
{
    (void)txn, (void)arena, (void)state;
    to->kits.at[to->kits.count++] = key_id_at(walk->key, sizeof(struct id)); /* persist passes over presets */
}

/* A kit that waits; and what this engine said about a sound that is excluded now, also of a kit that is gone. */
static void list_kit_row(struct txn *txn, struct arena *arena, const struct walk *walk, const struct team_state *state,
                         struct persist_team *to)
{
    struct team_row row = { 0 };
    struct id kit;

    if (row_decode(txn, arena, walk->value, &team_row_shape, &row) != ERR_OK)
        return;
    const struct team_said *mine = team_of_member(&row, state->me);
    if (row.has_kit && row.has_why)
        to->kits.at[to->kits.count++] = row.kit;
    if (mine && !mine->withdrawn && team_kit_of(mine->field, &kit) && team_outbox_excludes(txn, arena, mine))
        to->again.at[to->again.count++] = arena_bytes(arena, walk->key);
}

static const uint8_t no_content[TEAM_CONTENT];
static const struct {
    enum database db;
    struct bytes prefix;
    void (*take)(struct txn *txn, struct arena *arena, const struct walk *walk, const struct team_state *state,
                 struct persist_team *to);
} phases[] = { [TEAM_ITEMS] = { DB_MEDIA, { 0, NULL }, list_item },
               [TEAM_CONTEXTS] = { DB_CONTEXT, { 0, NULL }, list_context },
               [TEAM_KITS] = { DB_ELEMENT, { sizeof(struct id), elements_global_kits.b }, list_kit },
               [TEAM_KIT_ROWS] = { DB_TEAM, { TEAM_CONTENT, no_content }, list_kit_row },
               [TEAM_ROWS_AGAIN] = { DB_TEAM, { 0, NULL }, list_row } };

/* Reads a slice of all items and rows. */
static void read_all(struct composer *c, struct txn *txn, struct arena *arena, const struct team_state *state,
                     struct persist_team *to)
{
    struct team *t = &c->team;
    const struct bytes prefix = phases[t->phase].prefix, from = t->at.len ? key_bytes(&t->at) : prefix;
    struct walk walk;
    uint32_t rows = 0;
    bool at_end = walk_begin(txn, phases[t->phase].db, from, prefix, &walk) != ERR_OK;

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

/* Kits that wait are compared again after a while. */
static bool look_at_kits(struct team *t, const struct team_state *state, struct persist_team *to)
{
    if (!state->kits_wait || clock_steady() < t->kits_next)
        return false;
    t->kits_next = clock_steady() + kits_pause_us;
    *to = (struct persist_team){ .has_kits_swept = true, .kits_swept = false };
    return true;
}

/* A comparison of kits only begins with them, and does not end the comparison of changes. */
static bool compare_all(struct composer *c, struct txn *txn, struct arena *arena, const struct team_state *state,
                        struct persist_team *changes)
{
    struct team *t = &c->team;
    const enum team_phase end = state->swept ? TEAM_CONTEXTS : state->position ? TEAM_ROWS_AGAIN : TEAM_COMPARED;
    uint64_t tail = 0;

    if (t->phase == TEAM_COMPARED || t->sweep != state->sweep) {
        t->phase = state->swept ? TEAM_KITS : TEAM_ITEMS;
        t->at = (struct key){ 0 };
        t->sweep = state->sweep;
    }
    if (t->phase == TEAM_ITEMS && !t->at.len && catalogue_head(txn, &tail, &t->revision) != ERR_OK)
        return false;
    while (t->phase < end && !lacks_room(changes) && !slice_is_over(&c->slice))
        read_all(c, txn, arena, state, changes);
    if (t->phase < end)
        return true;
    t->phase = TEAM_COMPARED;
    changes->sweep = t->sweep;
    changes->has_kits_swept = changes->kits_swept = true;
    changes->has_swept = changes->swept = changes->has_revision = !state->swept;
    changes->revision = t->revision;
    return true;
}

bool team_compare(struct composer *c, struct txn *txn, struct arena *arena, const struct team_state *state,
                  struct persist_team *changes)
{

    *changes = (struct persist_team){ .items = { 0, arena_array(arena, ITEMS_AT_ONCE, sizeof(struct id)) },
                                      .contexts = { 0, arena_array(arena, CONTEXTS_AT_ONCE, sizeof(struct id)) },
                                      .kits = { 0, arena_array(arena, KITS_AT_ONCE, sizeof(struct id)) },
                                      .again = { 0, arena_array(arena, KEYS_AT_ONCE, sizeof(struct bytes)) } };
    if (!changes->items.at || !changes->contexts.at || !changes->kits.at || !changes->again.at)
        return false;
    if (!state->swept || !state->kits_swept)
        return compare_all(c, txn, arena, state, changes);
    return look_at_kits(&c->team, state, changes) || read_changes(txn, arena, state, changes);
}
