#include "services/persist/edit/stated.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "services/persist/edit/ranges.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue.h"
#include "store/community.h"
#include "store/fact_name.h"

enum { NUMBER = 40, VALUE = 4096 };
static const char yes[] = "yes", tag_start[] = "tag:", fact_start[] = "fact:";

/* ---- an edit as statements ---- */

struct fields {
    struct arena *arena;
    struct bytes content;
    struct team_said_list *to; /* with room */
};

static void add_field(struct fields *f, struct text field, struct text value)
{
    if (field.at && value.at)
        f->to->at[f->to->count++] = (struct team_said){ .content = f->content, .field = field, .value = value };
}

static void add_named(struct fields *f, const char *start, struct text word, struct text value)
{
    if (text_is_plain(word) && text_is_plain(value))
        add_field(f, arena_printf(f->arena, "%s%.*s", start, TEXT_ARG(word)), value);
}

static struct text write_value(struct arena *arena, const struct fact *fact)
{
    if (fact->has_number)
        return arena_printf(arena, "n%.17g", fact->number);
    return arena_printf(arena, "t%.*s", TEXT_ARG(fact->text));
}

/* The name of a mark has the id of an item, which means nothing elsewhere. */
static bool may_travel(struct text attribute)
{
    struct id other;

    return attribute.len && !fact_name_other(attribute, &other);
}

enum err stated_fields(struct arena *arena, struct bytes content, const struct edit *edit, struct team_said_list *to)
{
    const uint32_t room =
        3 + edit->add_tags.count + edit->remove_tags.count + edit->facts.count + edit->clear_facts.count;
    const struct text none = TEXT(""), set = { sizeof(yes) - 1, yes };
    struct fields f = { arena, content, to };

    *to = (struct team_said_list){ 0, arena_array(arena, room, sizeof(*to->at)) };
    if (!to->at)
        return ERR_FULL;
    if (edit->has_notes && text_is_plain_lines(edit->notes))
        add_field(&f, TEXT("notes"), edit->notes.len ? edit->notes : none);
    if (edit->has_favourite)
        add_field(&f, TEXT("favourite"), edit->favourite ? set : none);
    if (edit->has_hidden)
        add_field(&f, TEXT("hidden"), edit->hidden ? set : none);
    for (uint32_t i = 0; i < edit->add_tags.count; i++)
        add_named(&f, tag_start, edit->add_tags.at[i], set);
    for (uint32_t i = 0; i < edit->remove_tags.count; i++)
        add_named(&f, tag_start, edit->remove_tags.at[i], none);
    for (uint32_t i = 0; i < edit->facts.count; i++)
        if (may_travel(edit->facts.at[i].attribute))
            add_named(&f, fact_start, edit->facts.at[i].attribute, write_value(arena, &edit->facts.at[i]));
    for (uint32_t i = 0; i < edit->clear_facts.count; i++)
        if (may_travel(edit->clear_facts.at[i]))
            add_named(&f, fact_start, edit->clear_facts.at[i], none);
    return ERR_OK;
}

/* ---- a statement as an edit ---- */

/* The rest of the field after `start`; empty: it begins with another word. */
static struct text word_after(struct text field, const char *start)
{
    const struct text begin = text_of(start);

    if (!text_starts(field, begin) || !text_is_plain(field))
        return TEXT("");
    return (struct text){ field.len - begin.len, field.at + begin.len };
}

static bool add_flag(struct text value, bool *has, bool *to)
{
    *has = value.len == 0 || text_is(value, yes);
    *to = value.len > 0;
    return *has;
}

static bool add_tag(struct text tag, struct text value, struct edit *to)
{
    if (tag.len > 64 || (value.len && !text_is(value, yes)))
        return false;
    if (value.len)
        to->add_tags.at[to->add_tags.count++] = tag;
    else
        to->remove_tags.at[to->remove_tags.count++] = tag;
    return true;
}

static bool read_said_number(struct text word, double *to)
{
    char number[NUMBER], *end;

    if (!text_copy(number, sizeof(number), word) || !number[0])
        return false;
    *to = strtod(number, &end);
    return *end == 0 && *to - *to == 0; /* finite */
}

static bool add_fact(struct text attribute, struct text value, struct edit *to)
{
    struct fact fact = { .attribute = attribute, .source = { .value = SOURCE_USER }, .confidence = 1, .shown = true };
    const struct text rest = value.len ? (struct text){ value.len - 1, value.at + 1 } : value;
    struct fault unused = { 0 };

    if (!may_travel(attribute) || attribute.len > 64)
        return false;
    if (!value.len) {
        to->clear_facts.at[to->clear_facts.count++] = attribute;
        return true;
    }
    fact.has_number = value.at[0] == 'n' && read_said_number(rest, &fact.number);
    fact.has_text = value.at[0] == 't' && rest.len <= 1024 && text_is_plain(rest);
    fact.text = fact.has_text ? rest : TEXT("");
    if (fact.has_number == fact.has_text || ranges_check(&fact, &unused) != ERR_OK)
        return false;
    to->facts.at[to->facts.count++] = fact;
    return true;
}

