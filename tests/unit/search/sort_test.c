/* Pages cover a result once, whatever changes between them; scores and facets. */
#include "services/search/index/facet_count.h"
#include "services/search/index/index_keep.h"
#include "services/search/query/cursor.h"
#include "services/search/query/facets.h"
#include "services/search/query/score.h"
#include "tests/unit/claim.h"
#include "tests/unit/search/made.h"

enum { ITEMS = 600, PAGE = 7 };

static uint32_t next_page(struct index *index, const char *query, const char *sort, struct text *cursor,
                          struct arena *arena, struct id *to)
{
    static const struct volumes none;
    struct match match = { index, &none };
    struct node *root;
    struct bitmap *found = made_match(index, query, &root, arena);
    uint32_t count, page[PAGE + 1], *rows = bitmap_array(found, &count);
    struct scores *scores = score_differs(&match, root, found) ? score_rows(&match, root, found, rows) : NULL;
    struct position after, last;
    struct sort_order order;
    bool more;

    assert_int_equal(sort_read(index, text_of(sort), &order, NULL), ERR_OK);
    order.scores = scores;
    if (cursor->len)
        assert_int_equal(cursor_read(arena, *cursor, text_of(query), text_of(sort), &after, NULL), ERR_OK);
    count = sort_page(&order, index, rows, count, cursor->len ? &after : NULL, PAGE, page, &more);
    for (uint32_t i = 0; i < count; i++)
        to[i] = index_id(index, page[i]);
    *cursor = (struct text){ 0 };
    if (more) {
        last = sort_position(&order, index, page[count - 1]);
        *cursor = cursor_write(arena, text_of(query), text_of(sort), &last);
        assert_true(cursor->len > 0 && cursor->len <= 255);
    }
    free(rows);
    free(scores);
    bitmap_free(found);
    return count;
}

/* Items that existed all the time are seen exactly once; those that came or went, at most once. */
static void pages_cover_all(const char *query, const char *sort)
{
    struct arena arena = { 0 };
    struct text cursor = { 0 };
    struct index index;
    uint64_t seed = 11;
    uint32_t seen[ITEMS * 2] = { 0 }, count, number = ITEMS + 1;
    struct id page[PAGE];

    assert_int_equal(index_open(&index), ERR_OK);
    struct made_item *items = calloc(ITEMS * 2, sizeof(*items));
    assert_non_null(items);
    for (uint32_t i = 0; i < ITEMS; i++)
        made_set(&index, &items[i], made_item(&seed, i + 1));
    do {
        count = next_page(&index, query, sort, &cursor, &arena, page);
        for (uint32_t i = 0; i < count; i++)
            seen[(page[i].b[0] << 16 | page[i].b[1] << 8 | page[i].b[2]) - 1]++;
        if (number <= ITEMS * 2) {
            made_set(&index, &items[number - 1], made_item(&seed, number));
            number++;
        }
    } while (cursor.len);
    for (uint32_t i = 0; i < ITEMS * 2; i++)
        assert_true(i < ITEMS && !items[i].is_hidden ? seen[i] == 1 : seen[i] <= 1);
    free(items);
    index_close(&index);
    arena_free(&arena);
}

CLAIM(pages_cover_a_result_once_while_items_come)
{
    static const char *const SORTS[] = { "",     "name",   "-name", "bpm", "-bpm", "size",
                                         "pack", "-class", "-size", "id",  "-id" };

    for (size_t i = 0; i < sizeof(SORTS) / sizeof(SORTS[0]); i++)
        pages_cover_all("", SORTS[i]);
}

CLAIM(items_without_a_value_come_last_in_either_direction)
{
    static const char *const SORTS[] = { "bpm", "-bpm" };
    struct index index;

    assert_int_equal(index_open(&index), ERR_OK);
    free(made_items(&index, ITEMS, 12));
    for (int i = 0; i < 2; i++) {
        uint32_t rows[ITEMS], count = 0, page[ITEMS + 1];
        struct sort_order order;
        bool more, none = false;
        double before = NAN;

        for (uint32_t row = 0; row < index_rows(&index); row++)
            if (!id_is_zero(index_id(&index, row)))
                rows[count++] = row;
        assert_int_equal(sort_read(&index, text_of(SORTS[i]), &order, NULL), ERR_OK);
        assert_int_equal(sort_page(&order, &index, rows, count, NULL, ITEMS, page, &more), count);
        assert_false(more);
        for (uint32_t j = 0; j < count; j++) {
            double bpm = index_number(order.numbers, page[j]);
            none = none || isnan(bpm);
            assert_true(isnan(bpm) == none);
            if (j && !none)
                assert_true(i ? bpm <= before : bpm >= before);
            before = bpm;
        }
    }
    index_close(&index);
}

