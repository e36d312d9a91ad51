/* A query becomes the tree in its row, or the error with its caret. */
#include <stdio.h>
#include <string.h>

#include "common/musical_key.h"
#include "common/naming/field_names.h"
#include "services/search/query/filter.h"
#include "services/search/query/parse.h"
#include "tests/unit/claim.h"

enum { NOW_S = 1000000 };

static bool knows_attribute(const void *state, struct text attribute)
{
    (void)state;
    return text_is(attribute, "centroid_hz");
}

static const char *const WORDS[] = {
    [NODE_ALL] = "all",     [NODE_AND] = "and",       [NODE_OR] = "or",       [NODE_NOT] = "not",
    [NODE_WORD] = "word",   [NODE_PHRASE] = "phrase", [NODE_WORDS] = "words", [NODE_CONTAINS] = "contains",
    [NODE_EXACT] = "exact", [NODE_NUMBER] = "number", [NODE_KEY] = "key",     [NODE_IS] = "is",
    [NODE_LIKE] = "like",   [NODE_USED] = "used",     [NODE_AFTER] = "after", [NODE_WITH] = "with",
    [NODE_FOR] = "for",     [NODE_VIEW] = "view",     [NODE_PLACE] = "place", [NODE_UNDER] = "under",
};

static void show_range(struct buffer *to, const struct range *range)
{
    buffer_printf(to, " %c%g..%g%c", range->min_open ? '(' : '[', range->min, range->max, range->max_open ? ')' : ']');
}

static void show_node(struct buffer *to, const struct node *node)
{
    char id[ID_TEXT_SIZE];

    buffer_printf(to, "(%s", WORDS[node->kind]);
    if (node->filter && *node->filter->name && node->kind != NODE_IS)
        buffer_printf(to, " %s", node->filter->name);
    if (node->text.len && !(node->kind == NODE_NUMBER && node->filter && *node->filter->name))
        buffer_printf(to, " '%.*s'%s", TEXT_ARG(node->text), node->is_start ? "*" : "");
    if (node->kind == NODE_NUMBER)
        show_range(to, &node->range);
    for (int key = 0; key < 24; key++)
        if (node->keys >> key & 1)
            buffer_printf(to, " %s", musical_key_name(key));
    if (node->kind == NODE_LIKE || node->kind == NODE_AFTER || node->kind == NODE_WITH)
        buffer_printf(to, " %s", id_write(node->id, id));
    for (const struct node *child = node->first; child; child = child->next) {
        buffer_add_text(to, " ");
        show_node(to, child);
    }
    buffer_add_text(to, ")");
}

static enum err parse_and_show(const char *query, struct arena *arena, struct buffer *shown, struct fault *fault)
{
    struct parse context = { .now = (usec_t)NOW_S * 1000000, .knows = knows_attribute };
    struct node *root = NULL;
    enum err e = parse_query(&context, text_of(query), arena, &root, fault);

    if (e == ERR_OK)
        show_node(shown, root);
    return e;
}

