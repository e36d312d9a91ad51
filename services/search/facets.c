#include "services/search/facets.h"

#include <stdlib.h>
#include "services/search/filter.h"
#include "services/search/match.h"

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

static uint32_t count_values(struct index *index, enum term_field field, const uint32_t *counts, struct counted **to)
{
    char key[TERM_LONGEST];
    struct term_range range = terms_starting(&index->terms, terms_start(key, field, (struct text){ 0 }));
    uint32_t found = 0;

    *to = malloc((range.count + 1) * sizeof(**to));
    for (uint32_t i = 0; *to && i < range.count; i++) {
        uint32_t term = range.at[i];
        if (counts[term])
            (*to)[found++] = (struct counted){ term, counts[term], terms_value(&index->terms, term) };
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

static enum err count_fields(struct index *index, struct arena *arena, const struct text_list *fields,
                             const struct bitmap *rows, const uint32_t *each, struct facet_count_list *to)
{
    uint32_t share = fields->count ? FACETS_MOST / fields->count : 0;
    uint32_t *counts = calloc(terms_count(&index->terms) + 1, sizeof(*counts));
    enum err e = counts ? ERR_OK : ERR_FULL;

    for (uint32_t i = 0; e == ERR_OK && i < fields->count; i++) {
        enum term_field field = field_of(fields->at[i]);
        struct counted *counted = NULL;

        e = tally_count(index, field, rows, each, counts);
        uint32_t found = e == ERR_OK ? count_values(index, field, counts, &counted) : 0;
        add_counts(arena, fields->at[i], counted, found < share ? found : share, to);
        free(counted);
    }
    free(counts);
    return e;
}

enum err facets_count(struct index *index, struct arena *arena, const struct text_list *fields,
                      const struct bitmap *rows, struct facet_count_list *to, struct fault *fault)
{
    bool are_all = bitmap_count(rows) == index_live(index);
    uint32_t count, *each = are_all ? NULL : match_rows(rows, &count);
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < fields->count; i++)
        if (field_of(fields->at[i]) == TERM_ALL)
            e = refuse_field(fields->at[i], fault);
    to->at = e == ERR_OK ? arena_array(arena, FACETS_MOST, sizeof(*to->at)) : NULL;
    if (e == ERR_OK && (!to->at || (!are_all && !each) ||
                        count_fields(index, arena, fields, rows, each, to) != ERR_OK))
        e = fault_set(fault, ERR_FULL, "no memory for facets");
    free(each);
    return e;
}
