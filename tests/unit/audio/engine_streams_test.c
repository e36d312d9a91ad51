/* Stream voices: they begin on their frame, lose and repeat no frame, and never click. */
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { FADE = 240 }; /* frames of 5 ms */

static void assert_counts(const struct stage *stage, uint32_t from, uint32_t until, uint32_t first)
{
    for (uint32_t i = from; i < until; i++)
        if (stage->main[0][i] != stage_count(first + i - from) || stage->main[1][i] != -stage_count(first + i - from))
            fail_msg("frame %u has %.9g, not %.9g", i, stage->main[0][i], stage_count(first + i - from));
}

/* A generation of stream 3, which counts from `first` and sounds from frame `at`. */
static void play_counter(struct stage *stage, uint32_t generation, uint32_t first, uint32_t frames, int64_t at)
{
    stage_generation(stage, 3, generation);
    stage_fill(stage, 3, first, frames);
    stage_start_stream(stage, 3, generation, at);
}

/* Also in the middle of its file: a fade would remove the attack. */
STAGE_CLAIM(a_stream_begins_on_its_frame_as_it_is)
{
    struct stage *stage = *state;

    play_counter(stage, 7, 1 << 20, 10000, 1234);
    stage_run(stage, 5000);
    assert_int_equal(stage_onset(stage, 0), 1234);
    assert_counts(stage, 1234, 5000, 1 << 20);
    assert_int_equal(stage_note(stage, NOTE_STREAM_STARTED, 0)->generation, 7);
}

STAGE_CLAIM(a_file_s_own_first_frame_is_not_faded_at_a_start_and_at_a_seek)
{
    struct stage *stage = *state;

    stage_first_generation(stage, 3, 7);
    stage_fill(stage, 3, 1 << 20, 10000);
    stage_start_stream(stage, 3, 7, 1234);
    stage_run(stage, 2048);
    assert_true(stage_is_silent(stage, 0, 1234));
    assert_counts(stage, 1234, 2048, 1 << 20);
    stage_first_generation(stage, 3, 8);
    stage_fill(stage, 3, 1 << 21, 10000);
    stage_run(stage, 4096);
    for (uint32_t i = 0; i < FADE - 1; i++)
        stage_near(stage->main[0][2048 + i],
                   stage_count((1 << 20) + 2048 - 1234 + i) * (1 - stage_fade(i)) + stage_count((1 << 21) + i), 1e-6);
    assert_counts(stage, 2048 + FADE, 4096, (1 << 21) + FADE);
}

/* The first frame of the second generation, which is due in the middle of a period, is on its place. */
STAGE_CLAIM(a_generation_that_is_due_later_takes_over_in_step)
{
    struct stage *stage = *state;
    const uint32_t due = 3000;
    uint32_t switched = 2048;

    play_counter(stage, 7, 1 << 20, 9000, 0);
    stage_run(stage, 2048);
    stage_due_generation(stage, 3, 8, due);
    stage_fill(stage, 3, 1 << 21, 10000);
    stage_run(stage, 6000);
    while (switched < 6000 && stage->main[0][switched] == stage_count((1 << 20) + switched))
        switched++;
    assert_in_range(switched, due, due + ENGINE_FRAMES);
    assert_counts(stage, switched + FADE, 6000, (1 << 21) + switched + FADE - due);
}

STAGE_CLAIM(a_generation_that_comes_late_leaves_out_what_has_passed)
{
    struct stage *stage = *state;

    play_counter(stage, 7, 1 << 20, 9000, 0);
    stage_run(stage, 2048);
    stage_due_generation(stage, 3, 8, 1000);
    stage_fill(stage, 3, 1 << 21, 10000);
    stage_run(stage, 6000);
    assert_counts(stage, 2048 + FADE, 6000, (1 << 21) + 2048 + FADE - 1000);
}

