#include "services/search/query/facets.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "services/search/query/filter.h"
#include "services/search/query/match.h"

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

struct facet_counting {
    const struct index *index;
    struct counted *at;
    uint32_t count, room;
    bool is_full;
};

static void add_count(void *state, uint32_t term, uint32_t count)
{
    struct facet_counting *to = state;

    if (count == 0 || to->is_full)
        return;
    if (to->count == to->room && !limits_leave(2 * to->room * sizeof(*to->at))) {
        to->is_full = true;
        return;
    }
    ALLOC_ROOM(to->at, to->count, to->room, 64);
    to->at[to->count++] = (struct counted){ .term = term, .count = count };
}

static uint32_t count_above(const struct facet_counting *counting, uint32_t least)
{
    uint32_t above = 0;

    for (uint32_t i = 0; i < counting->count; i++)
        above += counting->at[i].count >= least;
    return above;
}

/* The highest count that at least `most` values reach; 0 if there are fewer values. */
static uint32_t least_count(const struct facet_counting *counting, uint32_t most)
{
    uint32_t least = 0;

    for (uint32_t step = UINT32_C(1) << 31; counting->count > most && step; step /= 2)
        if (count_above(counting, least + step) >= most)
            least += step;
    return least;
}

/* Sorts the first `most`; compares texts only where they can be among them. */
static void put_in_order(struct facet_counting *counting, uint32_t most)
{
    uint32_t least = least_count(counting, most), kept = 0;

    for (uint32_t i = 0; i < counting->count; i++) {
        struct counted one = counting->at[i];
        if (one.count < least)
            continue;
        one.value = terms_value(&counting->index->terms, one.term);
        counting->at[kept++] = one;
    }
    if (kept)
        qsort(counting->at, kept, sizeof(*counting->at), by_count);
    counting->count = kept < most ? kept : most;
}

enum term_field facets_field(struct text name)
{
    const struct filter *filter = filter_named(name);

    if (!filter || filter->column || filter->term < TERM_NAME)
        return TERM_ALL;
    return filter_values(filter) >= TERM_TAG ? filter_values(filter) : TERM_ALL;
}

static enum err refuse_field(struct text name, const char *field, struct fault *fault)
{
    fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is not a facet", TEXT_ARG(name));
    fault_field(fault, field);
    return fault_hint(
        fault, "expected one of tag, pack, kind, origin, class, family, genre, artist, album, key, container, format, "
               "is, colour, library, volume");
}

static void add_counts(struct arena *arena, struct text name, const struct facet_counting *counting,
                       struct facet_count_list *to)
{
    for (uint32_t i = 0; i < counting->count; i++)
        to->at[to->count++] = (struct facet_count){ .facet = name,
                                                    .value = arena_text(arena, counting->at[i].value),
                                                    .count = counting->at[i].count };
}

/* The states of items follow from their volumes, so they are counted here and not from the rows' own terms. */
static void add_states(const struct facets_of *of, struct text name, const struct bitmap *set,
                       struct facet_count_list *to)
{
    static const char *const STATES[] = { "local",           "remote",          "external",
                                          "offline",         "missing",         "remote_offline",
                                          "remote_fetching", "external_online", "external_offline" };

    for (size_t i = 0; i < sizeof(STATES) / sizeof(STATES[0]); i++) {
        struct bitmap *rows = bitmap_new();
        volumes_in_state(of->volumes, of->index, text_of(STATES[i]), rows);
        uint32_t count = bitmap_and_count(rows, set);
        bitmap_free(rows);
        if (count && to->count < FACETS_MOST)
            to->at[to->count++] = (struct facet_count){ .facet = name, .value = text_of(STATES[i]), .count = count };
    }
}

/* library or volume: the names of places are not terms of the rows. */
static bool is_place(struct text name)
{
    const struct filter *filter = filter_named(name);

    return filter && filter->kind == FILTER_PLACE;
}

static void add_places(const struct facets_of *of, struct arena *arena, struct text name, const struct bitmap *set,
                       struct facet_count_list *to)
{
    const bool of_libraries = text_is(text_of(filter_named(name)->name), "library");

    for (uint32_t i = 0; i < of->volumes->count; i++) {
        const struct place_here *place = &of->volumes->at[i];
        struct bitmap *rows;
        if (id_equal(place->id, place->volume) == of_libraries)
            continue;
        rows = bitmap_new();
        volumes_all_of(of->index, place, rows);
        const uint32_t count = bitmap_and_count(rows, set);
        bitmap_free(rows);
        if (count && to->count < FACETS_MOST)
            to->at[to->count++] =
                (struct facet_count){ .facet = name, .value = arena_text(arena, text_of(place->name)), .count = count };
    }
}

