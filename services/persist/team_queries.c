#include "services/persist/team_queries.h"

#include "services/persist/queries.h"
#include "services/persist/turn/turn.h"

static const char query_start[] = "query:";

/* False: a word of it would steer a terminal. */
static bool describe_query(struct arena *arena, struct text name, const struct kept_query *query, struct team_said *to)
{
    *to = (struct team_said){ .field = arena_printf(arena, "%s%.*s", query_start, TEXT_ARG(name)), .value = TEXT("") };
    if (!query)
        return text_is_plain(name);
    to->value = arena_printf(arena, "%.*s\n%.*s", TEXT_ARG(query->sort), TEXT_ARG(query->query));
    to->at = query->at;
    return text_is_plain(name) && text_is_plain(query->sort) && text_is_plain(query->query);
}

/* `query` NULL: it was removed. Does nothing without a team. */
static enum err say_query(struct persist *p, struct text name, const struct kept_query *query)
{
    struct team_state state;
    struct team_said said;
    enum err e = team_state(p->w.txn, &p->arena, &state);

    if (e != ERR_OK || !state.team.len || !describe_query(&p->arena, name, query, &said))
        return e == ERR_INTERNAL ? ERR_OK : e; /* a damaged state ends no change */
    said.at = 0;                               /* now */
    e = stated_put(p, &state, &said);
    return e == ERR_OK ? turn_wrote(p, team_put_state(&p->w, &state)) : e;
}

enum err team_queries_put(struct persist *p, const struct kept_query *query, struct done *answer, struct fault *fault)
{
    enum err e = queries_put(p, query, answer, fault);

    return e == ERR_OK && query->name.len ? say_query(p, query->name, query) : e;
}

enum err team_queries_remove(struct persist *p, struct text name, struct done *answer, struct fault *fault)
{
    enum err e = queries_remove(p, name, answer, fault);

    return e == ERR_OK && name.len ? say_query(p, name, NULL) : e;
}

static enum err read_saved(struct persist *p, struct kept_query *to, uint32_t *count)
{
    const struct bytes saved = { 1, (const uint8_t[]){ 1 } };
    struct walk walk;
    enum err e = walk_begin(p->w.txn, DB_QUERY, saved, saved, &walk);

    *count = 0;
    while (e == ERR_OK && *count < QUERIES_SAVED && walk_next(&walk)) {
        to[*count] = (struct kept_query){ 0 };
        if (row_decode(p->w.txn, &p->arena, walk.value, &kept_query_shape, &to[*count]) == ERR_OK)
            ++*count;
    }
    walk_end(&walk);
    return e;
}

enum err team_queries_compare(struct persist *p, struct team_state *state)
{
    struct kept_query *saved = arena_array(&p->arena, QUERIES_SAVED, sizeof(*saved));
    uint32_t count = 0;
    enum err e = saved ? read_saved(p, saved, &count) : ERR_FULL;

    for (uint32_t i = 0; e == ERR_OK && i < count; i++) {
        struct team_said said;
        if (describe_query(&p->arena, saved[i].name, &saved[i], &said) && stated_is_news(p, state, &said))
            e = stated_put(p, state, &said);
    }
    return e;
}

enum err team_queries_follow(struct persist *p, const struct team_said *said)
{
    const struct text start = text_of(query_start);
    const struct key key = team_key(said->content, said->field);
    struct team_row row;
    struct fault unused = { 0 };
    struct done done = { 0 };
    enum err e = team_row(p->w.txn, &p->arena, &key, &row);

    if (e != ERR_OK || !row.each.count || !text_starts(said->field, start))
        return e == ERR_NOT_FOUND || e == ERR_INTERNAL ? ERR_OK : e;
    struct text rest = row.each.at[0].value;
    struct kept_query query = { .name = { said->field.len - start.len, said->field.at + start.len } };
    if (!query.name.len || !text_is_plain(query.name))
        return ERR_OK;
    query.sort = text_cut(&rest, '\n');
    query.query = rest;
    if (!row.each.at[0].value.len)
        e = queries_remove(p, query.name, &done, &unused);
    else if (query.sort.len <= 64 && query.query.len <= 4000 && text_is_plain(query.sort) && text_is_plain(rest))
        e = queries_put(p, &query, &done, &unused);
    return e == ERR_FULL || e == ERR_IO ? e : ERR_OK;
}