STAGE_CLAIM(a_generation_that_is_due_later_replaces_an_old_one_that_ends_before)
{
    struct stage *stage = *state;

    play_counter(stage, 7, 1 << 20, 4096, 0);
    stage_run(stage, 2048);
    stage_due_generation(stage, 3, 8, 100000);
    stage_fill(stage, 3, 1 << 21, 10000);
    stage_run(stage, 9000);
    for (uint32_t i = FADE; i < 9000; i++)
        assert_true(stage->main[0][i] > 0);
    assert_null(stage_note(stage, NOTE_STREAM_DRY, 0));
}

static void pause_stream(struct stage *stage, float value)
{
    stage_cue(stage, (struct cue){ .verb = CUE_STREAM_PAUSE, .voice = 3, .value = value });
}

STAGE_CLAIM(a_paused_stream_fades_and_goes_on_with_its_next_cell)
{
    struct stage *stage = *state;
    const uint32_t first = 1 << 20, paused = 2048, resumed = 6144;

    play_counter(stage, 7, first, 20000, 0);
    stage_run(stage, paused);
    pause_stream(stage, 1);
    pause_stream(stage, 1);
    stage_run(stage, resumed);
    for (uint32_t i = 0; i < FADE - 1; i++)
        stage_near(stage->main[0][paused + i], stage_count(first + paused + i) * (1 - stage_fade(i)), 1e-7);
    assert_true(stage_is_silent(stage, paused + FADE, resumed));
    assert_int_equal(stage_note(stage, NOTE_STREAM_PAUSED, 0)->value, 1);
    assert_int_equal(stage_note(stage, NOTE_STREAM_PAUSED, 0)->index, paused);
    pause_stream(stage, 0);
    stage_run(stage, 10000);
    for (uint32_t i = 0; i < FADE - 1; i++)
        stage_near(stage->main[0][resumed + i], stage_count(first + paused + FADE + i) * stage_fade(i), 1e-7);
    assert_counts(stage, resumed + FADE, 10000, first + paused + 2 * FADE);
    assert_int_equal(stage_note(stage, NOTE_STREAM_PAUSED, 1)->value, 0);
    assert_int_equal(stage_note(stage, NOTE_STREAM_PAUSED, 1)->index, paused + FADE);
    assert_null(stage_note(stage, NOTE_STREAM_PAUSED, 2));
    assert_null(stage_note(stage, NOTE_STREAM_DRY, 0));
}

STAGE_CLAIM(a_seek_of_a_paused_stream_stays_silent_until_it_goes_on)
{
    struct stage *stage = *state;

    play_counter(stage, 7, 1 << 20, 9000, 0);
    stage_run(stage, 2048);
    pause_stream(stage, 1);
    stage_run(stage, 4096);
    play_counter(stage, 8, 1 << 21, 10000, 0);
    stage_run(stage, 6144);
    assert_true(stage_is_silent(stage, 2048 + FADE, 6144));
    pause_stream(stage, 0);
    stage_run(stage, 9000);
    assert_counts(stage, 6144 + FADE, 9000, (1 << 21) + FADE);
}

STAGE_CLAIM(a_seek_whose_header_is_read_before_the_pause_is_paused)
{
    struct stage *stage = *state;

    play_counter(stage, 7, 1 << 20, 9000, 0);
    stage_run(stage, 2048);
    pause_stream(stage, 1);
    play_counter(stage, 8, 1 << 21, 10000, 0);
    stage_run(stage, 6144);
    assert_true(stage_is_silent(stage, 2048 + FADE, 6144));
    pause_stream(stage, 0);
    stage_run(stage, 9000);
    assert_counts(stage, 6144 + FADE, 9000, (1 << 21) + FADE);
}

STAGE_CLAIM(a_paused_stream_that_is_stopped_ends_and_the_next_one_sounds)
{
    struct stage *stage = *state;

    play_counter(stage, 7, 1 << 20, 9000, 0);
    stage_run(stage, 2048);
    pause_stream(stage, 1);
    stage_run(stage, 4096);
    stage_cue(stage, (struct cue){ .verb = CUE_STREAM_STOP, .voice = 3, .generation = 7 });
    stage_run(stage, 6144);
    assert_int_equal(stage_note(stage, NOTE_STREAM_ENDED, 0)->value, 1);
    assert_int_equal(stage_state(stage).streams[3].generation, 0);
    play_counter(stage, 8, 1 << 21, 10000, 0);
    stage_run(stage, 9000);
    assert_counts(stage, 6144 + FADE, 9000, (1 << 21) + FADE);
}