CLAIM(numbers_under_the_name_of_values_change_no_order)
{
    static struct entry entry;
    struct arena arena = { 0 };
    struct sort_order before, after;
    struct index index;

    assert_int_equal(index_open(&index), ERR_OK);
    free(made_items(&index, ITEMS, 13));
    assert_int_equal(sort_read(&index, TEXT("class"), &before, NULL), ERR_OK);
    entry_begin(&entry, &arena, (struct id){ { 9 } });
    entry_number(&entry, TEXT("class"), 808, false);
    entry_number(&entry, TEXT("pack"), 1, false);
    entry_number(&entry, TEXT("own"), 1, false);
    assert_int_equal(index_put(&index, &entry), ERR_OK);
    assert_int_equal(sort_read(&index, TEXT("class"), &after, NULL), ERR_OK);
    assert_int_equal(after.kind, SORT_VALUE);
    assert_int_equal(after.field, before.field);
    assert_int_equal(sort_read(&index, TEXT("-pack"), &after, NULL), ERR_OK);
    assert_int_equal(after.kind, SORT_VALUE);
    assert_int_equal(sort_read(&index, TEXT("own"), &after, NULL), ERR_OK);
    assert_int_equal(after.kind, SORT_NUMBER);
    index_close(&index);
    arena_free(&arena);
}

CLAIM(a_cursor_of_another_query_is_refused)
{
    struct arena arena = { 0 };
    struct position at = { .has_value = true, .text = "name", .text_len = 4, .number = 3 }, back;
    struct text cursor = cursor_write(&arena, TEXT("kick"), TEXT("name"), &at);
    struct fault fault = { 0 };

    assert_int_equal(cursor_read(&arena, cursor, TEXT("kick"), TEXT("name"), &back, &fault), ERR_OK);
    assert_true(back.text_len == 4 && memcmp(back.text, "name", 4) == 0 && back.has_value && back.number >= 3);
    assert_int_equal(cursor_read(&arena, cursor, TEXT("snare"), TEXT("name"), &back, &fault), ERR_BAD_REQUEST);
    assert_int_equal(cursor_read(&arena, cursor, TEXT("kick"), TEXT("bpm"), &back, &fault), ERR_BAD_REQUEST);
    assert_int_equal(cursor_read(&arena, TEXT("nonsense"), TEXT("kick"), TEXT("name"), &back, &fault), ERR_BAD_REQUEST);
    cursor.len -= 4;
    assert_int_equal(cursor_read(&arena, cursor, TEXT("kick"), TEXT("name"), &back, &fault), ERR_BAD_REQUEST);
    assert_string_equal(fault.field, "cursor");
    arena_free(&arena);
}

CLAIM(an_unknown_order_is_refused)
{
    struct fault fault = { 0 };
    struct sort_order order;
    struct index index;

    assert_int_equal(index_open(&index), ERR_OK);
    assert_int_equal(sort_read(&index, TEXT("-weather"), &order, &fault), ERR_BAD_REQUEST);
    assert_string_equal(fault.field, "sort");
    assert_int_equal(sort_read(&index, TEXT("bpm"), &order, &fault), ERR_OK); /* although no item has one yet */
    index_close(&index);
}

CLAIM(a_whole_word_in_the_name_comes_before_all_else)
{
    struct arena arena = { 0 };
    struct text cursor = { 0 };
    struct index index;
    uint64_t seed = 13;
    struct id page[PAGE];
    struct made_item exact = made_item(&seed, 1), start = made_item(&seed, 2), pack = made_item(&seed, 3);

    assert_int_equal(index_open(&index), ERR_OK);
    exact.is_hidden = start.is_hidden = pack.is_hidden = exact.is_favourite = false;
    start.is_favourite = pack.is_favourite = true;
    exact.words[0] = exact.words[1] = exact.words[2] = 8; /* room */
    start.words[0] = start.words[1] = start.words[2] = 1; /* kicker */
    pack.words[0] = pack.words[1] = pack.words[2] = 5;
    exact.pack = start.pack = 3;
    exact.tags = start.tags = pack.tags = 0;
    pack.pack = 2; /* Room Kit */
    made_put(&index, &exact);
    made_put(&index, &start);
    made_put(&index, &pack);
    assert_int_equal(next_page(&index, "room", "", &cursor, &arena, page), 2);
    assert_true(id_equal(page[0], exact.id) && id_equal(page[1], pack.id));
    assert_int_equal(next_page(&index, "ki", "", &cursor, &arena, page), 2);
    assert_true(id_equal(page[0], start.id));
    index_close(&index);
    arena_free(&arena);
}

