/* The bars that a person heard, from the lines of the record. */
#include <math.h>

#include "services/project/kit/heard.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

enum { STEP = 6000, BAR = 16 * STEP };

struct lines {
    uint32_t count;
    struct played_event at[64];
};

static void add_bar(struct lines *lines, int64_t frame, int64_t number)
{
    lines->at[lines->count++] = (struct played_event){ .kind.value = PLAYED_KIND_BAR,
                                                       .frame = frame,
                                                       .has_place = true,
                                                       .place = (double)number * HEARD_STEPS,
                                                       .step = STEP,
                                                       .rolls = 1 };
}

static void add_pad(struct lines *lines, int32_t kind, int64_t frame, uint64_t pad)
{
    lines->at[lines->count++] = (struct played_event){ .kind.value = kind,
                                                       .frame = frame,
                                                       .has_pad = true,
                                                       .pad = pad,
                                                       .has_velocity = kind == PLAYED_KIND_HIT,
                                                       .velocity = 1,
                                                       .has_place = true,
                                                       .place = (double)frame / STEP,
                                                       .step = STEP,
                                                       .rolls = 1 };
}

static void add_lost(struct lines *lines, int64_t frame, uint64_t lost)
{
    lines->at[lines->count++] = (struct played_event){
        .kind.value = PLAYED_KIND_LOST, .frame = frame, .step = STEP, .rolls = 1, .has_lost = true, .lost = lost
    };
}

CLAIM(a_hit_has_its_bar_its_place_and_the_length_of_its_key)
{
    struct arena arena = { 0 };
    struct lines lines = { 0 };
    struct heard_record heard;
    uint32_t first;

    add_bar(&lines, 0, 0);
    add_pad(&lines, PLAYED_KIND_HIT, 3 * STEP, 5);
    add_pad(&lines, PLAYED_KIND_RELEASE, 5 * STEP, 5);
    add_bar(&lines, BAR, 1);
    add_pad(&lines, PLAYED_KIND_HIT, BAR + STEP, 5);
    heard_read(lines.at, lines.count, &arena, &heard);
    assert_int_equal(heard.bar_count, 2);
    assert_int_equal(heard.hit_count, 2);
    assert_true(fabs(heard.hits[0].place - 3) < 1e-9 && fabs(heard.hits[0].length - 2) < 1e-9);
    assert_int_equal(heard.hits[1].bar, 1);
    assert_int_equal(heard_choose(&heard, 2, &first, NULL), ERR_OK);
    assert_int_equal(first, 0);
    assert_int_equal(heard_choose(&heard, 3, &first, NULL), ERR_CONFLICT);
    arena_free(&arena);
}

CLAIM(hits_that_were_lost_belong_to_the_bars_around_their_gap)
{
    struct arena arena = { 0 };
    struct lines lines = { 0 };
    struct heard_record heard;

    for (int64_t bar = 0; bar < 5; bar++) {
        if (bar == 3)
            add_lost(&lines, 3 * BAR, 12);
        add_bar(&lines, bar * BAR, bar);
        add_pad(&lines, PLAYED_KIND_HIT, bar * BAR + STEP, 1);
    }
    heard_read(lines.at, lines.count, &arena, &heard);
    assert_int_equal(heard.hit_count, 5);
    assert_int_equal(heard_lost(&heard, 0, 2), 0);
    assert_int_equal(heard_lost(&heard, 2, 1), 12);
    assert_int_equal(heard_lost(&heard, 0, 5), 12);
    assert_int_equal(heard_lost(&heard, 4, 1), 0);
    arena_free(&arena);
}

CLAIM(a_hit_just_before_a_bar_moves_to_it_and_over_no_stop)
{
    struct arena arena = { 0 };
    struct lines lines = { 0 };
    struct heard_record heard;

    add_bar(&lines, 0, 0);
    add_pad(&lines, PLAYED_KIND_HIT, BAR - STEP / 4, 1);
    add_bar(&lines, BAR, 1);
    heard_read(lines.at, lines.count, &arena, &heard);
    heard_quantise(&heard, 1, 1);
    assert_int_equal(heard.hits[0].bar, 1);
    assert_true(fabs(heard.hits[0].place) < 1e-9);
    lines.at[2].rolls = 2;
    heard_read(lines.at, lines.count, &arena, &heard);
    heard_quantise(&heard, 1, 1);
    assert_int_equal(heard.hits[0].bar, 0);
    arena_free(&arena);
}