/* Generation 7 of stream 3 sounds, and 8 is due at frame 9000. The cue, at frame 2048, names generation 8. */
static void cue_before_it_is_due(struct stage *stage, struct cue cue)
{
    stage_again(stage);
    play_counter(stage, 7, 1 << 20, 20000, 0);
    stage_run(stage, 2048);
    stage_due_generation(stage, 3, 8, 9000);
    stage_fill(stage, 3, 1 << 21, 20000);
    cue.voice = 3, cue.generation = 8;
    stage_cue(stage, cue);
    stage_run(stage, 20000);
    assert_null(stage_note(stage, NOTE_CUE_REFUSED, 0));
}

STAGE_CLAIM(a_stop_of_a_generation_that_is_due_later_stops_what_sounds)
{
    struct stage *stage = *state;

    cue_before_it_is_due(stage, (struct cue){ .verb = CUE_STREAM_STOP });
    for (uint32_t i = 0; i < FADE - 1; i++)
        stage_near(stage->main[0][2048 + i], stage_count((1 << 20) + 2048 + i) * (1 - stage_fade(i)), 1e-7);
    assert_true(stage_is_silent(stage, 2048 + FADE, 20000));
    assert_int_equal(stage_note(stage, NOTE_STREAM_ENDED, 0)->value, 1);
    assert_int_equal(stage_state(stage).streams[3].generation, 0);
}

STAGE_CLAIM(a_slow_stop_continues_in_the_generation_that_is_due_meanwhile)
{
    struct stage *stage = *state;
    const uint32_t stop = 2048, ramp = 9600, changed = 9000 + 256 + FADE;

    cue_before_it_is_due(stage, (struct cue){ .verb = CUE_STREAM_STOP, .seconds = 0.2f });
    for (uint32_t i = stop; i < stop + ramp; i++) {
        const double gain = 1 - (double)(i - stop + 1) / ramp;
        if (i < 9000)
            stage_near(stage->main[0][i], stage_count((1 << 20) + i) * gain, 1e-6);
        else if (i > changed)
            stage_near(stage->main[0][i], stage_count((1 << 21) + i - 9000) * gain, 1e-6);
    }
    assert_true(stage_is_silent(stage, stop + ramp, 20000));
    assert_int_equal(stage_note(stage, NOTE_STREAM_ENDED, 0)->value, 1);
}

STAGE_CLAIM(a_gain_of_a_generation_that_is_due_later_is_heard_at_once_and_stays)
{
    struct stage *stage = *state;

    cue_before_it_is_due(stage, (struct cue){ .verb = CUE_STREAM_GAIN, .value = 0.5f });
    for (uint32_t i = 2048 + FADE; i < 9000; i++)
        stage_near(stage->main[0][i], stage_count((1 << 20) + i) / 2, 1e-7);
    stage_near(stage->main[0][19999], stage_count((1 << 21) + 19999 - 9000) / 2, 1e-7);
}

STAGE_CLAIM(a_stream_plays_to_its_marked_end_without_a_fade)
{
    struct stage *stage = *state;

    stage_generation(stage, 0, 1);
    stage_fill(stage, 0, 1000, 3000);
    stage_finish(stage, 0);
    stage_start_stream(stage, 0, 1, 100);
    stage_run(stage, 4000);
    assert_counts(stage, 100 + FADE, 3100, 1000 + FADE);
    assert_true(stage_is_silent(stage, 3100, 4000));
    assert_non_null(stage_note(stage, NOTE_STREAM_ENDED, 0));
    assert_null(stage_note(stage, NOTE_STREAM_DRY, 0));
}