static const struct good {
    const char *query, *tree;
} GOOD[] = {
    { "", "(all)" },
    { "   ", "(all)" },
    { "kick", "(word 'kick')" },
    { "KICK Été", "(and (word 'kick') (word 'ete'))" },
    { "kick-808", "(and (word 'kick') (word '808'))" },
    { "kick -snare", "(and (word 'kick') (not (word 'snare')))" },
    { "--kick", "(not (not (word 'kick')))" },
    { "a or b c", "(or (word 'a') (and (word 'b') (word 'c')))" },
    { "a | b", "(or (word 'a') (word 'b'))" },
    { "(a OR b) c", "(and (or (word 'a') (word 'b')) (word 'c'))" },
    { "-(a b)", "(not (and (word 'a') (word 'b')))" },
    { "\"Dark Kick\"", "(phrase 'dark kick')" },
    { "\"or\"", "(phrase 'or')" },
    { "“Dark Kick”", "(phrase 'dark kick')" },
    { "name:«dark kick» -„a b”", "(and (phrase name 'dark kick') (not (phrase 'a b')))" },
    { "“dark kick\" snare", "(and (phrase 'dark kick') (word 'snare'))" },
    { "\"a “b” c\"", "(phrase 'a “b” c')" },
    { "12” kick", "(and (word '12') (word 'kick'))" },
    { "“kick", "(word 'kick')" },
    { "name:kick", "(words name 'kick')" },
    { "title:\"dark kick\"", "(phrase name 'dark kick')" },
    { "PACK:tr808", "(words pack 'tr808')" },
    { "genre:Hou", "(contains genre 'hou')" },
    { "genre:\"=Deep House\"", "(exact genre 'deep house')" },
    { "pack:\"=TR808\"", "(exact pack 'tr808')" },
    { "pack:\"==TR808\"", "(exact pack '=tr808')" },
    { "pack:\"=\"", "(phrase pack '=')" },
    { "pack:=TR808", "(words pack '=tr808')" },
    { "name:\"=TR808\"", "(phrase name '=tr808')" },
    { "tag:Warm", "(exact tag 'warm')" },
    { "tag:wa*", "(exact tag 'wa'*)" },
    { "tag:\"wa*\"", "(exact tag 'wa*')" },
    { "-tag:loop", "(not (exact tag 'loop'))" },
    { "bpm:120", "(number bpm [119.5..120.5))" },
    { "bpm:~120", "(or bpm (number bpm [115.2..124.8]) (number bpm [57.6..62.4]) (number bpm [230.4..249.6]))" },
    { "dur:~2s", "(or dur (number dur [1.92..2.08]))" },
    { "lufs:~-20", "(or lufs (number lufs [-20.8..-19.2]))" },
    { "bpm:120.0", "(number bpm [119.95..120.05))" },
    { "bpm:=120", "(number bpm [120..120])" },
    { "bpm:120-130", "(number bpm [120..130])" },
    { "bpm:120..130", "(number bpm [120..130])" },
    { "bpm:120..", "(number bpm [120..inf])" },
    { "bpm:..120", "(number bpm [-inf..120])" },
    { "bpm:>100", "(number bpm (100..inf])" },
    { "bpm:>=100", "(number bpm [100..inf])" },
    { "bpm:<100", "(number bpm [-inf..100))" },
    { "dur:<1s", "(number dur [-inf..1))" },
    { "dur:1-2s", "(number dur [1..2])" },
    { "dur:1-2min", "(number dur [60..120])" },
    { "dur:100ms-2s", "(number dur [0.1..2])" },
    { "dur:>1min", "(number dur (60..inf])" },
    { "size:>1MB", "(number size (1e+06..inf])" },
    { "size:1kib", "(number size [512..1536))" },
    { "lufs:-20..-10", "(number lufs [-20..-10])" },
    { "lufs:-20--10", "(number lufs [-20..-10])" },
    { "rate:44.1k", "(number rate [44050..44150))" },
    { "channels:2", "(number channels [1.5..2.5))" },
    { "added:<1d", "(number added (913600..inf])" },
    { "added:1d", "(number added [913600..1e+06])" },
    { "centroid_hz:>1000", "(number 'centroid_hz' (1000..inf])" },
    { "key:Am", "(key key Amin)" },
    { "key:Bb", "(key key A#maj)" },
    { "key:8A", "(key key Amin)" },
    { "key:~Am", "(key key Cmaj Dmin Emin Amin)" },
    { "key:~C", "(key key Cmaj Fmaj Gmaj Amin)" },
    { "is:favorite", "(is 'favourite')" },
    { "like:01J0000000000000000000000A", "(like like 01J0000000000000000000000A)" },
    { "unused", "(not (used))" },
    { "view:project", "(view view 'project')" },
    { "-view:global kick", "(and (not (not view (view 'folders'))) (word 'kick'))" },
    { "view:combined", "(all view)" },
    { "library:\"My Sounds\"", "(place library 'my sounds')" },
    { "drive:USB", "(place volume 'usb')" },
    { "volume:/media/usb/", "(under volume '/media/usb')" },
    { "under:\"/Home/My Sounds\"", "(under under '/Home/My Sounds')" },
    { "/home/ana kick", "(and (under '/home/ana' (and (word 'home') (word 'ana'))) (word 'kick'))" },
    { "path:/home/ana", "(under path '/home/ana' (words path '/home/ana'))" },
    { "-unused kick", "(and (not (not (used))) (word 'kick'))" },
    { "used:Alb*", "(exact used 'alb'*)" },
    { "unused:\"Album 3\"", "(not unused (exact used 'album 3'))" },
    { "with:01J0000000000000000000000A", "(with with 01J0000000000000000000000A)" },
    { "for:Chorus kick", "(and (for for 'chorus') (word 'kick'))" },
    { "\xff kick", "(and (all) (word 'kick'))" },
};