static bool add_notes(struct text value, struct edit *to)
{
    to->has_notes = value.len <= 4000 && text_is_plain_lines(value);
    to->notes = value;
    return to->has_notes;
}

bool stated_add(const struct team_said *said, struct edit *to)
{
    const struct text tag = word_after(said->field, tag_start), fact = word_after(said->field, fact_start);

    if (tag.len)
        return add_tag(tag, said->value, to);
    if (fact.len)
        return add_fact(fact, said->value, to);
    if (text_is(said->field, "notes"))
        return add_notes(said->value, to);
    if (text_is(said->field, "favourite"))
        return add_flag(said->value, &to->has_favourite, &to->favourite);
    if (text_is(said->field, "hidden"))
        return add_flag(said->value, &to->has_hidden, &to->hidden);
    return false;
}

/* ---- stating ---- */

bool stated_is_news(struct persist *p, const struct team_state *state, const struct team_said *said)
{
    const struct key key = team_key(said->content, said->field);
    struct team_row row;

    if (team_row(p->w.txn, &p->arena, &key, &row) != ERR_OK || !row.each.count)
        return true;
    const struct team_said *mine = team_of_member(&row, state->me);
    return mine ? mine->withdrawn : !text_equal(row.each.at[0].value, said->value);
}

enum err stated_read_row(struct persist *p, const struct key *key, struct team_row *to)
{
    enum err e = team_row(p->w.txn, &p->arena, key, to);

    if (e == ERR_NOT_FOUND && txn_count(p->w.txn, DB_TEAM) >= TEAM_ROWS)
        return ERR_TOO_LARGE;
    return e == ERR_NOT_FOUND || e == ERR_INTERNAL ? ERR_OK : e;
}

enum err stated_write_row(struct persist *p, const struct key *key, struct team_row *row, const struct team_said *said)
{
    enum err e = team_say(&p->arena, row, said);

    return e == ERR_OK ? turn_wrote(p, team_put_row(&p->w, key, row)) : e;
}

enum err stated_put(struct persist *p, struct team_state *state, const struct team_said *said)
{
    struct team_said mine = *said;
    struct key key = team_key(mine.content, mine.field);
    struct team_row row = { 0 };
    enum err e = stated_read_row(p, &key, &row);

    if (e != ERR_OK)
        return e == ERR_TOO_LARGE ? ERR_OK : e;
    if (!mine.at) {
        usec_t now = clock_now();
        mine.at = state->clock = now > state->clock ? now : state->clock + 1;
    }
    const struct team_said *before = team_of_member(&row, state->me);
    const bool is_held = before && !before->withdrawn && team_out(p->w.txn, &key) != TEAM_OUT_NEW;
    mine.own = mine.at;
    mine.member = state->me;
    mine.who = state->name;
    e = stated_write_row(p, &key, &row, &mine);
    return e == ERR_OK ? turn_wrote(p, team_put_out(&p->w, &key, is_held)) : e;
}

bool stated_is_excluded(struct persist *p, const struct media *media)
{
    struct bytes_list paths;

    return community_excluded_paths(p->w.txn, &p->arena, &paths) != ERR_OK ||
           community_is_excluded(p->w.txn, &p->arena, &paths, media);
}

/* The first item stands for all of the content. */
bool stated_is_content_excluded(struct persist *p, struct bytes content)
{
    struct media media;
    struct id first;

    if (!content.len || (catalogue_first_with_content(p->w.txn, content, &first) == ERR_OK && id_is_zero(first)))
        return false;
    return catalogue_media(p->w.txn, &p->arena, first, &media) != ERR_OK || stated_is_excluded(p, &media);
}

enum err stated_by_edit(struct persist *p, const struct media *media, const struct edit *edit)
{
    struct team_said_list said = { 0 };
    struct team_state state;
    enum err e = team_state(p->w.txn, &p->arena, &state);

    if (e != ERR_OK || !state.team.len || media->content.len != TEAM_CONTENT || stated_is_excluded(p, media))
        return e == ERR_INTERNAL ? ERR_OK : e; /* a damaged state ends no edit */
    e = stated_fields(&p->arena, media->content, edit, &said);
    for (uint32_t i = 0; e == ERR_OK && i < said.count; i++)
        e = stated_put(p, &state, &said.at[i]);
    return e == ERR_OK && said.count ? turn_wrote(p, team_put_state(&p->w, &state)) : e;
}