STAGE_CLAIM(a_stop_fades_out_over_5_ms)
{
    struct stage *stage = *state;

    stage_generation(stage, 0, 1);
    stage_fill(stage, 0, 1 << 20, 9000);
    stage_start_stream(stage, 0, 1, 0);
    stage_cue(stage, (struct cue){ .frame = 3333, .verb = CUE_STREAM_STOP, .voice = 0, .generation = 1 });
    stage_run(stage, 5000);
    assert_counts(stage, FADE, 3333, (1 << 20) + FADE);
    for (uint32_t i = 0; i < FADE - 1; i++)
        stage_near(stage->main[0][3333 + i], stage_count((1 << 20) + 3333 + i) * (1 - stage_fade(i)), 1e-7);
    assert_true(stage_is_silent(stage, 3333 + FADE, 5000));
}

STAGE_CLAIM(a_slow_stop_whose_ring_runs_dry_fades_out_over_what_is_left)
{
    struct stage *stage = *state;
    const uint32_t stop = 1000, ramp = 9600, end = 4000, first = 1 << 20;

    stage_generation(stage, 0, 1);
    stage_fill(stage, 0, first, end);
    stage_start_stream(stage, 0, 1, 0);
    stage_cue(stage,
              (struct cue){ .frame = stop, .verb = CUE_STREAM_STOP, .voice = 0, .generation = 1, .seconds = 0.2f });
    stage_run(stage, 6000);
    for (uint32_t i = stop; i < end; i++) {
        double slow = 1 - (double)(i - stop + 1) / ramp, fast = i < end - FADE ? 0 : stage_fade(i - (end - FADE));
        stage_near(stage->main[0][i], stage_count(first + i) * slow * (1 - fast), 1e-6);
    }
    assert_true(stage_is_silent(stage, end, 6000));
    assert_non_null(stage_note(stage, NOTE_STREAM_ENDED, 0));
    assert_int_equal(stage_state(stage).underruns, 0);
}

STAGE_CLAIM(a_ring_that_runs_dry_fades_out_and_in_again_and_no_frame_is_lost_or_repeated)
{
    struct stage *stage = *state;
    uint32_t wet;

    stage_generation(stage, 0, 1);
    stage_fill(stage, 0, 1 << 20, 2000);
    stage_start_stream(stage, 0, 1, 0);
    stage_run(stage, 4096);
    assert_counts(stage, FADE, 2000 - FADE, (1 << 20) + FADE);
    for (uint32_t i = 0; i < FADE - 1; i++)
        stage_near(stage->main[0][2000 - FADE + i], stage_count((1 << 20) + 2000 - FADE + i) * (1 - stage_fade(i)),
                   1e-7);
    assert_true(stage_is_silent(stage, 2000, 4096));
    assert_non_null(stage_note(stage, NOTE_STREAM_DRY, 0));

    stage_fill(stage, 0, (1 << 20) + 2000, 3000);
    stage_run(stage, 6000);
    wet = stage_onset(stage, 2000);
    assert_int_equal(wet, 4096);
    stage_near(stage->main[0][wet + 100], stage_count((1 << 20) + 2000 + 100) * stage_fade(100), 1e-7);
    assert_counts(stage, wet + FADE, 6000, (1 << 20) + 2000 + FADE);
    assert_non_null(stage_note(stage, NOTE_STREAM_WET, 0));
    assert_int_equal(stage_state(stage).underruns, 1);
}

/* Generation 1 of stream 0 counts from `first`, and has played 2048 frames. */
static void play_on(struct stage *stage, uint32_t first)
{
    stage_generation(stage, 0, 1);
    stage_fill(stage, 0, first, 20000);
    stage_start_stream(stage, 0, 1, 0);
    stage_run(stage, 2048);
}

STAGE_CLAIM(a_seek_drops_the_old_generation_and_crosses_over_in_5_ms)
{
    struct stage *stage = *state;
    const uint32_t old = 1 << 20, next = 1 << 22;

    play_on(stage, old);
    stage_generation(stage, 0, 2);
    stage_fill(stage, 0, next, 5000);
    stage_run(stage, 6000);
    assert_counts(stage, FADE, 2048, old + FADE);
    for (uint32_t i = 0; i < FADE - 1; i++)
        stage_near(stage->main[0][2048 + i],
                   stage_count(old + 2048 + i) * (1 - stage_fade(i)) + stage_count(next + i) * stage_fade(i), 1e-6);
    assert_counts(stage, 2048 + FADE, 6000, next + FADE);
    assert_int_equal(stage_state(stage).streams[0].generation, 2);
}

