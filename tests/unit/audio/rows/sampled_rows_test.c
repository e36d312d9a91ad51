/* Rows that play sounds, from the message with the pattern to the output. */
#include "services/audio/control/pattern.h"
#include "services/audio/dsp/svf.h"
#include "tests/unit/audio/measure.h"
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { STEP = 6000, LONG = 60000, BINS = 1024 }; /* frames, at 120 BPM and 48 kHz; bins of a spectrum */

static struct row sampled_row(const char *steps, uint64_t slot)
{
    return (struct row){ .name = TEXT("hat"),
                         .voice_id = TEXT("voice1"),
                         .pattern = text_of(steps),
                         .has_base_amp = true,
                         .base_amp = 0.5,
                         .has_sound = true,
                         .sound = slot,
                         .generation = 1 };
}

/* The pattern plays from frame 0. */
static void play_pattern(struct stage *stage, const struct pattern *pattern, uint32_t frames)
{
    struct fault fault = { 0 };

    assert_int_equal(pattern_read(pattern, &stage->score.now, &fault), ERR_OK);
    stage->score.now.serial = 1;
    stage_play(stage);
    stage_run(stage, frames);
}

static void play_rows(struct stage *stage, struct row *rows, uint32_t count, uint32_t frames)
{
    struct pattern pattern = { .sequencer.tracks = { count, rows } };

    play_pattern(stage, &pattern, frames);
}

static double bin_of(const float *x, double turns, uint32_t frames)
{
    double re = 0, im = 0;

    for (uint32_t i = 0; i < frames; i++) {
        re += (double)x[i] * cos(MEASURE_TURN * fmod(turns * i, 1));
        im += (double)x[i] * sin(MEASURE_TURN * fmod(turns * i, 1));
    }
    return sqrt(re * re + im * im);
}

static void assert_spectra_alike(const float *is, const float *should, double gain, double db)
{
    for (int bin = 1; bin < BINS / 2; bin++) {
        double turns = bin / (double)BINS, a = bin_of(is, turns, STEP), b = bin_of(should, turns, STEP) * gain;

        if (!(fabs(measure_db(a / b)) <= db))
            fail_msg("bin %d (%.0f Hz): %.2f dB", bin, turns * STAGE_RATE, measure_db(a / b));
    }
}

STAGE_CLAIM(without_a_cutoff_a_row_has_the_spectrum_of_its_sound)
{
    struct stage *stage = *state;
    struct row one = sampled_row("x...............", 3);
    struct pattern pattern = { .sequencer.tracks = { 1, &one } };
    float *noise = measure_noise(LONG, 0.5);

    pattern.modules.has_voice1 = pattern.modules.voice1.has_filter_freq = true; /* for a synth, not for the sound */
    pattern.modules.voice1.filter_freq = 300;
    stage_sound(stage, 3, noise, LONG);
    play_pattern(stage, &pattern, LONG + STEP);
    assert_spectra_alike(stage->main[0], noise, 0.5, 0.01);
    for (uint32_t i = 0; i < LONG; i++) /* to the sound's end, on both sides */
        if (stage->main[0][i] != 0.5f * noise[i] || stage->main[1][i] != stage->main[0][i])
            fail_msg("frame %u: %.9g, not %.9g", i, (double)stage->main[0][i], 0.5 * (double)noise[i]);
    free(noise);
}

static void assert_filtered(struct stage *stage, const struct pattern *pattern, struct svf_params low)
{
    float *noise = measure_noise(STEP, 0.5);
    struct svf filter = { 0 };

    stage_again(stage);
    stage_sound(stage, 3, noise, STEP);
    play_pattern(stage, pattern, STEP);
    svf_run(&filter, &low, STAGE_RATE, noise, NULL, STEP);
    for (uint32_t i = 0; i < STEP; i++)
        stage_near((double)stage->main[0][i], 0.5 * (double)noise[i], 1e-6);
    free(noise);
}

STAGE_CLAIM(a_cutoff_of_its_own_filters_it_with_the_resonance_of_its_voice)
{
    struct row one = sampled_row("x...............", 3);
    struct pattern pattern = { .sequencer.tracks = { 1, &one } };

    one.has_filter_freq = true;
    one.filter_freq = 1500;
    assert_filtered(*state, &pattern, (struct svf_params){ 1500, 0.70710678f });
    pattern.modules.has_voice1 = pattern.modules.voice1.has_filter_q = true;
    pattern.modules.voice1.filter_q = 2;
    assert_filtered(*state, &pattern, (struct svf_params){ 1500, 2 });
    one.pattern = TEXT("X...............");
    one.has_accent_boost = true;
    one.accent_boost = 3000;
    assert_filtered(*state, &pattern, (struct svf_params){ 4500, 2 });
}