static uint64_t count_naively(const struct made_item *items, uint32_t count, struct text value, double above)
{
    uint64_t found = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct made_item *item = &items[i];
        bool has = text_is(value, made_classes[item->class]) || text_is(value, made_packs[item->pack]);

        for (uint32_t tag = 0; tag < MADE_TAGS; tag++)
            has = has || (item->tags >> tag & 1 && text_is(value, made_tags[tag]));
        found += has && item->is_there && !item->is_hidden && item->size > above;
    }
    return found;
}

static void counts_are_right(uint32_t items_count, double above)
{
    struct text fields[] = { TEXT("class"), TEXT("pack"), TEXT("tag") };
    struct text_list asked = { 3, fields };
    struct facet_count_list counts = { 0 };
    struct arena arena = { 0 };
    struct index index;
    struct node *root;
    const struct volumes volumes = { 0 };
    const struct facets_of of = { &index, &volumes };
    char query[64];

    snprintf(query, sizeof(query), "size:>%.0f", above);
    assert_int_equal(index_open(&index), ERR_OK);
    struct made_item *items = made_items(&index, items_count, 14);
    struct bitmap *rows = made_match(&index, query, &root, &arena);
    uint32_t count, *each = bitmap_array(rows, &count);
    while (items_count > ITEMS && facet_count_prepare(&index)) {
    }
    assert_int_equal(facets_count(&of, &arena, &asked, rows, each, &counts, NULL), ERR_OK);
    assert_int_equal(counts.count, MADE_CLASSES - 1 + MADE_PACKS - 1 + MADE_TAGS);
    for (uint32_t i = 0; i < counts.count; i++)
        assert_int_equal(counts.at[i].count, count_naively(items, items_count, counts.at[i].value, above));
    free(each);
    bitmap_free(rows);
    free(items);
    index_close(&index);
    arena_free(&arena);
}

CLAIM(facets_equal_a_plain_count)
{
    counts_are_right(ITEMS, 50000);
}

CLAIM(facets_of_many_rows_are_the_same)
{
    counts_are_right(45000, 10);
}

static void take_count(void *state, uint32_t term, uint32_t count)
{
    ((uint32_t *)state)[term] += count;
}

