#include "services/persist/team_kits.h"

#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/hash.h"
#include "common/process/log.h"
#include "services/persist/edit/elements.h"
#include "services/persist/edit/kit_names.h"
#include "services/persist/steps/kit_uses.h"
#include "services/persist/steps/together.h"
#include "services/persist/turn/turn.h"
#include "store/community.h"
#include "store/kit/kit_text.h"
#include "store/team/team_known.h"

enum { NAME_MOST = 80 /* characters of a name */, MEMBER_SHOWN = 20, WHEN = 32, WHY_MOST = 255 };
static const struct choice kit_kind = { .value = ELEMENT_KIND_KIT };

/* A kit, and the newest statement about it. */
struct kit_following {
    struct persist *p;
    struct team_state *state;
    struct stated_kit here;
    const struct team_said *newest;
    struct team_known known; /* what it contains, itself included */
    struct text text;        /* empty: it says that the kit was removed */
    struct kit kit;          /* or else the kit */
    bool was_first;          /* in the row */
};

/* ---- names ---- */

static struct text cut_characters(struct text name, uint32_t most)
{
    uint32_t len = 0;

    for (uint32_t i = 0; i < most && len < name.len; i++) {
        const uint32_t next = text_character((struct text){ name.len - len, name.at + len });
        if (!next)
            break;
        len += next;
    }
    return (struct text){ len, name.at };
}

/* NAME (WORDS), with as much of the name as there is room. */
static struct text write_name(struct arena *arena, struct text name, struct text words)
{
    const uint32_t taken = text_characters(words) + 3;
    const struct text start = cut_characters(name, taken < NAME_MOST ? NAME_MOST - taken : 1);

    return arena_printf(arena, "%.*s (%.*s)", TEXT_ARG(start), TEXT_ARG(words));
}

static struct text name_of_member(struct text who)
{
    return who.len && text_is_plain(who) && !memchr(who.at, '/', who.len) ? cut_characters(who, MEMBER_SHOWN)
                                                                          : TEXT("team");
}

/* NAME (WORDS), or with the id too if another kit has that. */
static struct text find_name(struct persist *p, struct text name, struct text words, struct id kit)
{
    const struct text first = write_name(&p->arena, name, words);
    char id[ID_TEXT_SIZE];

    if (!kit_names_are_taken(p, first, kit))
        return first;
    return write_name(&p->arena, name, arena_printf(&p->arena, "%.*s, %s", TEXT_ARG(words), id_write(kit, id)));
}

/* The kit gets another name if its own one is taken here; one that it has already stays. */
static void name_kit(struct kit_following *f)
{
    struct team_row *row = &f->here.row;
    const bool had_alias =
        row->has_alias && text_equal(row->alias_of, f->kit.name) && !kit_names_are_taken(f->p, row->alias, f->here.id);

    if (!kit_names_are_taken(f->p, f->kit.name, f->here.id)) {
        row->has_alias = row->has_alias_of = false;
        return;
    }
    if (!had_alias)
        row->alias = find_name(f->p, f->kit.name, name_of_member(f->newest->who), f->here.id);
    row->alias_of = f->kit.name;
    row->has_alias = row->has_alias_of = true;
    f->kit.name = row->alias;
}

/* ---- putting ---- */

/* `body` empty: removes it. It is no step of undo. */
static enum err put_part(struct persist *p, struct id kit, struct text body, struct fault *fault)
{
    const struct element_edit edit = { .id = kit,
                                       .project = elements_global_kits,
                                       .kind = kit_kind,
                                       .has_body = body.len > 0,
                                       .body = body,
                                       .has_apart = true,
                                       .apart = true };
    struct done done;
    enum err e = elements_apply(p, &edit, &done, fault);

    if (e == ERR_OK)
        e = kit_uses_follow(p, kit_kind, elements_global_kits, kit, fault);
    return e == ERR_OK ? kit_names_follow(p, kit) : e;
}

/* ---- the copy of a change that lost ---- */

static struct text write_time(struct arena *arena, usec_t at)
{
    const time_t seconds = (time_t)(at / 1000000);
    struct tm utc = { 0 };
    char when[WHEN] = "";

    if (gmtime_r(&seconds, &utc))
        (void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &utc);
    return arena_text(arena, text_of(when));
}

/* The same change makes the same copy, with the same name, on each engine. */
static struct id id_of_copy(struct id kit, const struct team_said *lost)
{
    const struct key own = key_number((uint64_t)lost->own);
    struct key key = key_id(kit);

