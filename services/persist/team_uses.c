#include "services/persist/team_uses.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "common/process/log.h"
#include "services/persist/steps/kit_uses.h"
#include "services/persist/turn/turn.h"
#include "services/persist/uses/uses.h"
#include "store/catalogue.h"
#include "store/community.h"
#include "store/uses.h"

enum { CONTEXT_AT = 4 /* bytes of "use:" */, ID_LETTERS = 26, NAME_MOST = 255 };
static const char use_start[] = "use:";

/* ---- contexts that the team gave ---- */

static struct key key_of_given(struct id context)
{
    struct key key = key_name(META_TEAM_CONTEXT);

    key_add(&key, context.b, sizeof(context.b));
    return key;
}

static bool is_given(struct persist *p, struct id context)
{
    const struct key key = key_of_given(context);
    struct bytes none;

    return txn_get(p->w.txn, DB_META, key_bytes(&key), &none) == ERR_OK;
}

static struct id context_of_member(struct text member, struct text context)
{
    struct key key = { 0 };
    struct hash hash;
    struct id id;

    key_add(&key, member.at, member.len);
    key_add(&key, context.at, context.len);
    hash = hash_of(key.b, key.len);
    memcpy(id.b, hash.b, sizeof(id.b));
    return id;
}

/* ---- stating ---- */

struct uses_said {
    struct persist *p;
    struct context context;
    bool is_of_global_kit; /* which travels itself: its uses follow from it on each engine */
    struct bytes_list excluded;
    struct team_said *at;
    uint32_t count, room;
};

static struct text name_field(struct arena *arena, struct id context, const struct use *use)
{
    struct text words = arena_printf(arena, "%.*s\n%.*s", TEXT_ARG(use->role), TEXT_ARG(use->section));
    struct hash hash = hash_of(words.at, words.len);
    char id[ID_TEXT_SIZE];
    uint64_t digest;

    memcpy(&digest, hash.b, sizeof(digest));
    return arena_printf(arena, "%s%s:%016llx", use_start, id_write(context, id), (unsigned long long)digest);
}

static bool add_use(void *state, const struct use *use)
{
    struct uses_said *u = state;
    struct arena *arena = &u->p->arena;
    struct media media;

    if (catalogue_media(u->p->w.txn, arena, use->media, &media) != ERR_OK || media.content.len != TEAM_CONTENT ||
        community_is_excluded(u->p->w.txn, arena, &u->excluded, &media))
        return true;
    u->at = arena_grow(arena, u->at, u->count, &u->room, sizeof(*u->at));
    if (!u->at)
        return false;
    u->at[u->count++] = (struct team_said){
        .content = arena_bytes(arena, media.content),
        .field = name_field(arena, u->context.id, use),
        .value = use->ended || u->is_of_global_kit
                     ? TEXT("")
                     : arena_printf(arena, "%lld\n%.*s\n%.*s\n%.*s", (long long)u->context.kind.value,
                                    TEXT_ARG(u->context.name), TEXT_ARG(use->role), TEXT_ARG(use->section)),
    };
    return true;
}

/* Of the rows of one content and field, one that has not ended comes first: it decides. */
static int by_field(const void *a, const void *b)
{
    const struct team_said *one = a, *other = b;
    int order = bytes_compare(one->content, other->content);

    if (!order)
        order = text_compare(one->field, other->field);
    return order ? order : (other->value.len > 0) - (one->value.len > 0);
}

static bool is_same_field(const struct team_said *a, const struct team_said *b)
{
    return bytes_equal(a->content, b->content) && text_equal(a->field, b->field);
}

/* An end is only said of what was said. */
static bool differs_from_said(struct persist *p, const struct team_state *state, const struct team_said *said)
{
    const struct key key = team_key(said->content, said->field);
    struct team_row row;
    const struct team_said *mine =
        team_row(p->w.txn, &p->arena, &key, &row) == ERR_OK ? team_of_member(&row, state->me) : NULL;

    return mine && !mine->withdrawn ? !text_equal(mine->value, said->value) : said->value.len > 0;
}

enum err team_uses_compare(struct persist *p, struct team_state *state, struct id context)
{
    struct uses_said u = { .p = p };
    enum err e = uses_context(p->w.txn, &p->arena, context, &u.context);

    if (e != ERR_OK || is_given(p, context) || !text_is_plain(u.context.name))
        return e == ERR_NOT_FOUND || e == ERR_INTERNAL ? ERR_OK : e;
    if (community_excluded_paths(p->w.txn, &p->arena, &u.excluded) != ERR_OK)
        return ERR_OK; /* an exclusion is damaged: nothing is said */
    u.is_of_global_kit = u.context.kind.value == CONTEXT_KIND_KIT && kit_uses_are_global(p, context);
    e = uses_each(p->w.txn, &p->arena, context, add_use, &u);
    if (u.count)
        qsort(u.at, u.count, sizeof(*u.at), by_field);
    for (uint32_t i = 0; e == ERR_OK && i < u.count; i++)
        if ((i == 0 || !is_same_field(&u.at[i - 1], &u.at[i])) && text_is_plain(u.at[i].field) &&
            differs_from_said(p, state, &u.at[i]))
            e = stated_put(p, state, &u.at[i]);
    return e;
}

