/* What a capture of a loop heard. */
#include <string.h>

#include "services/project/loop/loop_parts.h"
#include "tests/unit/claim.h"

enum { RATE = 48000, FRAMES = 48000, BEGIN = 1000, LENGTH = 2 * FRAMES + 256 };

static uint32_t count_of(struct text text, const char *part)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i + strlen(part) <= text.len; i++)
        count += memcmp(text.at + i, part, strlen(part)) == 0;
    return count;
}

/* A file that repeats, from this frame on. */
static void hear_file(int64_t position, struct arena *arena, struct loop_heard_part *heard)
{
    const struct loop_capture begun = { .fkey = 1,
                                        .mark = { .line = { .frame = BEGIN, .rate = RATE },
                                                  .voice = 3,
                                                  .id = { { 1 } },
                                                  .rate = RATE,
                                                  .frames = FRAMES,
                                                  .position = position,
                                                  .gain = 1,
                                                  .has_loop_from = true,
                                                  .has_loop_end = true,
                                                  .loop_end = FRAMES } };
    const struct loop_mark end = { .line = { .frame = BEGIN + LENGTH, .rate = RATE } };

    assert_true(loop_parts_hear(&begun, &end, arena, heard));
}

CLAIM(a_file_that_repeats_is_heard_from_its_begin_again)
{
    struct arena arena = { 0 };
    struct loop_heard_part heard;

    hear_file(FRAMES - 100, &arena, &heard);
    assert_int_equal(heard.from, FRAMES - 100);
    assert_int_equal(count_of(heard.actions, "seek 0"), 3);
    arena_free(&arena);
}

CLAIM(a_capture_that_begins_at_the_end_of_a_file_that_repeats_begins_with_its_first_frame)
{
    struct arena arena = { 0 };
    struct loop_heard_part heard;

    hear_file(FRAMES, &arena, &heard);
    assert_int_equal(heard.from, 0);
    assert_int_equal(count_of(heard.actions, "seek 0"), 2);
    arena_free(&arena);
}
