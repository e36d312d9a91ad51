/* Mixer, meters, limiter, preview, panic, capture. */
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { LENGTH = 48000, FADE = 240 };

/* A constant level for the whole test. */
static void give_constant(struct stage *stage, uint32_t slot, float level, uint32_t group)
{
    float *x = malloc(LENGTH * sizeof(*x));
    struct cue cue = stage_sound_start(slot, 0);

    for (uint32_t i = 0; i < LENGTH; i++)
        x[i] = level;
    stage_sound(stage, slot, x, LENGTH);
    free(x);
    cue.group = (uint16_t)group;
    stage_cue(stage, cue);
}

STAGE_CLAIM(pan_keeps_the_power_and_the_middle_is_unchanged)
{
    struct stage *stage = *state;
    const float pans[] = { 0, -1, 1, 0.5f };

    give_constant(stage, 0, 0.25f, GROUP_SOUNDS);
    for (uint32_t i = 0; i < 4; i++) {
        stage->score.groups[GROUP_SOUNDS].pan = pans[i];
        stage_score(stage);
        stage_run(stage, (i + 1) * 1000);
        double left = stage->main[0][i * 1000 + 900], right = stage->main[1][i * 1000 + 900];
        stage_near(left * left + right * right, 2 * 0.25 * 0.25, 1e-7);
        stage_near(atan2(right, left), (1 + (double)pans[i]) * 0.785398163397, 1e-6);
    }
    assert_true(stage->main[0][900] == 0.25f && stage->main[1][900] == 0.25f);
}

STAGE_CLAIM(mute_and_solo_silence_without_a_step)
{
    struct stage *stage = *state;

    give_constant(stage, 0, 0.25f, GROUP_SOUNDS);
    give_constant(stage, 1, 0.125f, GROUP_PADS);
    stage_run(stage, 1024);
    stage->score.groups[GROUP_PADS].mute = 1;
    stage_score(stage);
    stage_run(stage, 2048);
    stage->score.groups[GROUP_PADS].mute = 0;
    stage->score.groups[GROUP_PADS].solo = 1;
    stage_score(stage);
    stage_run(stage, 3072);
    stage_near(stage->main[0][1023], 0.375, 0);
    stage_near(stage->main[0][2047], 0.25, 0);
    stage_near(stage->main[0][3071], 0.125, 0);
    for (uint32_t i = 1; i < 3072; i++)
        assert_true(fabsf(stage->main[0][i] - stage->main[0][i - 1]) < 0.0025f);
}

STAGE_CLAIM(nothing_is_above_the_ceiling_and_nothing_below_it_is_changed)
{
    struct stage *stage = *state;

    stage->score.limiter_ceiling = 0.5f;
    stage_score(stage);
    give_constant(stage, 0, 0.375f, GROUP_SOUNDS);
    stage_run(stage, 2000);
    give_constant(stage, 1, 0.9f, GROUP_PADS);
    stage_run(stage, 4000);
    stage_near(stage->main[0][1999], 0.375, 0);
    stage_near(stage->main[0][3999], 0.5, 1e-6);
    for (uint32_t i = 0; i < 4000; i++)
        assert_true(fabsf(stage->main[0][i]) <= 0.5f && fabsf(stage->main[1][i]) <= 0.5f);
}

STAGE_CLAIM(meters_show_what_was_there)
{
    struct stage *stage = *state;
    struct state seen;

    for (uint32_t i = 0; i < STAGE_MOST; i++)
        stage->in[0][i] = 0.8f * (float)sin(i * 6.283185307 * 1000 / STAGE_RATE);
    give_constant(stage, 0, 0.25f, GROUP_SOUNDS);
    stage_run(stage, 14400); /* 300 ms: a time constant */
    seen = stage_state(stage);
    stage_near(seen.groups[GROUP_SOUNDS].peak[0], 0.25, 0);
    stage_near(seen.groups[GROUP_SOUNDS].rms[0], 0.25 * sqrt(1 - exp(-1)), 1e-4);
    stage_near(seen.master.rms[1], 0.25 * sqrt(1 - exp(-1)), 1e-4);
    stage_near(seen.groups[GROUP_PADS].peak[0], 0, 0);
    stage_near(seen.inputs.peak[0], 0.8, 1e-3);
    stage_near(seen.inputs.rms[0], 0.8 / sqrt(2) * sqrt(1 - exp(-1)), 2e-3);
    stage_near(seen.inputs.peak[1], 0, 0);
}

/* The peaks of the inputs after a frame, as one of several clients gets them. */
static float peak_after(struct stage *stage, int64_t since)
{
    struct state state = stage_state(stage);
    struct peaks peaks;

    engine_peaks(stage->engine[0], since, state.frame, state.rate, &peaks);
    return peaks.peak[PEAKS_INPUTS][0];
}