/* ---- following ---- */

/* The uses of one context of a member. */
struct followed {
    struct persist *p;
    struct persist_use ask;
    uint32_t room;
};

static struct text context_in(const struct team_said *said)
{
    const bool is_use = text_starts(said->field, text_of(use_start)) && said->field.len > CONTEXT_AT + ID_LETTERS;

    return (struct text){ is_use ? ID_LETTERS : 0, said->field.at + CONTEXT_AT };
}

static enum err end_context(struct followed *f)
{
    struct done done = { 0 };
    struct fault fault = { 0 };
    enum err e = ERR_OK;

    if (f->ask.uses.count) {
        const struct key key = key_of_given(f->ask.id);
        e = turn_wrote(f->p, txn_put(f->p->w.txn, DB_META, key_bytes(&key), (struct bytes){ 0, NULL }));
        if (e == ERR_OK)
            e = uses_note(f->p, &f->ask, &done, &fault);
        if (e != ERR_OK && e != ERR_FULL && e != ERR_IO) {
            log_warn("uses that the team says are not noted: %s", fault.what);
            e = ERR_OK;
        }
    }
    f->ask = (struct persist_use){ .has_id = true, .kind = { .value = CONTEXT_KIND_NAMED } };
    f->room = 0;
    return e;
}

/* An ended use has no words: those of the row's former statement are gone, so the rows of this digest are looked up. */
struct ending {
    struct followed *f;
    struct text field;
    struct id said; /* the context at the member */
    struct id media;
};

static void add_followed(struct followed *f, const struct use *use)
{
    f->ask.uses.at = arena_grow(&f->p->arena, f->ask.uses.at, f->ask.uses.count, &f->room, sizeof(*use));
    if (f->ask.uses.at)
        f->ask.uses.at[f->ask.uses.count++] = *use;
}

static bool end_use(void *state, const struct use *use)
{
    struct ending *ending = state;

    if (!use->ended && id_equal(use->media, ending->media) &&
        text_equal(name_field(&ending->f->p->arena, ending->said, use), ending->field))
        add_followed(ending->f,
                     &(struct use){ .media = use->media, .role = use->role, .section = use->section, .ended = true });
    return true;
}

static bool is_plain_word(struct text word)
{
    return word.len <= 64 && text_is_plain(word);
}

static enum err follow_use(struct followed *f, const struct team_said *said)
{
    struct text rest = said->value, name;
    struct use use = { 0 };
    struct ending ending = { .f = f, .field = said->field };

    (void)catalogue_first_with_content(f->p->w.txn, said->content, &use.media);
    if (id_is_zero(use.media) || !id_read(context_in(said), &ending.said))
        return ERR_OK;
    if (!said->value.len) {
        ending.media = use.media;
        return uses_each(f->p->w.txn, &f->p->arena, f->ask.id, end_use, &ending);
    }
    (void)text_cut(&rest, '\n'); /* the kind there */
    name = text_cut(&rest, '\n');
    use.role = text_cut(&rest, '\n');
    use.section = rest;
    if (!name.len || !text_is_plain(name) || !is_plain_word(use.role) || !is_plain_word(use.section))
        return ERR_OK;
    f->ask.name = arena_utf8(&f->p->arena, bytes_of(name.at, name.len), NAME_MOST);
    add_followed(f, &use);
    return ERR_OK;
}

enum err team_uses_follow(struct persist *p, const struct team_state *state, const struct team_said_list *said)
{
    struct followed f = { .p = p };
    enum err e = end_context(&f);

    for (uint32_t i = 0; e == ERR_OK && i < said->count; i++) {
        const struct team_said *one = &said->at[i];
        const struct text context = context_in(one);
        if (!context.len || one->content.len != TEAM_CONTENT || text_equal(one->member, state->me))
            continue;
        const struct id id = context_of_member(one->member, context);
        if (!id_equal(id, f.ask.id))
            e = end_context(&f);
        f.ask.id = id;
        if (e == ERR_OK)
            e = follow_use(&f, one);
    }
    return e == ERR_OK ? end_context(&f) : e;
}

struct row_look {
    struct arena *arena;
    struct team_said_list all;
    uint32_t room;
};

static bool add_statements(void *state, const struct key *key, const struct team_row *row)
{
    struct row_look *look = state;

    (void)key;
    for (uint32_t i = 0; context_in(&row->each.at[0]).len && i < row->each.count; i++) {
        look->all.at = arena_grow(look->arena, look->all.at, look->all.count, &look->room, sizeof(*look->all.at));
        if (!look->all.at)
            return false;
        look->all.at[look->all.count++] = row->each.at[i];
    }
    return true;
}

enum err team_uses_follow_content(struct persist *p, const struct team_state *state, struct bytes content)
{
    struct row_look look = { .arena = &p->arena };
    enum err e = team_each(p->w.txn, &p->arena, content, add_statements, &look);

    return e == ERR_OK ? team_uses_follow(p, state, &look.all) : e;
}