CLAIM(a_query_becomes_its_tree)
{
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
        struct arena arena = { 0 };
        struct buffer shown = { 0 };
        struct fault fault = { 0 };

        if (parse_and_show(GOOD[i].query, &arena, &shown, &fault) != ERR_OK)
            fail_msg("%s: %s\n%s", GOOD[i].query, fault.what, fault.hint);
        if (strcmp(buffer_c(&shown), GOOD[i].tree) != 0)
            fail_msg("%s\n  gives %s\n  expected %s", GOOD[i].query, buffer_c(&shown), GOOD[i].tree);
        buffer_free(&shown);
        arena_free(&arena);
    }
}

/* Bounds are the numbers that a compiler reads from the same digits: a sound of 0.3 s has exactly this length. */
CLAIM(a_decimal_bound_is_the_nearest_number)
{
    static const struct {
        const char *text;
        enum filter_unit unit;
        double min, max;
    } EACH[] = {
        { "0.3-1", UNIT_SECONDS, 0.3, 1 },
        { "=0.3", UNIT_SECONDS, 0.3, 0.3 },
        { "-0.7..-0.1", UNIT_NONE, -0.7, -0.1 },
        { "57..1001ms", UNIT_SECONDS, 0.057, 1.001 },
        { "0.7", UNIT_SECONDS, 0.65, 0.75 },
        { "=1.1MB", UNIT_BYTES, 1100000, 1100000 },
        { "=123.456789", UNIT_NONE, 123.456789, 123.456789 },
        { "=0.30000000000000000000000000", UNIT_NONE, 0.3, 0.3 },
    };

    for (size_t i = 0; i < sizeof(EACH) / sizeof(EACH[0]); i++) {
        struct range range;
        const char *why;
        uint32_t at;

        assert_true(range_read(text_of(EACH[i].text), EACH[i].unit, 0, &range, &why, &at));
        if (range.min < EACH[i].min || range.min > EACH[i].min || range.max < EACH[i].max || range.max > EACH[i].max)
            fail_msg("%s gives %.17g to %.17g", EACH[i].text, range.min, range.max);
    }
}

static const struct bad {
    const char *query, *what, *hint;
} BAD[] = {
    { "kick bmp:120", "no field \"bmp\" at character 6",
      "kick bmp:120\n     ^ did you mean bpm:? In quotes it is a word" },
    { "été bmp:1", "no field \"bmp\" at character 5", "été bmp:1\n    ^ did you mean bpm:? In quotes it is a word" },
    { "(kick", "the parenthesis is not closed at character 1", "(kick\n^ its ) is missing" },
    { "\x7f\xc2\x9b (kick", "the parenthesis is not closed at character 4", "   (kick\n   ^ its ) is missing" },
    { "kick)", "the parenthesis was never opened at character 5", "kick)\n    ^ there is no ( before it" },
    { "()", "the parentheses are empty at character 2", "()\n ^ " },
    { "\"kick", "the quote is not closed at character 1", "\"kick\n^ its second \" is missing" },
    { "name:\"kick", "the quote is not closed at character 6", "name:\"kick\n     ^ its second \" is missing" },
    { "or kick", "`or` needs a clause on both sides at character 1", "or kick\n^ in quotes it is a word" },
    { "kick or", "`or` needs a clause on both sides at character 8", "kick or\n       ^ in quotes it is a word" },
    { "kick -", "a clause is missing at character 7", "kick -\n      ^ " },
    { "bpm:", "bpm: needs a value at character 5",
      "bpm:\n    ^ beats per minute: 120-130; ~120 for compatible tempos" },
    { "bpm:~", "bpm: cannot be \"~\" at character 6", "bpm:~\n     ^ expected a number" },
    { "bpm:~120..", "bpm: cannot be \"~120..\" at character 11",
      "bpm:~120..\n          ^ expected one number after ~" },
    { "bpm:~120-130", "bpm: cannot be \"~120-130\" at character 13",
      "bpm:~120-130\n            ^ expected one number after ~" },
    { "added:~7d", "added: cannot be \"~7d\" at character 7", "added:~7d\n      ^ expected a number" },
    { "bpm:fast", "bpm: cannot be \"fast\" at character 5", "bpm:fast\n    ^ expected a number" },
    { "bpm:12x", "bpm: cannot be \"12x\" at character 7", "bpm:12x\n      ^ unknown unit" },
    { "bpm:1-2-3", "bpm: cannot be \"1-2-3\" at character 8", "bpm:1-2-3\n       ^ unexpected text after the number" },
    { "bpm:130-120", "bpm: cannot be \"130-120\" at character 5",
      "bpm:130-120\n    ^ the range ends before it begins" },
    { "key:H", "\"H\" is not a key at character 5", "key:H\n    ^ expected a key such as Am, C#, Bbmaj, 8A or 1m" },
    { "like:7", "\"7\" is not an id at character 6", "like:7\n     ^ an id has 26 characters" },
};

