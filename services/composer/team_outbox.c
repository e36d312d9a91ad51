#include "services/composer/team_outbox.h"

#include "proto/wire/json_write.h"
#include "store/catalogue.h"
#include "store/community.h"
#include "store/kit/kit_text.h"
#include "store/team/team_known.h"

enum { BYTES_MOST = 1 << 20 };

/* ---- excluded sounds ---- */

struct exclusion_look {
    struct txn *txn;
    struct arena *arena;
    struct bytes_list paths;
};

static bool is_kit_excluded(struct exclusion_look *x, const struct team_said *said)
{
    struct team_known unused;
    struct text text;
    struct id kit;

    return team_kit_of(said->field, &kit) && team_known_split(said->value, &unused, &text) && text.len &&
           kit_text_is_excluded(x->txn, x->arena, &x->paths, text);
}

static bool is_excluded(struct exclusion_look *x, const struct team_said *said)
{
    return said->content.len ? community_is_content_excluded(x->txn, x->arena, &x->paths, said->content)
                             : is_kit_excluded(x, said);
}

bool team_outbox_excludes(struct txn *txn, struct arena *arena, const struct team_said *said)
{
    struct exclusion_look x = { .txn = txn, .arena = arena };

    return community_excluded_paths(txn, arena, &x.paths) != ERR_OK || is_excluded(&x, said);
}

/* ---- the call ---- */

static void add_row(struct exclusion_look *x, const struct key *key, const struct team_state *state, struct to_team *to,
                    struct bytes_list *drop)
{
    struct team_row row = { 0 };
    const struct team_said *mine =
        team_row(x->txn, x->arena, key, &row) == ERR_OK ? team_of_member(&row, state->me) : NULL;
    const bool is_silent = !mine || is_excluded(x, mine);
    struct id kit;

    if (mine && !text_ends(state->epoch, TEXT(TEAM_EPOCH_KITS)) && team_kit_of(mine->field, &kit))
        return; /* it waits for a server that takes kits */
    if (is_silent && (!mine || team_out(x->txn, key) != TEAM_OUT_HELD))
        drop->at[drop->count++] = arena_bytes(x->arena, key_bytes(key));
    else if (is_silent)
        to->said.at[to->said.count++] = (struct team_said){ .content = mine->content,
                                                            .field = mine->field,
                                                            .at = mine->at,
                                                            .own = mine->own,
                                                            .member = mine->member,
                                                            .who = mine->who,
                                                            .has_withdrawn = true,
                                                            .withdrawn = true };
    else
        to->said.at[to->said.count++] = *mine;
}

enum err team_outbox_read(struct txn *txn, struct arena *arena, const struct team_state *state, struct to_team *to,
                          struct bytes_list *drop)
{
    struct exclusion_look x = { .txn = txn, .arena = arena };
    const struct bytes none = { 0, NULL };
    struct walk walk;
    size_t bytes = 0;
    enum err e = community_excluded_paths(txn, arena, &x.paths);

    to->said = (struct team_said_list){ 0, arena_array(arena, TEAM_SENT_MOST, sizeof(*to->said.at)) };
    *drop = (struct bytes_list){ 0, arena_array(arena, TEAM_SENT_MOST, sizeof(*drop->at)) };
    if (e == ERR_OK && (!to->said.at || !drop->at))
        e = ERR_FULL;
    if (e == ERR_OK)
        e = walk_begin(txn, DB_TEAM_OUT, none, none, &walk);
    if (e != ERR_OK)
        return e;
    while (to->said.count + drop->count < TEAM_SENT_MOST && bytes < BYTES_MOST && walk_next(&walk)) {
        struct key key = { 0 };
        uint32_t before = to->said.count;
        key_add(&key, walk.key.at, walk.key.len);
        add_row(&x, &key, state, to, drop);
        bytes += to->said.count > before ? to->said.at[before].value.len + 200 : 0;
    }
    walk_end(&walk);
    return ERR_OK;
}

enum err team_outbox_write(struct arena *arena, const struct to_team *call, struct talk_words *to)
{
    struct buffer json = { 0 };
    struct to_team kits = *call;

    kits.has_kits = kits.kits = true;
    json_write(&to_team_shape, &kits, &json);
    to->kind = TALK_TEAM;
    to->calls[0] = arena_text(arena, (struct text){ (uint32_t)json.len + 1, buffer_c(&json) }).at;
    to->count = 1;
    buffer_free(&json);
    return to->calls[0] ? ERR_OK : ERR_FULL;
}
