#include "services/search/query/explain_state.h"

struct text explain_shorten(struct text text, uint32_t most)
{
    if (text.len > most)
        text.len = most;
    while (text.len && !text_is_utf8(text))
        text.len--;
    return text;
}

struct hint *explain_add(struct explain *x, enum hint_kind kind, struct text clause)
{
    struct hint *hint;

    if (x->to->count == EXPLAIN_HINTS)
        return NULL;
    hint = &x->to->at[x->to->count++];
    *hint =
        (struct hint){ .kind = { .value = (int32_t)kind }, .clause = explain_shorten(clause, EXPLAIN_CLAUSE_BYTES) };
    return hint;
}

struct text explain_instead(struct explain *x, struct text part, struct text by)
{
    uint32_t before = (uint32_t)(part.at - x->query.at);
    struct text rest = { x->query.len - before - part.len, part.at + part.len };
    struct text whole = arena_printf(x->arena, "%.*s%.*s%.*s", (int)before, x->query.at, TEXT_ARG(by), TEXT_ARG(rest));

    return whole.len <= EXPLAIN_QUERY_BYTES ? whole : (struct text){ 0 };
}

uint64_t explain_count(struct explain *x, const struct node *node)
{
    struct bitmap *rows = match_query(x->match, node);
    uint64_t count = bitmap_count(rows);

    bitmap_free(rows);
    return count;
}