CLAIM(an_error_shows_its_place_with_a_caret)
{
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        struct arena arena = { 0 };
        struct buffer shown = { 0 };
        struct fault fault = { 0 };

        assert_int_equal(parse_and_show(BAD[i].query, &arena, &shown, &fault), ERR_BAD_REQUEST);
        assert_string_equal(fault.what, BAD[i].what);
        assert_string_equal(fault.hint, BAD[i].hint);
        assert_string_equal(fault.field, "query");
        buffer_free(&shown);
        arena_free(&arena);
    }
}

CLAIM(a_query_nested_too_deep_is_refused)
{
    struct arena arena = { 0 };
    struct buffer shown = { 0 };
    struct fault fault = { 0 };
    char query[4001];

    memset(query, '(', 4000);
    query[4000] = 0;
    assert_int_equal(parse_and_show(query, &arena, &shown, &fault), ERR_BAD_REQUEST);
    memset(query, '-', 4000);
    assert_int_equal(parse_and_show(query, &arena, &shown, &fault), ERR_BAD_REQUEST);
    buffer_free(&shown);
    arena_free(&arena);
}

static uint32_t draw_number(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

CLAIM(no_query_whatever_crashes_the_parser)
{
    static const char *const PIECES[] = {
        "kick", "-", "(",    ")",    "\"",   "or", " ", ":",     "bpm:", "12", "..", "<",      "key:", "~",  "is:",
        "tag:", "*", "\xc3", "\xa9", "\xff", "s",  "=", "like:", "0J",   "|",  ">",  "added:", "7d",   "\n", "name:"
    };
    uint32_t seed = 7;

    for (int round = 0; round < 20000; round++) {
        struct arena arena = { 0 };
        struct buffer query = { 0 }, shown = { 0 };
        struct fault fault = { 0 };

        for (uint32_t left = draw_number(&seed) % 12; left; left--)
            buffer_add_text(&query, PIECES[draw_number(&seed) % (sizeof(PIECES) / sizeof(PIECES[0]))]);
        enum err e = parse_and_show(buffer_c(&query), &arena, &shown, &fault);
        assert_true(e == ERR_OK || (e == ERR_BAD_REQUEST && strchr(fault.hint, '^')));
        buffer_free(&query);
        buffer_free(&shown);
        arena_free(&arena);
    }
}

/* One table has the names for queries and for --fields. */
CLAIM(each_filter_has_the_names_of_its_field)
{
    assert_int_equal(filter_count, field_names_count);
    for (uint32_t i = 0; i < filter_count; i++) {
        const struct field_name *field = field_names_find(text_of(filter_table[i].name));

        assert_non_null(field);
        assert_string_equal(filter_table[i].name, field->name);
        assert_ptr_equal(&filter_table[i], filter_named(text_of(field->name)));
        if (field->key)
            assert_true(strcmp(field->key, field->name) == 0 || filter_named(text_of(field->key)) == &filter_table[i]);
    }
    assert_ptr_equal(filter_named(TEXT("Duration")), filter_named(TEXT("dur")));
    assert_ptr_equal(filter_named(TEXT("state")), filter_named(TEXT("is")));
    assert_null(filter_named(TEXT("dura")));
}