/* More than 16 bits can count, and not a multiple of any group. */
CLAIM(a_value_of_very_many_rows_is_counted_whole)
{
    enum { ROWS = 140003 };
    static struct entry entry;
    struct facet_counter teller = { take_count, NULL };
    uint32_t *each = calloc(ROWS, sizeof(*each)), all, third;
    struct bitmap *rows = bitmap_new();
    struct index index;
    char key[TERM_LONGEST];

    assert_int_equal(index_open(&index), ERR_OK);
    for (uint32_t i = 0; i < ROWS; i++) {
        struct arena arena = { 0 };
        struct id id = { { (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, 1 } };
        entry_begin(&entry, &arena, id);
        entry_value(&entry, TERM_TAG, TEXT("all"));
        if (i % 3 == 0)
            entry_value(&entry, TERM_TAG, TEXT("third"));
        assert_int_equal(index_put(&index, &entry), ERR_OK);
        arena_free(&arena);
        each[i] = i;
        bitmap_add(rows, i);
    }
    uint32_t *counts = teller.state = calloc(terms_count(&index.terms), sizeof(*counts));
    assert_int_equal(facet_count_terms(&index, TERM_TAG, &(struct facet_rows){ rows, each, ROWS, false }, &teller),
                     ERR_OK);
    assert_true(terms_find(&index.terms, terms_start(key, TERM_TAG, TEXT("all\0all")), &all));
    assert_true(terms_find(&index.terms, terms_start(key, TERM_TAG, TEXT("third\0third")), &third));
    assert_int_equal(counts[all], ROWS);
    assert_int_equal(counts[third], (ROWS + 2) / 3);
    free(counts), free(each);
    bitmap_free(rows);
    index_close(&index);
}

/* ---- facets of rows that change ---- */

enum { VALUES = 90, FIRST_ROWS = 3000 };

static void put_valued(struct index *index, uint32_t number, uint64_t *seed, uint32_t values)
{
    static struct entry entry;
    struct arena arena = { 0 };
    struct id id = { { 0 } };
    char value[16];

    id.b[0] = (uint8_t)(number >> 16), id.b[1] = (uint8_t)(number >> 8), id.b[2] = (uint8_t)number, id.b[3] = 1;
    entry_begin(&entry, &arena, id);
    for (uint32_t i = 0; i < made_draw(seed) % 4; i++) {
        snprintf(value, sizeof(value), "tag%u", made_draw(seed) % values);
        entry_value(&entry, TERM_TAG, text_of(value));
    }
    snprintf(value, sizeof(value), "pack%u", made_draw(seed) % values);
    entry_value(&entry, TERM_PACK, text_of(value));
    if (made_draw(seed) % 3 == 0)
        entry_value(&entry, TERM_CLASS, text_of(made_classes[made_draw(seed) % 3]));
    if (values > VALUES && made_draw(seed) % 50 == 0)
        entry_value(&entry, TERM_CLASS, TEXT("another")); /* two of them */
    assert_int_equal(index_put(index, &entry), ERR_OK);
    arena_free(&arena);
}

static void counts_agree_with_postings(struct index *index, enum term_field field, const struct bitmap *rows)
{
    uint32_t *counts = calloc(terms_count(&index->terms) + 1, sizeof(*counts)), count, *each;
    struct bitmap *others = index_all(index);
    bool are_others = bitmap_count(rows) > index_live(index) / 2;

    assert_non_null(counts);
    bitmap_and_not(others, rows);
    each = bitmap_array(are_others ? others : rows, &count);
    struct facet_counter teller = { take_count, counts };
    assert_int_equal(facet_count_terms(index, field, &(struct facet_rows){ rows, each, count, are_others }, &teller),
                     ERR_OK);
    free(each);
    bitmap_free(others);
    for (uint32_t term = 0; term < terms_count(&index->terms); term++)
        assert_int_equal(counts[term], terms_key(&index->terms, term).at[0] == (char)field
                                           ? posting_and_count(terms_posting(&index->terms, term), rows)
                                           : 0);
    free(counts);
}

static void counts_stay_right(struct index *index, uint64_t *seed)
{
    static const enum term_field fields[] = { TERM_TAG, TERM_PACK, TERM_CLASS };
    struct bitmap *all = index_all(index), *few = bitmap_new(), *most = bitmap_new();

    for (uint32_t row = 0; row < index_rows(index); row++)
        if (bitmap_has(all, row))
            bitmap_add(made_draw(seed) % 3 ? most : few, row);
    for (int i = 0; i < 3; i++) {
        counts_agree_with_postings(index, fields[i], few);
        counts_agree_with_postings(index, fields[i], most);
        counts_agree_with_postings(index, fields[i], all);
    }
    bitmap_free(all);
    bitmap_free(few);
    bitmap_free(most);
}

CLAIM(facets_stay_right_while_items_come_change_and_go)
{
    static const uint32_t changes[] = { 1, 10, 0, 300, FACET_CODES_STALE, 3 * FACET_CODES_STALE, 2 };
    uint64_t seed = 5;
    uint32_t number = 0;
    struct index index;

    assert_int_equal(index_open(&index), ERR_OK);
    while (number < FIRST_ROWS)
        put_valued(&index, ++number, &seed, VALUES);
    counts_stay_right(&index, &seed);
    for (uint32_t round = 0; round < 2 * sizeof(changes) / sizeof(*changes); round++) {
        uint32_t values = round < 4 ? VALUES : VALUES + round;
        for (uint32_t i = 0; i < changes[round % 7]; i++) {
            uint32_t kind = made_draw(&seed) % 3, any = made_draw(&seed) % number;
            if (kind == 2)
                index_remove(&index, index_id(&index, any % index_rows(&index)));
            else
                put_valued(&index, kind ? 1 + any : ++number, &seed, values);
        }
        counts_stay_right(&index, &seed);
    }
    index_close(&index);
}

CLAIM(rows_that_come_in_the_order_of_their_ids_are_a_page_as_they_come)
{
    struct sort_order order = { .kind = SORT_SCORE, .is_descending = true };
    uint32_t rows[ITEMS], page[PAGE + 1], count = 0;
    uint64_t seed = 9;
    struct index index;
    bool more;

    assert_int_equal(index_open(&index), ERR_OK);
    for (uint32_t i = 0; i < ITEMS; i++)
        put_valued(&index, i + 1, &seed, VALUES), rows[count++] = i;
    assert_true(sort_is_of_rows(&order, &index));
    assert_int_equal(sort_page(&order, &index, rows, count, NULL, PAGE, page, &more), PAGE);
    for (uint32_t i = 0; i < PAGE; i++)
        assert_int_equal(page[i], i);
    index_remove(&index, index_id(&index, 3)); /* the latest item takes its row */
    put_valued(&index, ITEMS + 1, &seed, VALUES);
    assert_false(sort_is_of_rows(&order, &index));
    assert_int_equal(sort_page(&order, &index, rows, count, NULL, PAGE, page, &more), PAGE);
    for (uint32_t i = 0; i < PAGE; i++)
        assert_int_equal(page[i], i < 3 ? i : i + 1);
    index_close(&index);
}