STAGE_CLAIM(a_peak_is_given_once_to_each_client_for_2_s)
{
    static const uint32_t periods[] = { 256, 64, 16, 1024 };
    struct stage *stage = *state;

    for (uint32_t i = 0; i < 4; i++) {
        stage->period = periods[i];
        stage->recorded = 0;
        memset(stage->in[0], 0, STAGE_MOST * sizeof(float));
        stage->in[0][2100] = 0.75f;
        stage->in[0][5000] = -0.5f;
        stage_run(stage, 4096);
        int64_t one = stage_state(stage).frame, two = one - 3072;
        stage_near((double)peak_after(stage, two), 0.75, 0);
        stage_near((double)peak_after(stage, one), 0, 0);
        stage_near((double)peak_after(stage, one - 1024), 0, 0);
        stage_run(stage, 8192);
        stage_near((double)peak_after(stage, one), 0.5, 0);
        stage_near((double)peak_after(stage, two), 0.75, 0);
        for (int k = 0; k < 20; k++) { /* more than 2 s */
            stage->recorded = 8192;
            stage_run(stage, 8192 + 5120);
        }
        stage_near((double)peak_after(stage, two), 0, 0);
        stage_near((double)peak_after(stage, INT64_MIN), 0, 0);
    }
}

STAGE_CLAIM(clips_are_counted_before_the_limiter_and_counts_can_begin_again)
{
    struct stage *stage = *state;
    struct peaks peaks;

    for (uint32_t i = 1000; i < 1003; i++)
        stage->in[0][i] = i == 1000 ? 1 : -1.5f;
    give_constant(stage, 0, 0.99f, GROUP_SOUNDS);
    stage->score.groups[GROUP_SOUNDS].gain = 2;
    stage_score(stage);
    stage_run(stage, 4096);
    struct state seen = stage_state(stage);
    assert_int_equal(seen.inputs.clips, 3);
    assert_true(seen.master.clips > 6000 && seen.master.clips <= 8192);
    engine_peaks(stage->engine[0], 0, seen.frame, seen.rate, &peaks);
    stage_near((double)peaks.cut, 1 - (double)stage->score.limiter_ceiling / 1.98, 1e-3);
    stage_pass(stage, 256);
    stage_run(stage, 4096 + 512);
    assert_int_equal(stage_state(stage).xruns, 1);
    stage_cue(stage, (struct cue){ .frame = CUE_NOW, .verb = CUE_METERS_RESET });
    stage_run(stage, 4096 + 768);
    seen = stage_state(stage);
    assert_int_equal(seen.xruns + seen.lost + seen.inputs.clips, 0);
    assert_true(seen.master.clips == 512); /* in this period, both channels */
}

STAGE_CLAIM(the_preview_has_ports_of_its_own_and_main_unless_it_stands_apart)
{
    struct stage *stage = *state;

    give_constant(stage, 0, 0.25f, GROUP_PREVIEW);
    stage_run(stage, 1024);
    stage->score.preview_apart = 1;
    stage->score.groups[GROUP_PADS].solo = 1;
    stage->score.master.mute = 1;
    stage_score(stage);
    stage_run(stage, 2048);
    stage_near(stage->preview[0][1023], 0.25, 0);
    stage_near(stage->main[0][1023], 0.25, 0);
    stage_near(stage->preview[0][2047], 0.25, 0);
    assert_true(stage_is_silent(stage, 1024 + FADE, 2048));
}

/* A preview that counts from frame `at`, through a chain that halves and negates. */
static void preview_through_a_chain(struct stage *stage, uint32_t at)
{
    stage->chain = -0.5f;
    stage->score.preview_chained = 1;
    stage_score(stage);
    stage_generation(stage, 0, 1);
    stage_fill(stage, 0, 1 << 20, 20000);
    stage_cue(stage, (struct cue){
                         .frame = at, .verb = CUE_STREAM_START, .generation = 1, .group = GROUP_PREVIEW, .value = 1 });
}

STAGE_CLAIM(a_preview_through_a_chain_is_heard_as_it_returns_and_not_as_it_leaves)
{
    struct stage *stage = *state;

    stage->score.preview_apart = 1; /* the returned sound is for the listener all the same */
    preview_through_a_chain(stage, 300);
    stage->score.groups[GROUP_PREVIEW].gain = 0.5f;
    stage_score(stage);
    stage_run(stage, 8192);
    assert_int_equal(stage_onset(stage, 0), 300 + stage->period);
    for (uint32_t i = 300 + FADE; i < 8192 - stage->period; i++) {
        float sent = stage_count((1 << 20) + i - 300);
        assert_true(stage->preview[0][i] == sent && stage->preview[1][i] == -sent);
        assert_true(stage->main[0][i + stage->period] == -0.25f * sent);
    }
    for (uint32_t i = 300; i < 300 + FADE; i++) /* and the fade at the beginning is only the preview's */
        assert_true(stage->main[0][i + stage->period] == -0.25f * stage->preview[0][i]);
    stage_near(stage_state(stage).groups[GROUP_PREVIEW].peak[0], 0.25 * (double)stage_count((1 << 20) + 7600), 1e-3);
}

