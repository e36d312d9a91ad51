/* A query without results is explained: the clause that causes it, and a better query. */
#include "made.h"
#include "services/search/query/explain.h"
#include "services/search/query/explain_state.h"
#include "tests/unit/claim.h"

enum { ITEMS = 400, SEED = 5, FOREVER_US = 600000000 };

struct world {
    struct index index;
    struct volumes volumes;
    struct made_item *items;
    struct arena arena;
};

static bool knows_attribute(const void *state, struct text attribute)
{
    return index_numbers(state, attribute) != NULL;
}

static int make_world(void **state)
{
    struct world *world = calloc(1, sizeof(*world));

    assert_int_equal(index_open(&world->index), ERR_OK);
    world->items = made_items(&world->index, ITEMS, SEED);
    *state = world;
    return 0;
}

static int free_world(void **state)
{
    struct world *world = *state;

    index_close(&world->index);
    arena_free(&world->arena);
    free(world->items);
    free(world);
    return 0;
}

/* The hints, one in each line: "unknown_word kik: kick, kicker -> kick"; "" if the query finds something. */
static const char *explain_query(struct world *world, const char *query, struct buffer *said)
{
    struct match match = { &world->index, &world->volumes };
    struct parse parse = { clock_now(), knows_attribute, &world->index };
    struct fault fault = { 0 };
    struct node *root = NULL;
    struct hint_list hints = { 0 };

    assert_int_equal(parse_query(&parse, text_of(query), &world->arena, &root, &fault), ERR_OK);
    struct bitmap *rows = match_query(&match, root);
    bool is_empty = bitmap_count(rows) == 0;
    bitmap_free(rows);
    said->len = 0;
    if (!is_empty)
        return "";
    assert_int_equal(explain_empty(&match, text_of(query), root, &world->arena, clock_steady() + FOREVER_US, &hints),
                     ERR_OK);
    for (uint32_t i = 0; i < hints.count; i++) {
        const struct hint *hint = &hints.at[i];
        buffer_printf(said, "%s%s", i ? "\n" : "", choice_word(&hint_kind_table, hint->kind.value));
        if (hint->clause.len)
            buffer_printf(said, " %.*s", TEXT_ARG(hint->clause));
        for (uint32_t k = 0; k < hint->near.count; k++)
            buffer_printf(said, "%s %.*s", k ? "," : ":", TEXT_ARG(hint->near.at[k]));
        if (hint->instead.len)
            buffer_printf(said, " -> %.*s", TEXT_ARG(hint->instead));
    }
    return buffer_c(said);
}

static const struct {
    const char *query, *hints;
} EXPLAINED[] = {
    { "kick", "" },
    { "kikc", "unknown_word kikc: kick -> kick" },
    { "sanre warm", "unknown_word sanre: snare -> snare warm\nexcluded sanre -> warm" },
    { "zzzzzz", "unknown_word zzzzzz" },
    { "name:opne", "unknown_word name:opne: open -> name:open" },
    { "kick-sanre", "unknown_word sanre: snare" },
    { "zzz_yyy", "unknown_word zzz\nunknown_word yyy" },
    { "class:snares", "unknown_value class:snares: snare -> class:snare" },
    { "class:hat", "unknown_value class:hat: hat_closed -> class:hat_closed" },
    { "tag:deepbass", "unknown_value tag:deepbass: deep bass -> tag:\"deep bass\"" },
    { "tag:snare", "written_otherwise tag:snare -> class:snare" },
    { "class:favourite", "written_otherwise class:favourite -> is:favourite" },
    { "class:warm kick", "written_otherwise class:warm -> tag:warm kick\nexcluded class:warm -> kick" },
    { "bpm:500", "no_number bpm:500" },
    { "is:missing", "nothing is:missing" },
    { "size<100", "written_otherwise size<100 -> size:<100" },
    { "kick AND warm", "written_otherwise AND -> kick warm\nexcluded AND -> kick warm" },
    { "c# minor", "written_otherwise c# minor -> key:~C#min" },
    { "warm 120 bpm", "written_otherwise 120 bpm -> warm bpm:~120\nexcluded 120 bpm -> warm" },
    { "120bpm", "written_otherwise 120bpm -> bpm:~120" },
    { "kick -kick", "excluded kick\nexcluded -kick" },
    { "\"room zz hat\"", "nothing \"room zz hat\"" },
    { "\"bmp:120\"", "nothing \"bmp:120\"" },
    { "kick \"12:30 mix\"", "nothing \"12:30 mix\"\nexcluded \"12:30 mix\" -> kick" },
    { "\"a:b\" or \"Title: part two\"", "nothing \"a:b\"\nnothing \"Title: part two\"" },
    { "(kikc or sanre) soft", "unknown_word kikc: kick -> (kick or sanre) soft\n"
                              "unknown_word sanre: snare -> (kikc or snare) soft\nexcluded (kikc or sanre) -> soft" },
};

