#include "tests/unit/worker/hear_made.h"

static uint32_t word(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static float number(const uint8_t *at)
{
    uint32_t bits = word(at);
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

struct drawn {
    double low, high, rms;
};

/* A stretch measured directly, one channel. */
static struct drawn measured(const float *x, size_t from, size_t to)
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

static void check_level(const uint8_t *at, size_t bins, size_t stretch, const float *x, size_t frames)
{
    for (size_t i = 0; i < bins; i++, at += 3) {
        size_t to = (i + 1) * stretch < frames ? (i + 1) * stretch : frames;
        struct drawn d = measured(x, i * stretch, to);
        made_near((int8_t)at[0] / 127.0, d.low, 0.5 / 127 + 1e-6);
        made_near((int8_t)at[1] / 127.0, d.high, 0.5 / 127 + 1e-6);
        made_near(at[2] / 255.0, d.rms, 0.5 / 255 + 1e-3);
    }
}

static void the_waveform_is_what_a_direct_measurement_gives(void **state)
{
    enum { FRAMES = 100003 };
    struct heard_sound heard;
    float *x = made_clicks(44100, FRAMES, 100);
    const struct heard_artefact *wave;
    size_t bins, levels = 0, at = 16, stretch;

    made_heard(*state, x, 44100, 1, FRAMES, &heard);
    wave = made_artefact(&heard, "waveform");
    assert_memory_equal(wave->data, "LHW1", 4);
    assert_int_equal(word(wave->data + 8), FRAMES);
    for (stretch = word(wave->data + 4); at < wave->len; stretch *= 2, levels++) {
        bins = word(wave->data + at);
        assert_int_equal(bins, (FRAMES + stretch - 1) / stretch);
        check_level(wave->data + at + 4, bins, stretch, x, FRAMES);
        at += 4 + 3 * bins;
    }
    assert_int_equal(at, wave->len);
    assert_int_equal(bins, 1);
    assert_int_equal(levels, 11);
    free(x);
}

/* The extremes of the finest level's bins that a column of `zoom` frames touches. */
static struct drawn drawn_from(const uint8_t *level, size_t bins, size_t stretch, size_t column, double zoom)
{
    size_t first = (size_t)((double)column * zoom / (double)stretch);
    size_t last = (size_t)ceil((double)(column + 1) * zoom / (double)stretch);
    struct drawn d = { INFINITY, -INFINITY, 0 };

    for (size_t i = first; i < last && i < bins; i++) {
        d.low = fmin(d.low, (int8_t)level[3 * i] / 127.0);
        d.high = fmax(d.high, (int8_t)level[3 * i + 1] / 127.0);
    }
    return d;
}

/* What a column shows has its own extremes, and none from farther than the next column. */
static void a_million_samples_are_drawn_within_one_pixel(void **state)
{
    enum { FRAMES = 1000000, STRETCH = 128 };
    static const double ZOOM[] = { 128, 197.3, 256, 625, 3000.5, 40000 };
    struct heard_sound heard;
    float *x = made_clicks(44100, FRAMES, 137);
    const uint8_t *level;

    made_heard(*state, x, 44100, 1, FRAMES, &heard);
    level = made_artefact(&heard, "waveform")->data + 20;
    for (size_t z = 0; z < sizeof(ZOOM) / sizeof(*ZOOM); z++)
        for (size_t column = 1; (double)(column + 2) * ZOOM[z] < FRAMES; column += 1 + column / 7) {
            struct drawn d = drawn_from(level, (FRAMES + STRETCH - 1) / STRETCH, STRETCH, column, ZOOM[z]);
            struct drawn own =
                measured(x, (size_t)((double)column * ZOOM[z]), (size_t)((double)(column + 1) * ZOOM[z]));
            struct drawn wide =
                measured(x, (size_t)((double)(column - 1) * ZOOM[z]), (size_t)((double)(column + 2) * ZOOM[z]));
            assert_true(d.high >= own.high - 0.004 && d.low <= own.low + 0.004);
            assert_true(d.high <= wide.high + 0.004 && d.low >= wide.low - 0.004);
        }
    free(x);
}

static void the_loudness_curve_has_a_value_every_tenth_of_a_second(void **state)
{
    struct heard_sound heard;
    float *x = made_sine(48000, 2, 2 * 48000, 997, pow(10, -23.0 / 20));
    const struct heard_artefact *curve;

    made_heard(*state, x, 48000, 2, 2 * 48000, &heard);
    curve = made_artefact(&heard, "loudness");
    assert_memory_equal(curve->data, "LHL1", 4);
    assert_int_equal(word(curve->data + 8), 20);
    assert_int_equal((int8_t)curve->data[12 + 10], -23);
    free(x);
}

static void onsets_and_beats_lie_where_the_clicks_are(void **state)
{
    struct heard_sound heard;
    float *x = made_clicks(44100, 8 * 44100, 120);
    const struct heard_artefact *onsets, *beats;

    made_heard(*state, x, 44100, 1, 8 * 44100, &heard);
    onsets = made_artefact(&heard, "onsets");
    beats = made_artefact(&heard, "beats");
    assert_int_equal(word(onsets->data + 4), 16);
    assert_int_equal(word(beats->data + 12), 16);
    for (size_t i = 0; i < 16; i++) {
        made_near(number(onsets->data + 8 + 8 * i), 0.5 * (double)i, 0.03);
        made_near(number(beats->data + 16 + 4 * i), 0.5 * (double)i, 0.03);
    }
    free(x);
}

static void the_spectrum_is_highest_where_the_tone_is(void **state)
{
    struct heard_sound heard;
    float *x = made_sine(44100, 1, 44100, 1000, 0.5);
    const struct heard_artefact *spectrum;
    uint32_t best = 0;

    made_heard(*state, x, 44100, 1, 44100, &heard);
    spectrum = made_artefact(&heard, "spectrum");
    assert_int_equal(word(spectrum->data + 4), 40);
    for (uint32_t i = 1; i < 40; i++)
        if (number(spectrum->data + 16 + 4 * i) > number(spectrum->data + 16 + 4 * best))
            best = i;
    assert_in_range(best, 9, 12);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_waveform_is_what_a_direct_measurement_gives),
        cmocka_unit_test(a_million_samples_are_drawn_within_one_pixel),
        cmocka_unit_test(the_loudness_curve_has_a_value_every_tenth_of_a_second),
        cmocka_unit_test(onsets_and_beats_lie_where_the_clicks_are),
        cmocka_unit_test(the_spectrum_is_highest_where_the_tone_is),
    };

    return cmocka_run_group_tests_name("hear_artefacts", tests, made_new, made_free);
}
