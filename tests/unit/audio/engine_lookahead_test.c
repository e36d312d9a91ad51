/* The engine with the look-ahead limiter: its delay, the effect of a change of limiter, and survival. */
#include "services/audio/dsp/lookahead.h"
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { DELAY = 72, FIRST = 5000, PERIOD = 256 };

static void look_ahead(struct stage *stage, uint32_t does)
{
    stage->score.limiter = does;
    stage_score(stage);
}

/* A counter that starts at frame FIRST. */
static void start_stage(struct stage *stage)
{
    stage_first_generation(stage, 0, 1);
    stage_fill(stage, 0, 1, 48000);
    stage_start_stream(stage, 0, 1, FIRST);
}

/* Each of these recorded frames has the count of the frame that was due `lost` frames later and `late` frames
 * earlier. */
static void assert_counts(struct stage *stage, uint32_t from, uint32_t until, uint32_t lost, uint32_t late)
{
    for (uint32_t i = from; i < until; i++)
        if (!(stage->main[0][i] == stage_count(i + lost - late - FIRST + 1)))
            fail_msg("frame %u has %.0f, expected %u", i, (double)stage->main[0][i] * 0x1p24,
                     i + lost - late - FIRST + 1);
}

STAGE_CLAIM(all_leaves_so_much_later_as_the_period_says)
{
    struct stage *stage = *state;

    look_ahead(stage, 1);
    start_stage(stage);
    stage_run(stage, 20000);
    assert_int_equal(stage->last.delay, DELAY);
    assert_int_equal(stage_state(stage).delay, DELAY);
    assert_true(stage_is_silent(stage, 0, FIRST + DELAY));
    assert_counts(stage, FIRST + DELAY, 20000, 0, DELAY);
}

STAGE_CLAIM(without_it_nothing_is_late)
{
    struct stage *stage = *state;

    start_stage(stage);
    stage_run(stage, 20000);
    assert_int_equal(stage->last.delay, 0);
    assert_true(stage_is_silent(stage, 0, FIRST));
    assert_counts(stage, FIRST, 20000, 0, 0);
}

/* A change of limiter and back, also during the change: no step is larger than those of the tone and the crossfade. */
STAGE_CLAIM(a_change_of_limiter_makes_no_click)
{
    static const uint32_t changes[] = { 8000, 16000, 24000, 24512, 28160, 28416, 28672 };
    struct stage *stage = *state;
    float *x = malloc(48000 * sizeof(*x));

    for (int i = 0; i < 48000; i++)
        x[i] = 0.25f * (float)sin(i * 6.283185307 / 480);
    stage_sound(stage, 0, x, 48000);
    stage_cue(stage, stage_sound_start(0, 0));
    for (uint32_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
        stage_run(stage, changes[i]);
        look_ahead(stage, i % 2 == 0);
    }
    stage_run(stage, 36000);
    for (uint32_t i = 1; i < 36000; i++)
        if (!(fabsf(stage->main[0][i] - stage->main[0][i - 1]) < 0.0045f))
            fail_msg("a step of %g at frame %u", (double)(stage->main[0][i] - stage->main[0][i - 1]), i);
    assert_memory_equal(stage->main[0] + 10000, x + 10000 - DELAY, 6000 * sizeof(*x));
    assert_memory_equal(stage->main[0] + 18000, x + 18000, 6000 * sizeof(*x));
    assert_memory_equal(stage->main[0] + 30000, x + 30000 - DELAY, 6000 * sizeof(*x));
    free(x);
}

STAGE_CLAIM(nothing_is_above_the_ceiling_through_changes)
{
    struct stage *stage = *state;
    float x[6000];

    for (int i = 0; i < 6000; i++)
        x[i] = (i * 7 % 61 < 3) ? 3.0f : 0.3f * (float)sin(i);
    stage_sound(stage, 0, x, 6000);
    stage->score.limiter_ceiling = 0.5f;
    for (int64_t at = 0; at < 36000; at += 5000)
        stage_cue(stage, stage_sound_start(0, at));
    for (uint32_t i = 0; i < 40; i++) {
        look_ahead(stage, i * 2654435761u >> 31);
        stage_run(stage, (i + 1) * 1000);
    }
    assert_true(stage_peak(stage, 0, 40000) <= 0.5f && stage_peak(stage, 0, 40000) > 0.49f);
}

/* The other instance takes over between two periods: no frame is missing. */
STAGE_CLAIM(a_takeover_loses_no_frame_of_the_delay)
{
    struct stage *stage = *state;

    look_ahead(stage, 1);
    start_stage(stage);
    stage_run(stage, 40 * PERIOD);
    assert_true(engine_claim(stage->engine[1], true));
    for (int i = 0; i < 40; i++) {
        stage_period(stage, 1, PERIOD, true);
        stage_pass(stage, PERIOD);
    }
    assert_counts(stage, FIRST + DELAY, 80 * PERIOD, 0, DELAY);
}