CLAIM_WITH(a_query_without_results_is_explained, make_world, free_world)
{
    struct buffer said = { 0 };

    for (size_t i = 0; i < sizeof(EXPLAINED) / sizeof(*EXPLAINED); i++) {
        const char *hints = explain_query(*state, EXPLAINED[i].query, &said);
        if (strcmp(hints, EXPLAINED[i].hints) != 0)
            fail_msg("%s\n  gives %s\n  expected %s", EXPLAINED[i].query, hints, EXPLAINED[i].hints);
    }
    buffer_free(&said);
}

CLAIM(an_empty_catalogue_says_so)
{
    struct world world = { 0 };
    struct buffer said = { 0 };

    assert_int_equal(index_open(&world.index), ERR_OK);
    assert_string_equal(explain_query(&world, "kick", &said), "no_items");
    assert_string_equal(explain_query(&world, "", &said), "no_items");
    index_close(&world.index);
    arena_free(&world.arena);
    buffer_free(&said);
}

static void put_named(struct world *world, uint32_t word, bool is_hidden)
{
    struct made_item item = made_item(&(uint64_t){ 77 }, 900000 + word);

    item.words[0] = item.words[1] = item.words[2] = word;
    item.tags = item.pack = item.class = 0;
    item.is_hidden = is_hidden;
    made_put(&world->index, &item);
}

/* Otherwise the near word would be the word of the query itself. */
CLAIM(a_word_of_hidden_items_alone_is_not_called_unknown)
{
    struct world world = { 0 };
    struct buffer said = { 0 };

    assert_int_equal(index_open(&world.index), ERR_OK);
    put_named(&world, 4, false);
    put_named(&world, 2, true);
    assert_string_equal(explain_query(&world, made_words[2], &said), "hidden -> (snare) is:hidden");
    index_close(&world.index);
    arena_free(&world.arena);
    buffer_free(&said);
}

CLAIM_WITH(a_query_that_only_hidden_items_match_is_explained, make_world, free_world)
{
    struct world *world = *state;
    struct made_item odd = made_item(&(uint64_t){ 77 }, 900000);
    struct buffer said = { 0 };

    odd.is_hidden = true;
    odd.bpm = 777;
    made_put(&world->index, &odd);
    assert_string_equal(explain_query(world, "bpm:777", &said), "hidden -> (bpm:777) is:hidden");
    index_remove(&world->index, odd.id);
    buffer_free(&said);
}

static const char *const PIECES[] = { "kikc",    "warm",    "class:zz", "-",    "(",      ")",       "or",
                                      "\"a b\"", "\"a:b\"", "bpm:~500", "and",  "A",      "minor",   "120",
                                      "bpm",     "dur<1",   ":",        "tag:", "key:8A", "is:loop", "\xff" };

/* For any query, hints are within their bounds. */
CLAIM_WITH(no_query_whatever_breaks_an_explanation, make_world, free_world)
{
    struct world *world = *state;
    struct match match = { &world->index, &world->volumes };
    struct parse parse = { clock_now(), knows_attribute, &world->index };
    uint64_t seed = SEED;

    for (int round = 0; round < 3000; round++) {
        struct arena arena = { 0 };
        struct buffer query = { 0 };
        struct fault fault = { 0 };
        struct hint_list hints = { 0 };
        struct node *root;
        for (uint32_t i = made_draw(&seed) % 24; i > 0; i--)
            buffer_printf(&query, "%s%s", PIECES[made_draw(&seed) % (sizeof(PIECES) / sizeof(*PIECES))],
                          made_draw(&seed) % 4 ? " " : "");
        if (parse_query(&parse, text_of(buffer_c(&query)), &arena, &root, &fault) == ERR_OK) {
            assert_int_equal(explain_empty(&match, text_of(buffer_c(&query)), root, &arena, clock_steady() + FOREVER_US,
                                           &hints),
                             ERR_OK);
            assert_true(hints.count <= EXPLAIN_HINTS);
            for (uint32_t i = 0; i < hints.count; i++)
                assert_true(hints.at[i].clause.len <= 255 && hints.at[i].near.count <= 8 &&
                            hints.at[i].instead.len <= 4000);
        }
        buffer_free(&query);
        arena_free(&arena);
    }
}
