#include <stdalign.h>
#include <string.h>

#include "common/arena.h"
#include "tests/unit/claim.h"

CLAIM(memory_is_zeroed_and_aligned_for_any_type)
{
    struct arena arena = { 0 };

    for (size_t size = 0; size < 5000; size += 37) {
        uint8_t *at = arena_alloc(&arena, size);
        assert_non_null(at);
        assert_int_equal((uintptr_t)at % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(at[i], 0);
        memset(at, 0xAA, size);
    }
    arena_free(&arena);
}

CLAIM(memory_is_zeroed_again_after_a_reset)
{
    struct arena arena = { 0 };
    uint8_t *at = arena_alloc(&arena, 100);

    memset(at, 0xAA, 100);
    arena_reset(&arena);
    at = arena_alloc(&arena, 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(at[i], 0);
    arena_free(&arena);
}

CLAIM(past_its_limit_an_arena_gives_nothing)
{
    struct arena arena = { .limit = 10000 };
    size_t given = 0;

    while (arena_alloc(&arena, 1000))
        given += 1000;
    assert_in_range(given, 1000, 10000);
    assert_in_range(arena.total, given, 10000);
    assert_null(arena_alloc(&arena, 10001));
    arena_reset(&arena);
    assert_non_null(arena_alloc(&arena, 1000));
    arena_free(&arena);
}

CLAIM(a_size_that_no_memory_has_is_past_every_limit)
{
    struct arena arena = { .limit = (size_t)1 << 30 };

    assert_null(arena_alloc(&arena, ((size_t)1 << 30) + 1));
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_alloc(&arena, SIZE_MAX - 8));
    arena_free(&arena);
}

CLAIM(a_product_that_overflows_gives_nothing)
{
    struct arena arena = { .limit = (size_t)1 << 30 };

    assert_null(arena_array(&arena, SIZE_MAX / 2, 3));
    assert_null(arena_array(&arena, (size_t)1 << 33, (size_t)1 << 33));
    assert_non_null(arena_array(&arena, 0, 8));
    assert_non_null(arena_array(&arena, 10, 8));
    arena_free(&arena);
}

CLAIM(a_reset_keeps_the_largest_block_alone)
{
    struct arena arena = { 0 };

    arena_alloc(&arena, 10);
    arena_alloc(&arena, 3000000);
    arena_alloc(&arena, 10);
    arena_reset(&arena);
    assert_in_range(arena.total, 3000000, 3000100);
    arena_alloc(&arena, 2999000);
    assert_in_range(arena.total, 3000000, 3000100);
    arena_free(&arena);
    assert_int_equal(arena.total, 0);
}

CLAIM(copies_own_their_bytes_and_end_with_a_zero)
{
    struct arena arena = { 0 };
    char from[] = "kick";
    struct text text = arena_text(&arena, (struct text){ 4, from });
    struct bytes bytes = arena_bytes(&arena, bytes_of("a\0b", 3));
    struct text printed = arena_printf(&arena, "%s %d", "snare", 2);

    from[0] = 'x';
    assert_string_equal(text.at, "kick");
    assert_int_equal(bytes.len, 3);
    assert_memory_equal(bytes.at, "a\0b\0", 4);
    assert_string_equal(printed.at, "snare 2");
    assert_int_equal(printed.len, 7);
    assert_string_equal(arena_text(&arena, (struct text){ 0 }).at, "");
    arena_free(&arena);
}

CLAIM(a_copy_past_the_limit_is_empty)
{
    struct arena arena = { .limit = 16 };
    struct text text = arena_text(&arena, TEXT("longer than sixteen bytes"));

    assert_int_equal(text.len, 0);
    assert_null(text.at);
    assert_null(arena_printf(&arena, "%s", "longer than sixteen bytes").at);
    arena_free(&arena);
}

CLAIM(text_made_of_bytes_is_whole_utf8_within_its_bound)
{
    struct arena arena = { 0 };
    char long_name[256];

    memset(long_name, 0xff, 255);
    struct text text = arena_utf8(&arena, bytes_of(long_name, 255), 255);
    assert_true(text.len <= 255 && text.len % 3 == 0 && text_is_utf8(text));
    text = arena_utf8(&arena, bytes_of("aa\xc3\xa4", 4), 3);
    assert_true(text_is(text, "aa"));
    assert_true(text_is(arena_utf8(&arena, bytes_of("\xc3\xa4\xe2\x82", 4), 255), "\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd"));
    arena_free(&arena);
}

CLAIM(an_array_grows_with_its_elements_up_to_the_limit)
{
    struct arena arena = { .limit = 100000 };
    uint32_t *at = NULL, *more, count = 0, room = 0;

    while ((more = arena_grow(&arena, at, count, &room, sizeof(*at)))) {
        at = more;
        assert_in_range(room, count + 1, 2 * count + 16);
        at[count] = count;
        count++;
    }
    assert_int_equal(count, room);
    assert_in_range(count, 4096, 16384);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(at[i], i);
    arena_free(&arena);
}
