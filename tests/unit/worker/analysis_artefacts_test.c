#include "common/little.h"
#include "schema_artefact.h"
#include "tests/unit/claim.h"
#include "tests/unit/worker/analysis_made.h"

struct drawn {
    double low, high, rms;
};

/* A stretch measured directly, one channel. */
static struct drawn measure_bin(const float *x, size_t from, size_t to)
{
    struct drawn d = { INFINITY, -INFINITY, 0 };

    for (size_t i = from; i < to; i++) {
        d.low = fmin(d.low, (double)x[i]);
        d.high = fmax(d.high, (double)x[i]);
        d.rms += (double)x[i] * (double)x[i];
    }
    d.rms = sqrt(d.rms / (double)(to - from));
    return d;
}

static void check_level(const struct artefact_level *level, size_t bins, size_t stretch, const float *x, size_t frames)
{
    assert_int_equal(level->low.len, bins);
    assert_int_equal(level->high.len, bins);
    assert_int_equal(level->rms.len, bins);
    for (size_t i = 0; i < bins; i++) {
        size_t to = (i + 1) * stretch < frames ? (i + 1) * stretch : frames;
        struct drawn d = measure_bin(x, i * stretch, to);
        made_near((int8_t)level->low.at[i] / 127.0, d.low, 0.5 / 127 + 1e-6);
        made_near((int8_t)level->high.at[i] / 127.0, d.high, 0.5 / 127 + 1e-6);
        made_near(level->rms.at[i] / 255.0, d.rms, 0.5 / 255 + 1e-3);
    }
}

CLAIMS_SHARE(made_new, made_free)

CLAIM(the_waveform_is_what_a_direct_measurement_gives)
{
    enum { FRAMES = 100003 };
    struct sound_findings findings;
    float *x = made_clicks(44100, FRAMES, 100);
    struct artefact_waveform wave = { 0 };
    struct arena arena = { 0 };
    size_t stretch;

    made_findings(*state, x, 44100, 1, FRAMES, &findings);
    made_read(&findings, "waveform", &artefact_waveform_shape, &arena, &wave);
    assert_int_equal(wave.frames, FRAMES);
    assert_int_equal(wave.levels.count, 11);
    stretch = wave.frames_a_bin;
    for (uint32_t i = 0; i < wave.levels.count; i++, stretch *= 2)
        check_level(&wave.levels.at[i], (FRAMES + stretch - 1) / stretch, stretch, x, FRAMES);
    assert_int_equal(wave.levels.at[10].low.len, 1);
    arena_free(&arena);
    free(x);
}

/* The extremes of those bins of a level that a column of `zoom` frames touches. */
static struct drawn drawn_from(const struct artefact_level *level, size_t stretch, size_t column, double zoom)
{
    size_t first = (size_t)((double)column * zoom / (double)stretch);
    size_t last = (size_t)ceil((double)(column + 1) * zoom / (double)stretch);
    struct drawn d = { INFINITY, -INFINITY, 0 };

    for (size_t i = first; i < last && i < level->low.len; i++) {
        d.low = fmin(d.low, (int8_t)level->low.at[i] / 127.0);
        d.high = fmax(d.high, (int8_t)level->high.at[i] / 127.0);
    }
    return d;
}

/* A column shows at least its own extremes, and none from farther away than the next column. */
CLAIM(a_million_samples_are_drawn_within_one_pixel)
{
    enum { FRAMES = 1000000 };
    static const double ZOOM[] = { 128, 197.3, 256, 625, 3000.5, 40000 };
    struct sound_findings findings;
    float *x = made_clicks(44100, FRAMES, 137);
    struct artefact_waveform wave = { 0 };
    struct arena arena = { 0 };

    made_findings(*state, x, 44100, 1, FRAMES, &findings);
    made_read(&findings, "waveform", &artefact_waveform_shape, &arena, &wave);
    assert_int_equal(wave.frames_a_bin, 128);
    for (size_t z = 0; z < sizeof(ZOOM) / sizeof(*ZOOM); z++)
        for (size_t column = 1; (double)(column + 2) * ZOOM[z] < FRAMES; column += 1 + column / 7) {
            struct drawn d = drawn_from(wave.levels.at, wave.frames_a_bin, column, ZOOM[z]);
            struct drawn own =
                measure_bin(x, (size_t)((double)column * ZOOM[z]), (size_t)((double)(column + 1) * ZOOM[z]));
            struct drawn wide =
                measure_bin(x, (size_t)((double)(column - 1) * ZOOM[z]), (size_t)((double)(column + 2) * ZOOM[z]));
            assert_true(d.high >= own.high - 0.004 && d.low <= own.low + 0.004);
            assert_true(d.high <= wide.high + 0.004 && d.low >= wide.low - 0.004);
        }
    arena_free(&arena);
    free(x);
}

