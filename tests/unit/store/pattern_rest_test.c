/* The unknown keys of a pattern that plays: those of a part of it, and their longest length. */
#include <stdio.h>
#include <string.h>

#include "store/pattern/pattern_file.h"
#include "store/pattern/pattern_rest.h"
#include "tests/unit/claim.h"

#define ARENA_CLAIM(name) CLAIM_WITH(name, make_arena, free_arena)

static int make_arena(void **state)
{
    static struct arena arena;

    arena = (struct arena){ 0 };
    *state = &arena;
    return 0;
}

static int free_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static struct pattern read_whole(struct arena *arena, const char *json)
{
    struct pattern_file file;
    struct fault fault = { 0 };

    if (pattern_file_read(text_of(json), arena, &file, &fault) != ERR_OK)
        fail_msg("%s: %s", fault.field, fault.what);
    return file.pattern;
}

ARENA_CLAIM(unknown_keys_of_a_part_are_dropped_with_it)
{
    struct arena *arena = *state;
    struct pattern pattern = read_whole(arena, "{\"mood\": 1, \"modules\": {\"flanger1\": {\"rate\": 0.1}}}");

    pattern_rest_drop(&pattern, TEXT("modules"), arena);
    assert_true(pattern.has_unknown && strstr(pattern.unknown.at, "mood"));
    assert_null(strstr(pattern.unknown.at, "flanger1"));
    pattern_rest_drop(&pattern, TEXT("mood"), arena);
    assert_false(pattern.has_unknown);
}

ARENA_CLAIM(unknown_keys_of_a_part_are_taken_from_another_pattern)
{
    struct arena *arena = *state;
    const struct pattern none = { 0 },
                         from = read_whole(arena, "{\"mood\": 1, \"modules\": {\"flanger1\": {\"rate\": 0.1}}}");
    const struct pattern both = read_whole(arena, "{\"colour\": 2, \"modules\": {\"flanger1\": {\"rate\": 0.1}}}");
    const struct pattern alone = read_whole(arena, "{\"modules\": {\"flanger1\": {\"rate\": 0.1}}}");
    struct pattern to = read_whole(arena, "{\"colour\": 2, \"modules\": {\"phaser1\": {\"rate\": 9}}}");

    pattern_rest_take(&to, &from, TEXT("modules"), arena);
    assert_string_equal(to.unknown.at, both.unknown.at);
    pattern_rest_take(&to, &none, TEXT("modules"), arena);
    assert_string_equal(to.unknown.at, read_whole(arena, "{\"colour\": 2}").unknown.at);
    to = none;
    pattern_rest_take(&to, &from, TEXT("modules"), arena);
    assert_string_equal(to.unknown.at, alone.unknown.at);
}

/* Reads a file with an unknown text of this length. */
static struct pattern read_long(struct arena *arena, uint32_t len)
{
    char *file = arena_alloc(arena, len + 64);
    const int begin = snprintf(file, 64, "{\"mood\": 1, \"more\": \"");

    memset(file + begin, 'x', len);
    (void)snprintf(file + begin + len, 8, "\"}");
    return read_whole(arena, file);
}

/* A save of what plays has all unknown keys or none. */
ARENA_CLAIM(unknown_keys_longer_than_64_kib_do_not_go_with_the_pattern)
{
    struct arena *arena = *state;
    const uint32_t rest = 65536 - (read_long(arena, 100).unknown.len - 100);

    assert_int_equal(read_long(arena, rest).unknown.len, 65536);
    assert_false(read_long(arena, rest + 1).has_unknown);
}
