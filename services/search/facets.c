#include "services/search/facets.h"

#include <stdlib.h>
#include "services/search/filter.h"
#include "services/search/match.h"

enum { FEW_ROWS = 30000 };

struct counted {
    uint32_t term, count;
    struct text value;
};

static int by_count(const void *a, const void *b)
{
    const struct counted *x = a, *y = b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return text_compare(x->value, y->value);
}

/* How often each term stands in the rows, by number: quicker than looking at each term as long as the rows are
 * few. NULL when they are not, or memory is out. */
static uint32_t *count_terms(const struct index *index, const struct bitmap *rows)
{
    uint32_t count, *each, *counts;

    if (bitmap_count(rows) > FEW_ROWS)
        return NULL;
    each = match_rows(rows, &count);
    counts = calloc(terms_count(&index->terms) + 1, sizeof(*counts));
    for (uint32_t i = 0; each && counts && i < count; i++) {
        struct index_list list = index_terms_of(index, each[i]);
        for (uint32_t j = 0; j < list.count; j++)
            counts[list.at[j]]++;
    }
    if (!each) {
        free(counts);
        counts = NULL;
    }
    free(each);
    return counts;
}

static uint32_t count_values(struct index *index, enum term_field field, const struct bitmap *rows,
                             const uint32_t *counts, struct counted **to)
{
    char key[TERM_LONGEST];
    struct term_range range = terms_starting(&index->terms, terms_start(key, field, (struct text){ 0 }));
    uint32_t found = 0;

    *to = malloc((range.count + 1) * sizeof(**to));
    for (uint32_t i = 0; *to && i < range.count; i++) {
        uint32_t term = range.at[i];
        uint32_t count = counts ? counts[term] : posting_and_count(terms_posting(&index->terms, term), rows);
        if (count)
            (*to)[found++] = (struct counted){ term, count, terms_value(&index->terms, term) };
    }
    if (*to)
        qsort(*to, found, sizeof(**to), by_count);
    return found;
}

/* TERM_ALL: no field with values. */
static enum term_field field_of(struct text name)
{
    const struct filter *filter = filter_named(name);

    if (!filter || filter->column || filter->term < TERM_NAME)
        return TERM_ALL;
    if (filter->term == TERM_PACK_WORD)
        return TERM_PACK;
    return filter->term >= TERM_TAG ? filter->term : TERM_ALL;
}

static enum err refuse_field(struct text name, struct fault *fault)
{
    fault_set(fault, ERR_BAD_REQUEST, "values of \"%.*s\" can't be counted", TEXT_ARG(name));
    fault_field(fault, "facets");
    return fault_hint(
        fault, "one of tag, pack, kind, origin, class, family, genre, artist, key, container, format, is");
}

static void add_counts(struct arena *arena, struct text name, const struct counted *counted, uint32_t count,
                       struct facet_count_list *to)
{
    for (uint32_t i = 0; i < count; i++)
        to->at[to->count++] = (struct facet_count){ .facet = name,
                                                    .value = arena_text(arena, counted[i].value),
                                                    .count = counted[i].count };
}

enum err facets_count(struct index *index, struct arena *arena, const struct text_list *fields,
                      const struct bitmap *rows, struct facet_count_list *to, struct fault *fault)
{
    uint32_t share = fields->count ? FACETS_MOST / fields->count : 0, *counts;

    for (uint32_t i = 0; i < fields->count; i++)
        if (field_of(fields->at[i]) == TERM_ALL)
            return refuse_field(fields->at[i], fault);
    to->at = arena_array(arena, FACETS_MOST, sizeof(*to->at));
    if (!to->at)
        return fault_set(fault, ERR_FULL, "no memory for facets");
    counts = count_terms(index, rows);
    for (uint32_t i = 0; i < fields->count; i++) {
        struct counted *counted;
        uint32_t found = count_values(index, field_of(fields->at[i]), rows, counts, &counted);

        add_counts(arena, fields->at[i], counted, found < share ? found : share, to);
        free(counted);
    }
    free(counts);
    return ERR_OK;
}