    key_add(&key, own.b, own.len);
    key_add(&key, lost->member.at, lost->member.len);
    return id_of_bytes(key.b, key.len);
}

static enum err keep_copy(struct kit_following *f, const struct team_said *lost, struct fault *fault)
{
    struct persist *p = f->p;
    const struct id id = id_of_copy(f->here.id, lost);
    const struct text member = name_of_member(lost->who), when = write_time(&p->arena, lost->at);
    struct stated_kit there;
    struct tree body;
    enum err e = stated_kit_read(p, id, &there);

    if (e != ERR_OK && e != ERR_TOO_LARGE)
        return e;
    if (e == ERR_OK && (there.is_here || there.row.each.count))
        return ERR_OK; /* it was made before, and may be removed since */
    e = tree_read(f->here.part.body, &p->arena, &body, fault);
    if (e != ERR_OK)
        return e;
    const struct text words = arena_printf(&p->arena, "%.*s, %.*s", TEXT_ARG(member), TEXT_ARG(when));
    const struct text name = kit_text_name(&p->arena, f->here.text);
    tree_set(&body, &p->arena, "name", tree_of_text(find_name(p, name, words, id)));
    e = put_part(p, id, tree_canonical(&body, &p->arena), fault);
    return e == ERR_OK ? stated_kit_say(p, f->state, id) : e;
}

static bool is_text_of(const struct team_said *said, struct text wanted)
{
    struct team_known unused;
    struct text text;

    return team_known_split(said->value, &unused, &text) && text_equal(text, wanted);
}

/* A version like the one here is known to the newest statement, or is in it. */
static bool is_kept(const struct kit_following *f)
{
    const struct team_row *row = &f->here.row;
    struct team_known known;
    struct text unused;

    (void)team_known_split(f->newest->value, &known, &unused);
    team_known_bound(&known, row);
    if (team_known_of(&known, row->by) >= row->own ||
        (text_equal(row->by, f->newest->member) && row->own == f->newest->own))
        return true;
    for (uint32_t i = 0; i < row->each.count; i++)
        if (is_text_of(&row->each.at[i], f->here.text) &&
            team_known_of(&known, row->each.at[i].member) >= row->each.at[i].own)
            return true;
    return false;
}

/* The version here is not known to the newest statement: it was said at the same time, or its member left or withdrew
 * it, or forgot it by a restore. Each engine that has it makes the same copy. A version that nobody said is of this
 * engine alone. Copies of what others said are as many as there may be kits. */
static bool find_lost(const struct kit_following *f, struct team_said *to)
{
    const struct team_row *row = &f->here.row;
    const struct team_said *said = team_of_member(row, row->has_by ? row->by : TEXT(""));

    if (!f->here.is_here)
        return false;
    if (stated_kit_is_unknown(&f->here)) {
        const struct hash hash = hash_of(f->here.text.at, f->here.text.len);
        *to = (struct team_said){ .member = f->state->me, .who = f->state->name, .at = clock_now() };
        memcpy(&to->own, hash.b, sizeof(to->own));
        return true;
    }
    *to = (struct team_said){ .member = row->by, .who = said ? said->who : TEXT(""), .at = row->own, .own = row->own };
    return !is_kept(f) && (text_equal(row->by, f->state->me) || f->p->kit_names.count < KITS_MOST);
}

/* ---- following ---- */

/* The newest statement that is a kit, or removes it. */
static void find_newest(struct kit_following *f)
{
    struct persist *p = f->p;
    bool *passed = arena_array(&p->arena, f->here.row.each.count, sizeof(*passed));

    while ((f->newest = team_newest(&p->arena, &f->here.row, passed))) {
        (void)team_known_split(f->newest->value, &f->known, &f->text);
        team_known_bound(&f->known, &f->here.row);
        team_known_add(&f->known, f->newest->member, f->newest->own);
        if (!f->text.len || kit_text_read(p->w.txn, &p->arena, f->text, &f->kit, NULL) == ERR_OK)
            return;
        passed[f->newest - f->here.row.each.at] = true;
    }
}

/* The newest statement becomes the first one. */
static void order_row(struct kit_following *f)
{
    struct team_said_list *each = &f->here.row.each;
    const struct team_said newest = *f->newest;
    const size_t at = (size_t)(f->newest - each->at);

    f->was_first = at == 0;
    memmove(&each->at[1], &each->at[0], at * sizeof(newest));
    each->at[0] = newest;
    f->newest = &each->at[0];
}