/* The frames after unplayed ones are in their place; the rest of the frames before them is not played then. */
STAGE_CLAIM(lost_frames_leave_the_rest_in_its_place)
{
    struct stage *stage = *state;
    uint32_t lost = 0;

    look_ahead(stage, 1);
    start_stage(stage);
    stage_run(stage, 40 * PERIOD);
    assert_counts(stage, FIRST + DELAY, 40 * PERIOD, 0, DELAY);
    for (uint32_t at = 40, gap = 30; at < 70; at += 10, gap *= 9) {
        uint32_t silent = gap < DELAY ? 0 : DELAY, begins = at * PERIOD;
        stage->server += gap;
        stage_run(stage, begins + 10 * PERIOD);
        for (uint32_t i = 0; i < silent; i++)
            assert_true(stage->main[0][begins + i] == 0);
        assert_counts(stage, begins + DELAY, begins + 10 * PERIOD, lost + gap, DELAY);
        if (gap < DELAY)
            assert_counts(stage, begins, begins + DELAY - gap, lost + gap, DELAY);
        lost += gap;
    }
}

/* ---- MIDI ---- */

static void clock_out(struct stage *stage, int64_t from)
{
    stage->score.midi_clock_out = 1;
    look_ahead(stage, 1);
    stage_start_transport(stage, from, 0);
}

/* A start and then 24 clocks in each quarter, at 120 BPM, from that frame. */
static void assert_clocks(struct stage *stage, int64_t first, uint32_t count)
{
    assert_true(stage->sent_count >= count + 1);
    assert_int_equal(stage->sent[0].bytes[0], 0xfa);
    assert_int_equal(stage->sent[0].frame, first);
    for (uint32_t i = 1; i <= count; i++) {
        assert_int_equal(stage->sent[i].bytes[0], 0xf8);
        assert_int_equal(stage->sent[i].frame, first + (i - 1) * 1000);
    }
}

STAGE_CLAIM(midi_clock_leaves_with_the_sound_however_long_periods_are)
{
    static const uint32_t periods[] = { 256, 16, 1000, 4096 };
    struct stage *stage = *state;

    for (uint32_t i = 0; i < sizeof(periods) / sizeof(*periods); i++) {
        stage_again(stage);
        stage->period = periods[i];
        clock_out(stage, 777);
        stage_run(stage, 50000);
        assert_clocks(stage, 777 + DELAY, 49);
    }
}

STAGE_CLAIM(a_takeover_loses_no_clock_that_waits)
{
    struct stage *stage = *state;

    clock_out(stage, 40 * PERIOD - 10);
    stage_run(stage, 40 * PERIOD);
    assert_int_equal(stage->sent_count, 0);
    assert_true(engine_claim(stage->engine[1], true));
    for (int i = 0; i < 40; i++) {
        stage_period(stage, 1, PERIOD, true);
        stage_pass(stage, PERIOD);
    }
    assert_clocks(stage, 40 * PERIOD - 10 + DELAY, 10);
}

/* Clocks that were due in unplayed frames are sent at once, and later clocks on their frame. */
STAGE_CLAIM(clocks_that_wait_are_not_later_for_lost_frames)
{
    struct stage *stage = *state;

    clock_out(stage, 40 * PERIOD - 10);
    stage_run(stage, 40 * PERIOD);
    stage->server += 30;
    stage_run(stage, 60 * PERIOD);
    assert_int_equal(stage->sent[0].frame, 40 * PERIOD - 10 + DELAY - 30);
    assert_int_equal(stage->sent[2].frame, 40 * PERIOD - 10 + DELAY - 30 + 1000);
}

STAGE_CLAIM(messages_keep_their_order_when_the_delay_ends)
{
    struct stage *stage = *state;

    clock_out(stage, 40 * PERIOD - 10);
    stage_cue(stage, (struct cue){ .frame = 40 * PERIOD + 20, .verb = CUE_TRANSPORT_STOP });
    stage_run(stage, 40 * PERIOD);
    look_ahead(stage, 0);
    stage_run(stage, 41 * PERIOD);
    assert_int_equal(stage->sent_count, 3);
    assert_int_equal(stage->sent[0].bytes[0], 0xfa);
    assert_int_equal(stage->sent[1].bytes[0], 0xf8);
    assert_int_equal(stage->sent[2].bytes[0], 0xfc);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(stage->sent[i].frame, 40 * PERIOD - 10 + DELAY);
}
