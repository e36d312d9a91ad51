#include <math.h>
#include <stdlib.h>

#include "common/sound/resample.h"
#include "tests/unit/claim.h"

enum { FRAMES = 48000 };

struct run {
    float *out;
    uint32_t made;
};

/* Converts `frames` of a sine of `hz` (0: a constant of 0.5), in pieces of `piece`. */
static struct run convert_tone(uint32_t from, uint32_t to, double hz, uint32_t frames, uint32_t piece)
{
    struct resampler *resampler = resample_open();
    struct resample *resample;
    struct run run = { .out = calloc((size_t)frames * 34 * 2 + 1000000, sizeof(float)) };
    float *in = calloc((size_t)frames * 2, sizeof(float));

    assert_int_equal(resample_new(resampler, from, to, &resample, NULL), ERR_OK);
    for (uint32_t i = 0; i < frames; i++) {
        in[2 * i] = hz > 0 ? (float)(0.5 * sin(2 * M_PI * hz * i / from)) : 0.5f;
        in[2 * i + 1] = -in[2 * i];
    }
    for (uint32_t at = 0; at < frames; at += piece) {
        uint32_t part = frames - at < piece ? frames - at : piece;
        run.made += resample_run(resample, in + 2 * at, part, at + part == frames, run.out + 2 * run.made);
    }
    resample_free(resample);
    resample_close(resampler);
    free(in);
    return run;
}

/* Signal to noise in dB, compared with the sine itself at the other rate, away from the ends. */
static double quality_of(uint32_t from, uint32_t to, double hz)
{
    struct run run = convert_tone(from, to, hz, FRAMES, 4096);
    double signal = 0, noise = 0;

    for (uint32_t i = run.made / 4; i < run.made * 3 / 4; i++) {
        double should = 0.5 * sin(2 * M_PI * hz * i / to), is = (double)run.out[2 * i];
        signal += should * should;
        noise += (is - should) * (is - should);
        assert_true(fabsf(run.out[2 * i] + run.out[2 * i + 1]) < 1e-5f);
    }
    free(run.out);
    return 10 * log10(signal / noise);
}

CLAIM(a_sine_comes_out_as_itself)
{
    static const uint32_t rates[][2] = { { 44100, 48000 },  { 96000, 48000 }, { 48000, 96000 }, { 22050, 48000 },
                                         { 192000, 48000 }, { 8000, 48000 },  { 48000, 44100 } };

    for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++)
        for (double part = 0.05; part < 0.9; part += 0.2) {
            double lower = rates[i][0] < rates[i][1] ? rates[i][0] : rates[i][1];
            assert_true(quality_of(rates[i][0], rates[i][1], part * lower / 2) > 100);
        }
}

CLAIM(a_ratio_of_large_numbers_is_good_enough)
{
    for (double part = 0.05; part < 0.7; part += 0.2)
        assert_true(quality_of(44101, 48000, part * 44101 / 2) > 100);
}

CLAIM(frequencies_above_the_lower_rate_are_removed)
{
    struct run run = convert_tone(96000, 48000, 30000, FRAMES, 4096);
    float peak = 0;

    for (uint32_t i = run.made / 4; i < run.made * 3 / 4; i++)
        peak = fmaxf(peak, fabsf(run.out[2 * i]));
    assert_true(peak < 5e-6f); /* 100 dB below a half */
    free(run.out);
}

CLAIM(a_constant_signal_stays_constant)
{
    struct run run = convert_tone(44100, 48000, 0, FRAMES, 1000);

    for (uint32_t i = run.made / 4; i < run.made * 3 / 4; i++)
        assert_true(fabsf(run.out[2 * i] - 0.5f) < 1e-6f);
    free(run.out);
}

CLAIM(the_length_is_the_ratio_of_the_rates)
{
    for (uint32_t frames = 1; frames < 3000; frames += 37) {
        struct run run = convert_tone(44100, 48000, 100, frames, 512);
        double exact = (double)frames * 48000 / 44100;
        assert_true(run.made >= exact - 1 && run.made <= exact + 1);
        free(run.out);
    }
}

CLAIM(the_cut_into_pieces_changes_no_frame)
{
    struct run whole = convert_tone(44100, 48000, 1000, 20000, 20000),
               pieces = convert_tone(44100, 48000, 1000, 20000, 37);

    assert_int_equal(whole.made, pieces.made);
    assert_memory_equal(whole.out, pieces.out, whole.made * 2 * sizeof(float));
    free(whole.out);
    free(pieces.out);
}

/* As a streamer that takes over from its predecessor: RESAMPLE_REACH frames before the place. */
CLAIM(a_conversion_that_begins_within_the_sound_gives_the_same_frames)
{
    struct run whole = convert_tone(44100, 48000, 1000, 20000, 4096);
    struct resampler *resampler = resample_open();
    struct resample *resample;
    uint32_t period = resample_period(44100, 48000), cell = 20 * period, frame = cell / period * 147, made = 0;
    float in[2 * 8000], *out = calloc(2 * 20000, sizeof(float));

    assert_int_equal(period, 160);
    assert_int_equal(resample_new(resampler, 44100, 48000, &resample, NULL), ERR_OK);
    for (uint32_t i = 0; i < 8000; i++) {
        in[2 * i] = (float)(0.5 * sin(2 * M_PI * 1000 * (frame + i) / 44100));
        in[2 * i + 1] = -in[2 * i];
    }
    made = resample_run(resample, in, 8000, false, out);
    for (uint32_t i = RESAMPLE_REACH * 48000 / 44100 + 1; i < made; i++)
        assert_true(fabsf(out[2 * i] - whole.out[2 * (cell + i)]) < 1e-6f);
    resample_free(resample);
    resample_close(resampler);
    free(out);
    free(whole.out);
}

CLAIM(rates_too_far_apart_are_refused)
{
    struct resampler *resampler = resample_open();
    struct resample *resample;

    assert_int_equal(resample_new(resampler, 1000, 48000, &resample, NULL), ERR_BAD_REQUEST);
    assert_int_equal(resample_new(resampler, 0, 48000, &resample, NULL), ERR_BAD_REQUEST);
    resample_close(resampler);
}