/* The gain after i frames of a generation that begins at frame `from` and ends at `until`. */
static double gain_of(uint32_t i, uint32_t from, uint32_t until)
{
    double place = i < from    ? 0
                   : i < until ? (double)(i + 1 - from) / FADE
                               : fmin(1, (double)(until - from) / FADE) - (double)(i + 1 - until) / FADE;

    place = fmax(0, fmin(1, place));
    return place * place * (3 - 2 * place);
}

/* After 128, 192 and 224 frames: the earliest times at which four generations fade out at once with the newest. */
STAGE_CLAIM(seeks_within_5_ms_let_each_generation_fade_out)
{
    static const uint32_t at[] = { 0, 128, 192, 224, 10000 };
    struct stage *stage = *state;

    stage->period = 32;
    play_on(stage, 1 << 18);
    for (uint32_t seek = 0; seek < 4; seek++) {
        stage_generation(stage, 0, 2 + seek);
        stage_fill(stage, 0, (seek + 2) << 20, 3000);
        stage_run(stage, 2048 + (seek < 3 ? at[seek + 1] : 2000));
    }
    for (uint32_t i = 0; i < 2000; i++) {
        double sum = stage_count((1 << 18) + 2048 + i) * (1 - gain_of(i, 0, UINT32_MAX));
        for (uint32_t seek = 0; seek < 4; seek++)
            sum += stage_count(((seek + 2) << 20) + i - at[seek]) * gain_of(i, at[seek], at[seek + 1]);
        stage_near(stage->main[0][2048 + i], sum, 1e-5);
    }
}

STAGE_CLAIM(a_seek_begins_where_what_sounded_ends_and_does_not_end_with_it)
{
    struct stage *stage = *state;
    const uint32_t old = 1 << 20, next = 1 << 22;

    play_on(stage, old);
    stage_finish(stage, 0);
    stage_generation(stage, 0, 2);
    stage_run(stage, 3072); /* its cells come later */
    stage_fill(stage, 0, next, 5000);
    stage_run(stage, 6000);
    assert_null(stage_note(stage, NOTE_STREAM_ENDED, 0));
    assert_int_equal(stage_state(stage).streams[0].generation, 2);
    assert_true(stage->main[0][5999] > stage_count(next));
}

STAGE_CLAIM(a_start_with_another_generation_changes_over_on_its_frame)
{
    struct stage *stage = *state;

    stage_generation(stage, 0, 1);
    stage_fill(stage, 0, 1 << 20, 2000);
    stage_start_stream(stage, 0, 1, 0);
    stage_cue(stage, (struct cue){ .frame = 1000, .verb = CUE_STREAM_STOP, .voice = 0, .generation = 1 });
    stage_run(stage, 1024);
    stage_generation(stage, 0, 2);
    stage_fill(stage, 0, 1 << 22, 4000);
    stage_start_stream(stage, 0, 2, 2222);
    stage_run(stage, 4000);
    assert_true(stage_is_silent(stage, 1000 + FADE, 2222));
    assert_counts(stage, 2222 + FADE, 4000, (1 << 22) + FADE);
}

STAGE_CLAIM(a_stop_takes_back_a_start_that_waits)
{
    struct stage *stage = *state;

    stage_generation(stage, 0, 1);
    stage_fill(stage, 0, 1 << 20, 2000);
    stage_start_stream(stage, 0, 1, 3000);
    stage_cue(stage, (struct cue){ .frame = 1000, .verb = CUE_STREAM_STOP, .voice = 0, .generation = 1 });
    stage_run(stage, 5000);
    assert_true(stage_is_silent(stage, 0, 5000));
}