CLAIM(the_loudness_curve_has_a_value_every_tenth_of_a_second)
{
    struct sound_findings findings;
    float *x = made_sine(48000, 2, 2 * 48000, 997, pow(10, -23.0 / 20));
    struct artefact_loudness curve = { 0 };

    made_findings(*state, x, 48000, 2, 2 * 48000, &findings);
    made_read(&findings, "loudness", &artefact_loudness_shape, NULL, &curve);
    made_near(curve.values_a_second, 10, 0);
    assert_int_equal(curve.lufs.len, 20);
    assert_int_equal((int8_t)curve.lufs.at[10], -23);
    free(x);
}

CLAIM(onsets_and_beats_lie_where_the_clicks_are)
{
    struct sound_findings findings;
    float *x = made_clicks(44100, 8 * 44100, 120);
    struct artefact_onsets onsets = { 0 };
    struct artefact_beats beats = { 0 };

    made_findings(*state, x, 44100, 1, 8 * 44100, &findings);
    made_read(&findings, "onsets", &artefact_onsets_shape, NULL, &onsets);
    made_read(&findings, "beats", &artefact_beats_shape, NULL, &beats);
    assert_int_equal(onsets.seconds.len, 4 * 16);
    assert_int_equal(onsets.strength.len, 4 * 16);
    assert_int_equal(beats.seconds.len, 4 * 16);
    for (size_t i = 0; i < 16; i++) {
        made_near((double)little_f32(onsets.seconds.at + 4 * i), 0.5 * (double)i, 0.03);
        made_near((double)little_f32(beats.seconds.at + 4 * i), 0.5 * (double)i, 0.03);
    }
    free(x);
}

CLAIM(the_spectrum_is_highest_where_the_tone_is)
{
    struct sound_findings findings;
    float *x = made_sine(44100, 1, 44100, 1000, 0.5);
    struct artefact_spectrum spectrum = { 0 };
    uint32_t best = 0;

    made_findings(*state, x, 44100, 1, 44100, &findings);
    made_read(&findings, "spectrum", &artefact_spectrum_shape, NULL, &spectrum);
    assert_int_equal(spectrum.db.len, 4 * 40);
    for (uint32_t i = 1; i < 40; i++)
        if (little_f32(spectrum.db.at + 4 * i) > little_f32(spectrum.db.at + 4 * best))
            best = i;
    assert_in_range(best, 9, 12);
    free(x);
}

/* A tone of 1 kHz in the first half, silence in the second. */
static void check_spectrogram(struct sound_analysis *analysis, double rate, size_t seconds)
{
    enum { BANDS = 40 };
    struct sound_findings findings;
    size_t frames = seconds * (size_t)rate;
    float *x = made_sine(rate, 1, frames, 1000, 0.5);
    struct artefact_spectrogram shown = { 0 };
    uint32_t columns, best = 0;

    memset(x + frames / 2, 0, frames / 2 * sizeof(*x));
    made_findings(analysis, x, rate, 1, frames, &findings);
    made_read(&findings, "spectrogram", &artefact_spectrogram_shape, NULL, &shown);
    columns = shown.levels.len / BANDS;
    assert_int_equal(shown.bands, BANDS);
    assert_true(columns > 64 && columns <= 128);
    made_near((double)columns / shown.columns_a_second, (double)seconds, (double)seconds / 50);
    for (uint32_t i = 0; i < BANDS; i++)
        if (shown.levels.at[columns / 4 * BANDS + i] > shown.levels.at[columns / 4 * BANDS + best])
            best = i;
    assert_in_range(best, 9, 12);
    made_near(shown.levels.at[columns / 4 * BANDS + best] / 255.0 * 80 - 80, -6, 4);
    assert_int_equal(shown.levels.at[columns * 3 / 4 * BANDS + best], 0);
    free(x);
}

CLAIM(the_spectrogram_shows_when_a_tone_sounds)
{
    check_spectrogram(*state, 44100, 10);
}

CLAIM(the_spectrogram_of_a_long_sound_has_all_of_it)
{
    check_spectrogram(*state, 11025, 10 * 60);
}
