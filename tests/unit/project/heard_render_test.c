/* The bars that a person heard as hits for loophole-audio --render. */
#include "services/project/kit/heard_render.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

enum { STEP = 6000, BAR = 16 * STEP };

static struct heard_bar bar_at(int64_t begin, int64_t frames)
{
    return (struct heard_bar){ .number = begin / BAR,
                               .begin = (double)begin,
                               .frames = (double)frames,
                               .step = STEP,
                               .rolls = 1,
                               .has_line = true };
}

/* Three bars, of which the second one is longer, and a pause before the third. */
static void make_heard(struct heard_bar bars[3], struct heard_hit hits[3], struct heard_record *to)
{
    bars[0] = bar_at(1000, BAR);
    bars[1] = bar_at(1000 + BAR, BAR + 160);
    bars[2] = bar_at(9 * BAR, BAR);
    hits[0] =
        (struct heard_hit){ .bar = 0, .place = 1, .length = 2, .velocity = 0.5, .frame = 1000 + STEP + 7, .pad = 3 };
    hits[1] =
        (struct heard_hit){ .bar = 1, .place = 8, .length = 1, .velocity = 1, .frame = 1000 + BAR + 99, .pad = 4 };
    hits[2] = (struct heard_hit){ .bar = 2, .place = 0, .length = 3, .velocity = 1, .frame = 9 * BAR + 11, .pad = 5 };
    hits[0].is_released = true;
    hits[1].is_moved = true;
    *to = (struct heard_record){ .bar_count = 3, .hit_count = 3, .bars = bars, .hits = hits };
}

CLAIM(hits_keep_their_frames_and_bars_follow_each_other)
{
    struct arena arena = { 0 };
    struct heard_bar bars[3];
    struct heard_hit hits[3];
    struct heard_record heard;
    struct render_job job = { 0 };

    make_heard(bars, hits, &heard);
    assert_int_equal(heard_render(&heard, 0, 3, &arena, &job), 3);
    assert_int_equal(job.frames, 3 * BAR + 160);
    assert_int_equal(job.hits.count, 4);
    assert_int_equal(job.hits.at[0].frame, STEP + 7);
    assert_int_equal(job.hits.at[1].frame, STEP + 7 + 2 * STEP);
    assert_true(job.hits.at[1].release && job.hits.at[1].pad == 3);
    assert_int_equal(job.hits.at[2].frame, BAR + (BAR + 160) / 2); /* on the line of its bar */
    assert_int_equal(job.hits.at[3].frame, 2 * BAR + 160 + 11);
    arena_free(&arena);
}

CLAIM(only_hits_of_the_chosen_bars_are_played)
{
    struct arena arena = { 0 };
    struct heard_bar bars[3];
    struct heard_hit hits[3];
    struct heard_record heard;
    struct render_job job = { 0 };

    make_heard(bars, hits, &heard);
    assert_int_equal(heard_render(&heard, 1, 1, &arena, &job), 1);
    assert_int_equal(job.frames, BAR + 160);
    assert_int_equal(job.hits.count, 1);
    assert_int_equal(job.hits.at[0].pad, 4);
    arena_free(&arena);
}