static void drop_states(struct facet_counting *counting)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < counting->count; i++)
        if (!volumes_is_state(terms_value(&counting->index->terms, counting->at[i].term)))
            counting->at[kept++] = counting->at[i];
    counting->count = kept;
}

static enum err count_fields(const struct facets_of *of, struct arena *arena, const struct text_list *fields,
                             const struct facet_rows *rows, const struct bitmap *set, struct facet_count_list *to)
{
    struct index *index = of->index;
    uint32_t share = fields->count ? FACETS_MOST / fields->count : 0;
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < fields->count; i++) {
        struct facet_counting counting = { .index = index };
        struct facet_counter counter = { add_count, &counting };

        if (is_place(fields->at[i])) {
            add_places(of, arena, fields->at[i], set, to);
            continue;
        }
        e = facet_count_terms(index, facets_field(fields->at[i]), rows, &counter);
        if (e == ERR_OK && facets_field(fields->at[i]) == TERM_IS) {
            drop_states(&counting);
            add_states(of, fields->at[i], set, to);
        }
        put_in_order(&counting, share);
        if (counting.count > FACETS_MOST - to->count)
            counting.count = FACETS_MOST - to->count;
        add_counts(arena, fields->at[i], &counting, to);
        e = counting.is_full ? ERR_FULL : e;
        free(counting.at);
    }
    return e;
}

/* Of a set of more than half of the index, the other rows are listed. */
void facets_open(struct index *index, const struct bitmap *set, const uint32_t *each, struct facet_set *to)
{
    *to = (struct facet_set){ .rows = { set, each, bitmap_count(set), false } };
    to->rows.are_others = to->rows.count > index_live(index) / 2;
    if (to->rows.are_others)
        to->rows.each = to->others = match_others(index, set, &to->rows.count);
}

void facets_close(struct facet_set *set)
{
    free(set->others);
    *set = (struct facet_set){ 0 };
}

static enum err check_fields(const struct text_list *fields, struct fault *fault)
{
    char field[32];

    for (uint32_t i = 0; i < fields->count; i++) {
        snprintf(field, sizeof(field), "facets[%u]", i);
        if (facets_field(fields->at[i]) == TERM_ALL && !is_place(fields->at[i]))
            return refuse_field(fields->at[i], field, fault);
    }
    return ERR_OK;
}

enum err facets_count(const struct facets_of *of, struct arena *arena, const struct text_list *fields,
                      const struct bitmap *set, const uint32_t *each, struct facet_count_list *to, struct fault *fault)
{
    struct facet_set counted;
    enum err e = check_fields(fields, fault);

    if (e != ERR_OK)
        return e;
    facets_open(of->index, set, each, &counted);
    to->at = arena_array(arena, FACETS_MOST, sizeof(*to->at));
    if (!to->at || count_fields(of, arena, fields, &counted.rows, set, to) != ERR_OK)
        e = limits_refuse(fault, "the facets");
    facets_close(&counted);
    return e;
}

enum err facets_terms(struct index *index, enum term_field field, const struct facet_set *set, uint32_t most,
                      struct facet_of_term *to, uint32_t *count)
{
    struct facet_counting counting = { .index = index };
    struct facet_counter counter = { add_count, &counting };
    enum err e = facet_count_terms(index, field, &set->rows, &counter);

    if (field == TERM_IS)
        drop_states(&counting);
    put_in_order(&counting, most);
    *count = counting.count;
    for (uint32_t i = 0; i < counting.count; i++)
        to[i] = (struct facet_of_term){ counting.at[i].term, counting.at[i].count, counting.at[i].value };
    free(counting.at);
    return e == ERR_OK && counting.is_full ? ERR_FULL : e;
}

enum err facets_most(struct index *index, struct arena *arena, struct text field, const struct bitmap *set,
                     const uint32_t *each, uint32_t most, struct facets_counted *to, struct fault *fault)
{
    struct facet_set counted;

    if (facets_field(field) == TERM_ALL)
        return refuse_field(field, "", fault);
    facets_open(index, set, each, &counted);
    to->at = arena_array(arena, most, sizeof(*to->at));
    enum err e = to->at ? facets_terms(index, facets_field(field), &counted, most, to->at, &to->count) : ERR_FULL;
    for (uint32_t i = 0; e == ERR_OK && i < to->count; i++)
        to->at[i].value = arena_text(arena, to->at[i].value);
    facets_close(&counted);
    return e == ERR_OK ? e : limits_refuse(fault, "the facets");
}