STAGE_CLAIM(a_take_of_a_chained_preview_has_what_returns)
{
    struct stage *stage = *state;
    struct ring ring;
    float frame[2];

    (void)studio_capture(stage->studio, CAPTURE_TAKE, &ring);
    preview_through_a_chain(stage, 300);
    stage_cue(stage,
              (struct cue){
                  .frame = 100, .verb = CUE_CAPTURE_START, .generation = 5, .group = CAPTURE_GROUP + GROUP_PREVIEW });
    stage_run(stage, 4096);
    assert_int_equal(ring_ready(&ring), 4096 - 100);
    for (uint32_t i = 100; i < 4096; i++) {
        assert_int_equal(ring_read(&ring, frame, 1), 1);
        assert_true(frame[0] == stage->main[0][i] && frame[1] == stage->main[1][i]);
    }
    assert_true(frame[0] != 0);
}

/* Neither the sound that still returns, nor the sound that was sent to the chain, is heard. */
STAGE_CLAIM(a_stop_of_a_chained_preview_is_silence_within_5_ms_also_when_the_chain_goes_with_it)
{
    for (uint32_t period = 64; period <= 1024; period *= 2) {
        struct stage *stage = *state;
        stage_again(stage);
        stage->period = period;
        preview_through_a_chain(stage, 0);
        stage_run(stage, 4096);
        float level = stage_peak(stage, 4000, 4096);
        stage_cue(stage, (struct cue){ .frame = CUE_NOW, .verb = CUE_STREAM_STOP, .generation = 1 });
        stage->score.preview_chained = 0;
        stage_score(stage);
        stage_run(stage, 8192);
        assert_true(level > 0);
        assert_true(stage_is_silent(stage, 4096 + FADE, 8192));
        for (uint32_t i = 4096; i < 4096 + FADE; i++) {
            assert_true(stage->main[0][i] <= 0); /* never the outgoing sound: that is above 0 */
            assert_true(fabsf(stage->main[0][i] - stage->main[0][i - 1]) < 0.01f * level);
        }
    }
}

STAGE_CLAIM(a_tail_is_heard_until_a_panic_and_what_returns_without_a_preview_is_not)
{
    struct stage *stage = *state;

    stage->score.preview_chained = 1;
    stage_score(stage);
    for (uint32_t i = 0; i < STAGE_MOST; i++)
        stage->returns[0][i] = stage->returns[1][i] = 0.25f;
    stage->returns[0][2500] = NAN;
    stage->chain = NAN; /* returns are as the test set them */
    stage_run(stage, 1024);
    assert_true(stage_is_silent(stage, 0, 1024));
    stage_generation(stage, 0, 1);
    stage_fill(stage, 0, 1, 100);
    stage_finish(stage, 0);
    stage_cue(stage,
              (struct cue){
                  .frame = CUE_NOW, .verb = CUE_STREAM_START, .generation = 1, .group = GROUP_PREVIEW, .value = 1 });
    stage_run(stage, 4096);
    assert_non_null(stage_note(stage, NOTE_STREAM_ENDED, 0));
    assert_true(stage->main[0][4000] == 0.25f && stage->main[0][2500] == 0);
    stage_cue(stage, (struct cue){ .frame = CUE_NOW, .verb = CUE_PANIC });
    stage_run(stage, 8192);
    assert_true(stage_is_silent(stage, 4096 + stage->period, 8192));
}

/* The sound that returns is 0.25; the sound that leaves lies between 0 and 0.01, on the left. */
STAGE_CLAIM(what_comes_back_from_an_insert_is_heard_in_place_of_what_left)
{
    struct stage *stage = *state;
    const uint32_t chains[] = { GROUP_STREAMS, CHAIN_MASTER };

    for (uint32_t i = 0; i < STAGE_MOST; i++)
        stage->returns[0][i] = stage->returns[1][i] = 0.25f;
    stage->returns[0][5000] = NAN;
    stage->chain = NAN; /* returns are as the test set them */
    stage_generation(stage, 0, 1);
    stage_fill(stage, 0, 1, 12400);
    stage_cue(stage,
              (struct cue){
                  .frame = CUE_NOW, .verb = CUE_STREAM_START, .generation = 1, .group = GROUP_STREAMS, .value = 1 });
    stage_run(stage, 4096);
    assert_true(stage->main[0][4000] > 0 &&
                stage->main[0][4000] < 0.01f); /* a preview's way back, or one that is not state, is not heard */
    for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++) {
        uint32_t begin = 4096 + (uint32_t)i * 4096, last = begin + 2047;
        stage->chains = 1u << chains[i];
        stage_run(stage, begin + 2048);
        assert_true(stage->main[0][last] == 0.25f && stage->main[1][last] == 0.25f);
        for (uint32_t k = begin + 1; k < begin + 1 + FADE; k++)
            assert_true(fabsf(stage->main[1][k] - stage->main[1][k - 1]) < 0.02f); /* a cross-fade */
        stage->chains = 0;                                                         /* its client has ended */
        stage_run(stage, begin + 4096);
        assert_true(stage->main[0][begin + 4095] > 0 && stage->main[0][begin + 4095] < 0.01f);
    }
    assert_true(stage->main[0][5000] == 0);
}