STAGE_CLAIM(a_gain_changes_a_start_that_waits)
{
    struct stage *stage = *state;

    stage_first_generation(stage, 0, 1);
    stage_fill(stage, 0, 1 << 20, 9000);
    stage_start_stream(stage, 0, 1, 3000);
    stage_cue(stage, (struct cue){ .verb = CUE_STREAM_GAIN, .voice = 0, .generation = 2, .value = 1 });
    stage_cue(stage, (struct cue){ .verb = CUE_STREAM_GAIN, .voice = 0, .generation = 1, .value = 0.5f });
    stage_run(stage, 5000);
    assert_true(stage_is_silent(stage, 0, 3000));
    for (uint32_t i = 3000; i < 5000; i++)
        stage_near(stage->main[0][i], stage_count((1 << 20) + i - 3000) / 2, 1e-7);
    assert_non_null(stage_note(stage, NOTE_CUE_REFUSED, 0));
    assert_null(stage_note(stage, NOTE_CUE_REFUSED, 1));
}

STAGE_CLAIM(what_was_played_may_be_written_over)
{
    struct stage *stage = *state;
    struct ring ring;
    uint32_t next = 1000;

    (void)studio_stream(stage->studio, 0, &ring);
    stage_generation(stage, 0, 1);
    stage_fill(stage, 0, next, 4000);
    stage_start_stream(stage, 0, 1, 0);
    for (int i = 0; i < 400; i++) {
        stage_run(stage, (uint32_t)(i + 1) * 1000);
        stage_fill(stage, 0, next + 4000 + (uint32_t)i * 1000, 1000);
    }
    assert_counts(stage, FADE, 400000, next + FADE);
    assert_true(ring_taken(&ring) >= 399000);
}

STAGE_CLAIM(damage_in_a_ring_is_silence_and_does_not_stay)
{
    struct stage *stage = *state;
    const float bad[6][2] = { { NAN, 0 },    { INFINITY, -INFINITY }, { 1e30f, 0 },
                              { -NAN, NAN }, { 0, -1e20f },           { NAN, 1 } };
    struct ring ring;

    (void)studio_stream(stage->studio, 0, &ring);
    stage_generation(stage, 0, 1);
    stage_fill(stage, 0, 1000, 1000);
    assert_int_equal(ring_write(&ring, bad, 6), 6);
    stage_fill(stage, 0, 2006, 4000);
    stage_start_stream(stage, 0, 1, 0);
    stage_run(stage, 3000);
    for (uint32_t i = 0; i < 3000; i++)
        assert_true(isfinite(stage->main[0][i]) && fabsf(stage->main[0][i]) <= 1);
    assert_counts(stage, 1006, 3000, 2006);
    assert_true(isfinite(stage_state(stage).master.rms[0]));
}

/* Adds `frames` frames of a constant. */
static void fill_constant(uint32_t frames, struct ring *ring)
{
    const float frame[2] = { 0.25f, 0.25f };

    for (uint32_t i = 0; i < frames && ring_space(ring) > 0; i++)
        assert_int_equal(ring_write(ring, frame, 1), 1);
}

/* A slow disk gives frames in any portions, or none for a long time; seeks come at any time. */
STAGE_CLAIM(seeks_on_a_slow_disk_never_click)
{
    struct stage *stage = *state;
    struct ring ring;
    uint32_t seed = 4711, generation = 1;

    (void)studio_stream(stage->studio, 0, &ring);
    stage_generation(stage, 0, generation);
    stage_start_stream(stage, 0, generation, 0);
    for (uint32_t i = 0; i < 2000; i++) {
        seed = seed * 1664525u + 1013904223u;
        uint32_t what = seed >> 28, amount = seed >> 16 & 0x3ff;
        if (what < 5)
            fill_constant(amount, &ring);
        else if (what == 5)
            stage_generation(stage, 0, ++generation);
        stage_run(stage, (i + 1) * 256);
    }
    for (uint32_t i = 1; i < stage->recorded; i++)
        if (fabsf(stage->main[0][i] - stage->main[0][i - 1]) > 0.01f)
            fail_msg("a step from %g to %g at frame %u", (double)stage->main[0][i - 1], (double)stage->main[0][i], i);
}