static enum err hold_kit(struct kit_following *f)
{
    f->here.row.has_kit = f->here.row.has_why = true;
    f->here.row.kit = f->here.id;
    f->here.row.why = arena_printf(&f->p->arena, "there are %d global kits already: remove one", KITS_MOST);
    f->state->kits_wait = true;
    return stated_kit_write(f->p, &f->here);
}

/* The version here contains what the newest statement contains, and nothing else. */
static enum err put_newest(struct kit_following *f, struct fault *fault)
{
    struct persist *p = f->p;
    struct text body = TEXT("");
    struct element part;
    enum err e = ERR_OK;

    if (f->text.len) {
        name_kit(f);
        body = kit_text_body(p->w.txn, &p->arena, &f->kit, f->here.is_here ? f->here.part.body : TEXT(""));
    }
    if (f->text.len || f->here.is_here)
        e = put_part(p, f->here.id, body, fault);
    if (e != ERR_OK)
        return e;
    if (f->here.is_here && !f->text.len && f->state->kits_wait)
        team_sweep_kits(f->state); /* one may have room now */
    f->here.text = f->text;
    const struct kit_alias alias = { f->here.row.has_alias ? f->here.row.alias : TEXT(""), f->here.row.alias_of };
    if (f->text.len && elements_get(p->w.txn, &p->arena, kit_kind, elements_global_kits, f->here.id, &part) == ERR_OK)
        (void)kit_text_write(p->w.txn, &p->arena, &part, &alias, &f->here.text, NULL);
    stated_kit_is_now(p, &f->here, &f->known, f->newest->member, f->newest->own);
    return stated_kit_write(p, &f->here);
}

/* The team has the kit as it is here, or both have none. A reason why it is not said stays. */
static enum err note_equal(struct kit_following *f)
{
    struct team_row *row = &f->here.row;
    const bool stays = f->here.why.code != ERR_OK && row->has_why;
    struct team_known known = { 0 };

    if (row->has_knew)
        (void)team_known_read(row->knew, &known);
    team_known_merge(&known, &f->known);
    if (f->was_first && f->here.is_unchanged && row->has_why == stays &&
        text_equal(row->knew, team_known_write(&f->p->arena, &known)))
        return ERR_OK;
    stated_kit_is_now(f->p, &f->here, &known, f->newest->member, f->newest->own);
    row->has_why = stays;
    return stated_kit_write(f->p, &f->here);
}

static enum err follow_newest(struct kit_following *f, struct fault *fault)
{
    struct team_said lost;
    enum err e = kit_names_read(f->p);

    if (e != ERR_OK)
        return e;
    order_row(f);
    if (f->here.is_here == (f->text.len > 0) && text_equal(f->text, f->here.text))
        return note_equal(f);
    if (f->here.is_here && !f->here.is_unchanged && !(stated_kit_is_unknown(&f->here) && f->here.text.len))
        return f->was_first ? ERR_OK : stated_kit_write(f->p, &f->here); /* it was changed here, and cannot be said */
    if (!f->here.is_here && f->text.len && f->p->kit_names.count >= KITS_MOST)
        return hold_kit(f);
    e = find_lost(f, &lost) ? keep_copy(f, &lost, fault) : ERR_OK;
    return e == ERR_OK ? put_newest(f, fault) : e;
}

/* The name of the kit here is one that it got where another kit had its own: `of (MEMBER)`. */
static bool is_alias(struct text name, struct text of)
{
    return name.len > of.len + 2 && text_starts(name, of) && name.at[of.len] == ' ' && name.at[of.len + 1] == '(';
}

/* A kit that is unknown may be what a member says, for example after this engine left and joined again. */
static enum err recognise_kit(struct kit_following *f)
{
    struct persist *p = f->p;
    struct team_row *row = &f->here.row;
    const struct text name = kit_text_name(&p->arena, f->here.text);

