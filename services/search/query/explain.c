#include "services/search/query/explain_clause.h"
#include "services/search/query/explain_otherwise.h"
#include "services/search/query/explain_state.h"

enum { PAIRED = 1 };

static bool is_time_over(const struct explain *x)
{
    return clock_steady() >= x->until;
}

/* ---- clauses that find items alone, but not together ---- */

/* Counts the items of all clauses but one. */
static uint64_t count_without(struct explain *x, uint32_t left_out)
{
    struct node copies[EXPLAIN_CLAUSES], all = { .kind = NODE_AND };
    uint32_t count = 0;

    for (uint32_t i = 0; i < x->clause_count; i++) {
        if (i == left_out)
            continue;
        copies[count] = *x->clauses[i];
        copies[count].next = NULL;
        if (count)
            copies[count - 1].next = &copies[count];
        count++;
    }
    if (count < 2)
        return count ? explain_count(x, &copies[0]) : 0;
    all.first = copies;
    return explain_count(x, &all);
}

static uint64_t count_both(struct explain *x, uint32_t a, uint32_t b)
{
    struct node first = *x->clauses[a], second = *x->clauses[b], both = { .kind = NODE_AND, .first = &first };

    first.next = &second;
    second.next = NULL;
    return explain_count(x, &both);
}

/* Finds the clauses without which the others find something. */
static uint32_t find_excluding(struct explain *x, const uint64_t *counts)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < x->clause_count && !is_time_over(x); i++) {
        uint64_t without = count_without(x, i);
        struct hint *hint = without ? explain_add(x, HINT_KIND_EXCLUDED, x->clauses[i]->source) : NULL;
        if (!hint)
            continue;
        hint->count = counts[i];
        hint->without = without;
        found++;
    }
    return found;
}

static void find_pair(struct explain *x, const uint64_t *counts)
{
    for (uint32_t a = 0; a < x->clause_count; a++)
        for (uint32_t b = a + 1; b < x->clause_count && !is_time_over(x); b++) {
            struct hint *hint =
                count_both(x, a, b) ? NULL : explain_add(x, HINT_KIND_NEVER_TOGETHER, x->clauses[a]->source);
            if (!hint)
                continue;
            hint->count = counts[a];
            hint->near.at = arena_array(x->arena, PAIRED, sizeof(*hint->near.at));
            if (hint->near.at)
                hint->near.at[hint->near.count++] = explain_shorten(x->clauses[b]->source, EXPLAIN_CLAUSE_BYTES);
            return;
        }
}

static void find_clash(struct explain *x, const uint64_t *counts)
{
    if (x->clause_count < 2 || find_excluding(x, counts))
        return;
    find_pair(x, counts);
}

/* ---- hidden items ---- */

/* Adds a hint and returns true if all matching items have this state. */
static bool find_state(struct explain *x, const struct node *root, struct text state)
{
    struct node copy = *root, is = { .kind = NODE_IS, .filter = filter_named(TEXT("is")), .text = state };
    struct node both = { .kind = NODE_AND, .first = &copy };
    bool is_hidden = text_is(state, "hidden");
    struct hint *hint;

    copy.next = &is;
    uint64_t count = explain_count(x, &both);
    struct text clause = count ? arena_printf(x->arena, "is:%.*s", TEXT_ARG(state)) : state;
    if (!count || !(hint = explain_add(x, HINT_KIND_HIDDEN, is_hidden ? (struct text){ 0 } : clause)))
        return false;
    hint->count = count;
    hint->instead = x->query.len ? arena_printf(x->arena, "(%.*s) %.*s", TEXT_ARG(x->query), TEXT_ARG(clause)) : clause;
    return true;
}

/* If hidden items match, no clause is to blame, and similar words would only be those of these items. */
static bool find_left_out(struct explain *x, const struct node *root)
{
    for (size_t i = 0; i < MATCH_UNSEEN; i++)
        if (find_state(x, root, text_of(match_unseen[i])))
            return true;
    return false;
}

/* ---- the explanation ---- */

static void take_clauses(struct explain *x, const struct node *root)
{
    if (root->kind != NODE_AND || !root->first || !root->first->source.len) {
        x->clauses[x->clause_count++] = root;
        return;
    }
    for (const struct node *each = root->first; each && x->clause_count < EXPLAIN_CLAUSES; each = each->next)
        x->clauses[x->clause_count++] = each;
}

static struct text add_source(struct explain *x, struct text to, const struct node *clause)
{
    return arena_printf(x->arena, "%.*s%s%.*s", TEXT_ARG(to), to.len ? " " : "", TEXT_ARG(clause->source));
}

/* Suggests the query without the clauses that find nothing or have another meaning. */
static void find_rest(struct explain *x, const uint64_t *counts)
{
    struct explain rest = *x;
    struct text out = { 0 }, left = { 0 };
    struct hint *hint;

    rest.clause_count = 0;
    for (uint32_t i = 0; i < x->clause_count; i++)
        if (counts[i]) {
            rest.clauses[rest.clause_count++] = x->clauses[i];
            left = add_source(x, left, x->clauses[i]);
        } else {
            out = add_source(x, out, x->clauses[i]);
        }
    uint64_t without = rest.clause_count ? count_without(&rest, rest.clause_count) : 0;
    if (!without || !(hint = explain_add(x, HINT_KIND_EXCLUDED, out)))
        return;
    hint->without = without;
    hint->instead = explain_shorten(left, EXPLAIN_QUERY_BYTES);
}

static void look_at_clauses(struct explain *x)
{
    uint64_t counts[EXPLAIN_CLAUSES] = { 0 };
    uint32_t empty = 0;

    for (uint32_t i = 0; i < x->clause_count && !is_time_over(x); i++) {
        counts[i] = x->is_explained[i] ? 0 : explain_count(x, x->clauses[i]);
        if (counts[i] == 0 && !x->is_explained[i])
            explain_clause(x, x->clauses[i]);
        empty += counts[i] == 0;
    }
    if (!is_time_over(x) && empty)
        find_rest(x, counts);
    else if (!is_time_over(x))
        find_clash(x, counts);
}

enum err explain_empty(const struct match *match, struct text query, const struct node *root, struct arena *arena,
                       usec_t until, struct hint_list *to)
{
    struct explain x = { .match = match, .query = query, .arena = arena, .until = until, .to = to };

    to->at = arena_array(arena, EXPLAIN_HINTS, sizeof(*to->at));
    if (!to->at)
        return ERR_FULL;
    if (index_live(match->index) == 0) {
        explain_add(&x, HINT_KIND_NO_ITEMS, (struct text){ 0 });
        return ERR_OK;
    }
    if (find_left_out(&x, root))
        return ERR_OK;
    take_clauses(&x, root);
    explain_otherwise(&x);
    look_at_clauses(&x);
    return ERR_OK;
}

enum err explain_cut(uint64_t matches, struct arena *arena, struct hint_list *to)
{
    struct explain x = { .arena = arena, .to = to };
    struct hint *hint;

    to->at = arena_array(arena, EXPLAIN_HINTS, sizeof(*to->at));
    if (!to->at)
        return ERR_FULL;
    hint = explain_add(&x, HINT_KIND_OUTSIDE, (struct text){ 0 });
    if (hint)
        hint->count = matches;
    return ERR_OK;
}
