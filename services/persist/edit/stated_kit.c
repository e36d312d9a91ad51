#include "services/persist/edit/stated_kit.h"

#include "common/clock.h"
#include "services/persist/edit/kit_names.h"
#include "services/persist/turn/turn.h"
#include "store/community.h"
#include "store/kit/kit_text.h"

enum { WHY_MOST = 255 };
static const struct choice kit_kind = { .value = ELEMENT_KIND_KIT };

/* ---- the row and the kit ---- */

static bool is_hash_of(const struct team_row *row, struct text text)
{
    const struct hash hash = hash_of(text.at, text.len);

    return row->has_hash && bytes_equal(row->hash, bytes_of(hash.b, sizeof(hash.b)));
}

enum err stated_kit_read(struct persist *p, struct id kit, struct stated_kit *to)
{
    enum err e;

    *to = (struct stated_kit){ .id = kit };
    to->field = team_kit_field(&p->arena, kit, &to->key);
    e = stated_read_row(p, &to->key, &to->row);
    if (e != ERR_OK)
        return e;
    e = elements_get(p->w.txn, &p->arena, kit_kind, elements_global_kits, kit, &to->part);
    to->is_here = e == ERR_INTERNAL || (e == ERR_OK && to->part.kind.value == ELEMENT_KIND_KIT); /* not a preset */
    if (e == ERR_INTERNAL)
        fault_set(&to->why, ERR_BAD_REQUEST, "it is damaged");
    else if (to->is_here) {
        const struct kit_alias alias = { to->row.has_alias ? to->row.alias : TEXT(""), to->row.alias_of };
        to->why.code = kit_text_write(p->w.txn, &p->arena, &to->part, &alias, &to->text, &to->why);
    }
    to->is_unchanged = (!to->is_here || to->text.len) && is_hash_of(&to->row, to->text);
    return e == ERR_FULL || e == ERR_IO ? e : ERR_OK;
}

enum err stated_kit_write(struct persist *p, const struct stated_kit *kit)
{
    return turn_wrote(p, team_put_row(&p->w, &kit->key, &kit->row));
}

void stated_kit_is_now(struct persist *p, struct stated_kit *kit, const struct team_known *known, struct text member,
                       usec_t own)
{
    const struct hash hash = hash_of(kit->text.at, kit->text.len);
    struct team_row *row = &kit->row;

    row->has_kit = row->has_knew = row->has_hash = row->has_by = row->has_own = true;
    row->kit = kit->id;
    row->knew = team_known_write(&p->arena, known);
    row->by = member;
    row->own = own;
    row->hash = arena_bytes(&p->arena, bytes_of(hash.b, sizeof(hash.b)));
    row->has_why = false;
}

/* ---- saying ---- */

static enum err note_why(struct persist *p, struct stated_kit *kit, struct text why)
{
    const struct text was = kit->row.has_why ? kit->row.why : TEXT("");

    if (text_equal(was, why))
        return ERR_OK;
    kit->row.has_kit = true;
    kit->row.kit = kit->id;
    kit->row.has_why = why.len > 0;
    kit->row.why = why;
    return stated_kit_write(p, kit);
}

/* It stays here only. What this engine said before about an excluded sound is withdrawn. */
static enum err keep_silent(struct persist *p, struct team_state *state, struct stated_kit *kit)
{
    const struct team_said *mine = team_of_member(&kit->row, state->me);
    const struct text why = text_of(kit->why.what);
    enum err e = note_why(p, kit, arena_utf8(&p->arena, bytes_of(why.at, why.len), WHY_MOST));

    state->kits_wait = state->kits_wait || kit->why.code == ERR_NOT_FOUND;
    if (e == ERR_OK && kit->why.code == ERR_DENIED && mine && !mine->withdrawn &&
        team_out(p->w.txn, &kit->key) == TEAM_OUT_NONE)
        e = turn_wrote(p, team_put_out(&p->w, &kit->key, true));
    return e;
}

static enum err put_statement(struct persist *p, struct team_state *state, struct stated_kit *kit)
{
    const usec_t now = clock_now();
    struct team_known known = { 0 };
    struct team_said said = { .field = kit->field };
    enum err e;

    if (kit->row.has_knew)
        (void)team_known_read(kit->row.knew, &known);
    const struct text before = team_known_write(&p->arena, &known);
    said.value = arena_printf(&p->arena, "%.*s\n%.*s", TEXT_ARG(before), TEXT_ARG(kit->text));
    said.at = state->clock = now > state->clock ? now : state->clock + 1;
    team_known_add(&known, state->me, said.at);
    stated_kit_is_now(p, kit, &known, state->me, said.at);
    e = stated_kit_write(p, kit);
    return e == ERR_OK ? stated_put(p, state, &said) : e;
}

/* `*is_again`: it could not be said until now, and is as the team has it again. */
static enum err say_kit(struct persist *p, struct team_state *state, struct id id, bool *is_again)
{
    struct stated_kit kit;
    enum err e = stated_kit_read(p, id, &kit);

    if (e != ERR_OK)
        return e == ERR_TOO_LARGE ? ERR_OK : e;
    if (stated_kit_is_unknown(&kit) && (!state->kits_heard || kit.row.each.count))
        return ERR_OK;
    const struct team_said *mine = team_of_member(&kit.row, state->me);
    const bool is_mine = mine && team_newest(&p->arena, &kit.row, NULL) == mine;
    if (!kit.is_here && !kit.row.has_hash)
        return kit.row.has_why && !kit.row.each.count ? turn_wrote(p, row_delete(&p->w, DB_TEAM, &kit.key)) : ERR_OK;
    *is_again = kit.is_here && kit.is_unchanged && kit.row.has_why;
    if (kit.is_unchanged && !is_mine)
        return kit.is_here ? note_why(p, &kit, TEXT("")) : ERR_OK;
    if (kit.why.code != ERR_OK)
        return keep_silent(p, state, &kit);
    if (kit.is_unchanged && !mine->withdrawn)
        return kit.is_here ? note_why(p, &kit, TEXT("")) : ERR_OK;
    return put_statement(p, state, &kit);
}

enum err stated_kit_say(struct persist *p, struct team_state *state, struct id id)
{
    bool unused = false;

    return say_kit(p, state, id, &unused);
}

/* ---- changes of parts ---- */

enum err stated_by_part(struct persist *p, struct choice kind, struct id project, struct id id)
{
    struct team_state state;
    struct element part;
    bool is_again = false;
    enum err e;

    if (kind.value != ELEMENT_KIND_KIT || !id_equal(project, elements_global_kits))
        return ERR_OK;
    e = kit_names_follow(p, id);
    if (e == ERR_OK)
        e = team_state(p->w.txn, &p->arena, &state);
    if (e != ERR_OK || !state.team.len)
        return e == ERR_INTERNAL ? ERR_OK : e; /* a damaged state ends no change */
    e = say_kit(p, &state, id, &is_again);
    if (e == ERR_OK && state.kits_wait)
        is_again = is_again || elements_get(p->w.txn, &p->arena, kind, project, id, &part) == ERR_NOT_FOUND;
    if (e == ERR_OK && is_again)
        team_sweep_kits(&state); /* what was said meanwhile may be put now, or has room */
    return e == ERR_OK ? turn_wrote(p, team_put_state(&p->w, &state)) : e;
}