STAGE_CLAIM(an_accent_without_a_filter_is_3_db_louder)
{
    struct stage *stage = *state;
    struct row one = sampled_row("x...X...........", 3);
    float *noise = measure_noise(STEP, 0.3);

    stage_sound(stage, 3, noise, STEP);
    play_rows(stage, &one, 1, 6 * STEP);
    double soft = measure_energy(stage->main[0], STEP), loud = measure_energy(stage->main[0] + 4 * STEP, STEP);
    stage_near(10 * log10(loud / soft), 3, 0.01);
    assert_spectra_alike(stage->main[0] + 4 * STEP, noise, 0.5 * pow(10, 0.15), 0.01);
    free(noise);
}

STAGE_CLAIM(notes_pitch_a_sound)
{
    struct stage *stage = *state;
    struct row one = sampled_row("x...x...x.......", 3);
    double notes[] = { 261.6255653005986, 523.2511306011972, 391.99543598174927 }; /* C4, C5, G4 */
    float *tone = measure_cosine(LONG, 500.0 / STAGE_RATE, 0.3);

    one.notes = (struct real_list){ 3, notes };
    stage_sound(stage, 3, tone, LONG);
    play_rows(stage, &one, 1, 12 * STEP);
    stage_near(stage_hz(stage->main[0] + 1000, 3 * STEP), 500, 0.5);
    stage_near(stage_hz(stage->main[0] + 4 * STEP + 1000, 3 * STEP), 1000, 1);
    stage_near(stage_hz(stage->main[0] + 8 * STEP + 1000, 3 * STEP), 500 * pow(2, 7 / 12.0), 0.75);

    stage_again(stage);
    one.has_base_freq = true; /* the note at which the sound has its own pitch */
    one.base_freq = notes[1];
    one.has_ratio = true;
    one.ratio = 0.5;
    stage_sound(stage, 3, tone, LONG);
    play_rows(stage, &one, 1, 8 * STEP);
    stage_near(stage_hz(stage->main[0] + 1000, 3 * STEP), 125, 0.5);
    stage_near(stage_hz(stage->main[0] + 4 * STEP + 1000, 3 * STEP), 250, 0.5);
    free(tone);
}

static float *make_constant(uint32_t frames, float value)
{
    float *x = measure_floats(frames);

    for (uint32_t i = 0; i < frames; i++)
        x[i] = value;
    return x;
}

STAGE_CLAIM(a_hit_silences_the_former_hit_of_its_row_alone)
{
    struct stage *stage = *state;
    struct row two[] = { sampled_row("x...x...........", 3), sampled_row("..x.............", 4) };
    float *first = make_constant(LONG, 0.2f), *second = make_constant(LONG, 0.4f);
    uint32_t again = 4 * STEP, gone = again + fade_frames(STAGE_RATE);

    stage_sound(stage, 3, first, LONG);
    stage_sound(stage, 4, second, LONG);
    play_rows(stage, two, 2, again + STEP);
    stage_near((double)stage->main[0][2 * STEP - 1], 0.1, 1e-6);
    stage_near((double)stage->main[0][again - 1], 0.3, 1e-6);
    for (uint32_t i = gone; i < again + STEP; i++) /* one of each: the other row continues */
        stage_near((double)stage->main[0][i], 0.3, 1e-6);
    for (uint32_t i = again + 1; i < gone; i++) /* fading, without a click */
        if (stage->main[0][i] > stage->main[0][i - 1] || stage->main[0][i] < stage->main[0][i - 1] - 0.002f)
            fail_msg("frame %u jumps from %.6f to %.6f", i, (double)stage->main[0][i - 1], (double)stage->main[0][i]);
    free(first);
    free(second);
}

STAGE_CLAIM(rows_and_pads_of_one_choke_number_silence_each_other)
{
    struct stage *stage = *state;
    struct row two[] = { sampled_row("x.......x.......", 3), sampled_row("....x...........", 4) };
    float *first = make_constant(LONG, 0.2f), *second = make_constant(LONG, 0.4f);
    uint32_t fade = fade_frames(STAGE_RATE);

    two[0].choke = two[1].choke = 7;
    stage->score.pads[5] = (struct score_pad){
        .sound = 4, .generation = 1, .gain = 1, .ratio = 1, .curve = 1, .note = 255, .channel = 255, .choke = 7
    };
    stage_sound(stage, 3, first, LONG);
    stage_sound(stage, 4, second, LONG);
    stage_cue(stage, (struct cue){ .frame = 6 * STEP, .verb = CUE_PAD_HIT, .voice = 5, .value = 1 });
    play_rows(stage, two, 2, 10 * STEP);
    stage_near((double)stage->main[0][4 * STEP - 1], 0.1, 1e-6);
    stage_near((double)stage->main[0][4 * STEP + fade], 0.2, 1e-6); /* the other row */
    stage_near((double)stage->main[0][6 * STEP + fade], 0.4, 1e-6); /* the pad */
    stage_near((double)stage->main[0][8 * STEP + fade], 0.1, 1e-6); /* the first row */
    free(first);
    free(second);
}
