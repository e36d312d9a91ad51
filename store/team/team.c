#include "store/team/team.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "store/community.h"

enum err team_state(struct txn *txn, struct arena *arena, struct team_state *to)
{
    struct key key = key_name(META_TEAM);
    enum err e;

    *to = (struct team_state){ 0 };
    e = row_get(txn, arena, DB_META, &key, &team_state_shape, to);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

void team_sweep(struct team_state *state)
{
    state->swept = false;
    team_sweep_kits(state);
}

void team_sweep_kits(struct team_state *state)
{
    state->kits_swept = state->kits_wait = false;
    state->sweep++;
}

bool team_is_here(struct txn *txn, struct arena *arena, const struct team_state *state)
{
    struct exchange_state here = { 0 };

    return community_set_home(txn, arena, &here) == ERR_OK && bytes_equal(here.home, state->home);
}

enum err team_engine(struct txn *txn, struct arena *arena, struct bytes salt, struct bytes *to)
{
    const struct exchange_state state = { .salt = salt };

    return community_engine(txn, arena, &state, to);
}

struct key team_key(struct bytes content, struct text field)
{
    static const uint8_t zeros[TEAM_CONTENT];
    struct hash hash = hash_of(field.at, field.len);
    struct key key = { 0 };

    key_add(&key, content.len == TEAM_CONTENT ? content.at : zeros, TEAM_CONTENT);
    key_add(&key, hash.b, sizeof(hash.b));
    return key;
}

static const char kit_start[] = "kit:";

struct text team_kit_field(struct arena *arena, struct id kit, struct key *key)
{
    char id[ID_TEXT_SIZE];
    const struct text field = arena_printf(arena, "%s%s", kit_start, id_write(kit, id));

    *key = team_key((struct bytes){ 0, NULL }, field);
    return field;
}

bool team_kit_of(struct text field, struct id *kit)
{
    const struct text start = text_of(kit_start);

    return text_starts(field, start) && id_read((struct text){ field.len - start.len, field.at + start.len }, kit) &&
           !id_is_zero(*kit);
}

enum err team_row(struct txn *txn, struct arena *arena, const struct key *key, struct team_row *to)
{
    *to = (struct team_row){ 0 };
    return row_get(txn, arena, DB_TEAM, key, &team_row_shape, to);
}

struct team_said *team_of_member(const struct team_row *row, struct text member)
{
    for (uint32_t i = 0; i < row->each.count; i++)
        if (text_equal(row->each.at[i].member, member))
            return &row->each.at[i];
    return NULL;
}

enum team_out team_out(struct txn *txn, const struct key *key)
{
    struct bytes held;

    if (txn_get(txn, DB_TEAM_OUT, key_bytes(key), &held) != ERR_OK)
        return TEAM_OUT_NONE;
    return held.len ? TEAM_OUT_HELD : TEAM_OUT_NEW;
}

enum err team_each(struct txn *txn, struct arena *arena, struct bytes content,
                   bool (*seen)(void *state, const struct key *key, const struct team_row *row), void *state)
{
    struct key all = team_key(content, TEXT(""));
    struct walk walk;
    bool goes_on = true;
    enum err e;

    all.len = TEAM_CONTENT;
    e = walk_begin(txn, DB_TEAM, key_bytes(&all), key_bytes(&all), &walk);
    while (e == ERR_OK && goes_on && walk_next(&walk)) {
        struct team_row row = { 0 };
        struct key key = { 0 };
        e = row_decode(txn, arena, walk.value, &team_row_shape, &row);
        key_add(&key, walk.key.at, walk.key.len);
        goes_on = e == ERR_INTERNAL || (e == ERR_OK && ((!row.each.count && !row.has_kit) || seen(state, &key, &row)));
        e = e == ERR_INTERNAL ? ERR_OK : e;
    }
    walk_end(&walk);
    return e;
}

static int by_time(const void *a, const void *b)
{
    const struct team_said *one = a, *other = b;

    if (one->at != other->at)
        return one->at > other->at ? -1 : 1;
    return text_compare(other->member, one->member);
}

enum err team_say(struct arena *arena, struct team_row *row, const struct team_said *said)
{
    struct team_said *each = arena_array(arena, row->each.count + 1, sizeof(*each));
    uint32_t count = 0;

    if (!each)
        return ERR_FULL;
    for (uint32_t i = 0; i < row->each.count; i++)
        if (!text_equal(row->each.at[i].member, said->member))
            each[count++] = row->each.at[i];
    each[count++] = *said;
    qsort(each, count, sizeof(*each), by_time);
    row->each = (struct team_said_list){ count < TEAM_SAID ? count : TEAM_SAID, each };
    return ERR_OK;
}

enum err team_put_state(struct writing *w, const struct team_state *state)
{
    struct key key = key_name(META_TEAM);

    return state->team.len || state->leaving ? row_put(w, DB_META, &key, &team_state_shape, state)
                                             : row_delete(w, DB_META, &key);
}

enum err team_put_row(struct writing *w, const struct key *key, const struct team_row *row)
{
    return row_put(w, DB_TEAM, key, &team_row_shape, row);
}

enum err team_put_out(struct writing *w, const struct key *key, bool is_held)
{
    static const uint8_t held[] = { 1 };

    return txn_put(w->txn, DB_TEAM_OUT, key_bytes(key), bytes_of(held, is_held ? sizeof(held) : 0));
}