STAGE_CLAIM(a_chain_that_is_set_or_left_while_a_preview_sounds_makes_no_step)
{
    struct stage *stage = *state;

    preview_through_a_chain(stage, 0);
    for (uint32_t n = 1; n <= 4; n++) {
        stage_run(stage, n * 2048);
        stage->score.preview_chained = n % 2 == 0;
        stage_score(stage);
    }
    stage_run(stage, 10240);
    /* After a period its start comes back from the chain, without a fade. */
    assert_true(stage_is_silent(stage, 0, stage->period));
    for (uint32_t i = stage->period + 1; i < 10240; i++)
        assert_true(fabsf(stage->main[0][i] - stage->main[0][i - 1]) < 0.01f * stage_count((1 << 20) + i));
    assert_true(stage->main[0][4000] > 0 && stage->main[0][6000] < 0);
}

/* Starts everything: streams, sounds, a synth with long tails in reverb and delay, the metronome. */
static void start_everything(struct stage *stage)
{
    struct score_row *row = &stage->score.now.rows[0];

    stage->score.metronome = 1;
    stage->score.now = (struct score_pattern){ .serial = 1,
                                               .steps = 16,
                                               .reverb_mix = 1,
                                               .reverb_room = 1,
                                               .delay_time = 0.05f,
                                               .delay_feedback = 0.9f,
                                               .delay_mix = 1,
                                               .delay_lowcut = 20,
                                               .delay_highcut = 15000,
                                               .acid_cutoff = 800,
                                               .acid_res = 0.9f,
                                               .acid_env = 1000,
                                               .acid_decay = 1,
                                               .acid_mix = 1 };
    *row = (struct score_row){ .used = 1, .sound = SCORE_NO_SOUND, .amp = 0.3f, .gate = 1 };
    row->voice = (struct score_voice){ .freq = 110,
                                       .wave = WAVE_SAW,
                                       .sustain = 1,
                                       .release = 1,
                                       .filter_freq = 2000,
                                       .filter_q = 5,
                                       .reverb_send = 1,
                                       .delay_send = 1,
                                       .acid = 1 };
    memset(row->steps, STEP_NORMAL, sizeof(row->steps));
    stage_score(stage);
    stage_generation(stage, 0, 1);
    stage_fill(stage, 0, 1 << 22, 30000);
    stage_start_stream(stage, 0, 1, 0);
    give_constant(stage, 0, 0.1f, GROUP_SOUNDS);
    stage_start_transport(stage, 0, 0);
}

STAGE_CLAIM(a_panic_silences_all_within_the_period)
{
    struct stage *stage = *state;
    float jump = 0;

    stage->period = 512;
    start_everything(stage);
    stage_run(stage, 10240);
    assert_true(stage_peak(stage, 10000, 10240) > 0.2f);
    stage_cue(stage, (struct cue){ .frame = CUE_NOW, .verb = CUE_PANIC });
    stage_run(stage, 30000);
    assert_true(stage_is_silent(stage, 10240 + 512, 30000));
    for (uint32_t i = 10240; i < 10240 + 512; i++)
        jump = fmaxf(jump, fabsf(stage->main[0][i] - stage->main[0][i - 1]));
    assert_true(jump < 0.1f);
    assert_int_equal(stage_state(stage).running, 0);

    stage_start_transport(stage, CUE_NOW, 0);
    stage_run(stage, 40000);
    assert_true(stage_peak(stage, 31000, 40000) > 0.1f);
}

STAGE_CLAIM(a_panic_takes_effect_within_any_period)
{
    struct stage *stage = *state;

    stage->period = 64;
    start_everything(stage);
    stage_run(stage, 8000);
    stage_cue(stage, (struct cue){ .frame = CUE_NOW, .verb = CUE_PANIC });
    stage_run(stage, 8064 + 2000);
    assert_true(stage_is_silent(stage, 8064, 8064 + 2000));
}