    for (uint32_t i = 0; i < row->each.count; i++) {
        const struct team_said *said = &row->each.at[i];
        struct team_known known = { 0 };
        struct text text, here = f->here.text;
        if (!team_known_split(said->value, &known, &text) || !text.len)
            continue;
        const struct kit_alias alias = { name, kit_text_name(&p->arena, text) };
        const bool has_alias = is_alias(name, alias.of);
        struct fault unused = { 0 };
        if (has_alias)
            (void)kit_text_write(p->w.txn, &p->arena, &f->here.part, &alias, &here, &unused);
        if (!text_equal(here, text))
            continue;
        team_known_bound(&known, row);
        team_known_add(&known, said->member, said->own);
        f->here.text = here;
        row->has_alias = row->has_alias_of = has_alias;
        row->alias = alias.name;
        row->alias_of = alias.of;
        stated_kit_is_now(p, &f->here, &known, said->member, said->own);
        return stated_kit_write(p, &f->here);
    }
    return ERR_OK;
}

/* What was changed here is said first: then it is a statement like the others. */
static enum err follow_kit(struct persist *p, struct team_state *state, struct id kit, struct fault *fault)
{
    struct kit_following f = { .p = p, .state = state };
    enum err e = stated_kit_read(p, kit, &f.here);

    if (e == ERR_OK && stated_kit_is_unknown(&f.here) && !state->kits_heard)
        return ERR_OK;
    if (e == ERR_OK && stated_kit_is_unknown(&f.here))
        e = recognise_kit(&f);
    if (e == ERR_OK)
        e = stated_kit_say(p, state, kit);
    if (e == ERR_OK)
        e = stated_kit_read(p, kit, &f.here);
    if (e != ERR_OK)
        return e == ERR_TOO_LARGE ? ERR_OK : e;
    find_newest(&f);
    return f.newest ? follow_newest(&f, fault) : ERR_OK;
}

static enum err note_failure(struct persist *p, struct id id, const struct fault *why)
{
    const struct text what = text_of(why->what);
    struct stated_kit kit;
    enum err e = stated_kit_read(p, id, &kit);

    log_warn("a kit of the team cannot be put: %s", why->what);
    if (e != ERR_OK)
        return e == ERR_TOO_LARGE ? ERR_OK : e;
    kit.row.has_kit = kit.row.has_why = true;
    kit.row.kit = id;
    kit.row.why = arena_utf8(&p->arena, bytes_of(what.at, what.len), WHY_MOST);
    return stated_kit_write(p, &kit);
}

/* In an inner transaction, so that a kit that cannot be put is no obstacle for others. */
static enum err follow_alone(struct persist *p, struct team_state *state, struct id kit)
{
    struct fault fault = { 0 };
    struct together together;
    enum err e = together_begin(p, &together, &fault);

    if (e != ERR_OK)
        return e;
    e = follow_kit(p, state, kit, &fault);
    e = together_end(p, &together, e, &fault);
    if (e == ERR_OK || turn_is_broken(p) || e == ERR_IO || e == ERR_FULL)
        return e;
    return note_failure(p, kit, &fault);
}

/* The memory of one kit is freed before the next one. */
enum err team_kits_compare(struct persist *p, struct team_state *state, struct id kit)
{
    const struct arena before = p->arena;
    enum err e;

    p->arena = (struct arena){ 0 };
    e = follow_alone(p, state, kit);
    arena_free(&p->arena);
    p->arena = before;
    return e;
}

bool team_kits_may_keep(struct persist *p, const struct team_said *said)
{
    struct team_known unused;
    struct text text;
    struct kit kit;
    struct id id;

    if (said->content.len || !team_kit_of(said->field, &id))
        return true;
    return team_known_split(said->value, &unused, &text) &&
           (!text.len || kit_text_read(p->w.txn, &p->arena, text, &kit, NULL) == ERR_OK);
}

/* What the server has of this engine about an excluded sound is withdrawn, for example after a restore. */
static enum err withdraw_excluded(struct persist *p, const struct team_said *said)
{
    const struct key key = team_key(said->content, said->field);
    struct team_known unused;
    struct bytes_list paths;
    struct text text;

    if (!team_known_split(said->value, &unused, &text) || !text.len)
        return ERR_OK;
    if (community_excluded_paths(p->w.txn, &p->arena, &paths) == ERR_OK &&
        !kit_text_is_excluded(p->w.txn, &p->arena, &paths, text))
        return ERR_OK;
    return turn_wrote(p, team_put_out(&p->w, &key, true));
}

enum err team_kits_follow(struct persist *p, struct team_state *state, const struct team_said *said)
{
    struct id kit;
    enum err e = ERR_OK;

    if (said->content.len || !team_kit_of(said->field, &kit))
        return ERR_OK;
    if (text_equal(said->member, state->me))
        e = withdraw_excluded(p, said);
    return e == ERR_OK ? team_kits_compare(p, state, kit) : e;
}
