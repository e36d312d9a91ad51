/* Playing at a pitch: the signal to noise ratio of sines, loops without a seam, unchanged bits at ratio 1. */
#include "services/audio/dsp/interpolate.h"
#include "tests/unit/audio/measure.h"
#include "tests/unit/claim.h"

static const double SEMITONE = 1.0594630943592953;

static int table_new(void **state)
{
    float *table = aligned_alloc(64, (INTERPOLATE_TABLE * sizeof(float) + 63) / 64 * 64);

    assert_non_null(table);
    interpolate_table(table);
    *state = table;
    return 0;
}

static int table_free(void **state)
{
    free(*state);
    return 0;
}

static double snr_of(const float *table, double hz, double ratio, bool reverse)
{
    enum { FRAMES = 24000, SOURCE = 24000 * 3 };
    float *x = measure_cosine(SOURCE, hz / 48000, 0.5), *left = measure_floats(2 * FRAMES), *right = left + FRAMES;
    struct interpolate_source source = { x, x, SOURCE, 0, 0, reverse };
    struct interpolate play = { .position = (uint64_t)(100) << 32 };
    double amplitude, snr;

    assert_int_equal(interpolate_run(&play, &source, table, ratio, left, right, FRAMES), FRAMES);
    assert_memory_equal(left, right, FRAMES * sizeof(*left));
    snr = measure_snr(left, FRAMES, hz / 48000 * ratio, &amplitude);
    assert_true(hz > 11000 || fabs(measure_db(amplitude / 0.5)) < 0.1);
    free(x), free(left);
    return snr;
}

CLAIMS_SHARE(table_new, table_free)

CLAIM(a_sine_a_semitone_up_or_down_keeps_80_db)
{
    static const double HZ[] = { 100, 997, 5003, 10007, 14009 };

    for (int i = 0; i < 5; i++) {
        double up = snr_of(*state, HZ[i], SEMITONE, false), down = snr_of(*state, HZ[i], 1 / SEMITONE, false),
               back = snr_of(*state, HZ[i], SEMITONE, true);
        printf("# figure: interpolate: %.0f Hz a semitone up %.1f dB, down %.1f dB, backwards %.1f dB\n", HZ[i], up,
               down, back);
        assert_true(i > 3 || (up > 80 && down > 80 && back > 80));
    }
}

CLAIM(other_ratios_keep_80_db_in_the_band)
{
    static const double RATIO[] = { 0.25, 0.5, 0.918367 /* 44.1 at 48 kHz */, 1.5, 2 };

    for (int i = 0; i < 5; i++)
        for (double hz = 440; hz < 4000; hz *= 2)
            assert_true(snr_of(*state, hz, RATIO[i], false) > 80);
}

/* Frequencies that would fold back at a higher speed are removed. */
CLAIM(pitched_up_treble_does_not_fold_back)
{
    static const struct {
        double ratio, hz, limit;
    } CASE[] = { { 2, 17000, -75 }, { 4, 9000, -40 }, { 8, 5500, -30 } };

    for (int i = 0; i < 3; i++) {
        enum { FRAMES = 9600, SOURCE = FRAMES * 9 };
        float *x = measure_cosine(SOURCE, CASE[i].hz / 48000, 0.5), *left = measure_floats(2 * FRAMES);
        struct interpolate_source source = { x, x, SOURCE, 0, 0, false };
        struct interpolate play = { 0 };
        interpolate_run(&play, &source, *state, CASE[i].ratio, left, left + FRAMES, FRAMES);
        double level = measure_peak(left + 100, FRAMES - 200) / 0.5;
        printf("# figure: interpolate: %.0f Hz at ratio %.0f folds back at %.1f dB\n", CASE[i].hz, CASE[i].ratio,
               measure_db(level));
        assert_true(measure_db(level) < CASE[i].limit);
        free(x), free(left);
    }
}

CLAIM(ratio_1_copies_bits_both_ways)
{
    enum { FRAMES = 1000 };
    float *x = measure_noise(2 * FRAMES, 1), *left = measure_floats(2 * FRAMES), *right = left + FRAMES;

    for (int reverse = 0; reverse < 2; reverse++) {
        struct interpolate_source source = { x, x + FRAMES, FRAMES, 0, 0, reverse };
        struct interpolate play = { .position = (uint64_t)(3) << 32 };
        assert_int_equal(interpolate_run(&play, &source, *state, 1, left, right, FRAMES), FRAMES - 3);
        for (int i = 0; i < FRAMES; i++) {
            int from = reverse ? FRAMES - 1 - (i + 3) : i + 3;
            measure_near((double)left[i], i < FRAMES - 3 ? (double)x[from] : 0, 0);
            measure_near((double)right[i], i < FRAMES - 3 ? (double)x[FRAMES + from] : 0, 0);
        }
    }
    free(x), free(left);
}

/* Whole periods of a sine between the loop's points: the result is an endless sine, at any pitch, in both
 * directions. */
CLAIM(a_loop_has_no_seam)
{
    enum { LOOP = 480, START = 333, LENGTH = START + 3 * LOOP + 57, FRAMES = 48000 };
    static const double RATIO[] = { 1, 1.0594630943592953, 0.7, 2, 3.3 };

    for (int reverse = 0; reverse < 2; reverse++)
        for (int i = 0; i < 5; i++) {
            float *x = measure_cosine(LENGTH, 4.0 / LOOP, 0.5), *left = measure_floats(2 * FRAMES);
            for (int k = 0; k < LENGTH; k += k == START - 1 ? 3 * LOOP + 1 : 1)
                (reverse ? x + LENGTH - 1 - k : x + k)[0] = 1; /* must never be heard */
            struct interpolate_source source = { x, x, LENGTH, START, START + 3 * LOOP, reverse };
            struct interpolate play = { .position = (uint64_t)(START + 100) << 32 };
            assert_int_equal(interpolate_run(&play, &source, *state, RATIO[i], left, left + FRAMES, FRAMES), FRAMES);
            assert_true(measure_snr(left, FRAMES, 4.0 / LOOP * RATIO[i], NULL) > 80);
            free(x), free(left);
        }
}

/* A loop shorter than the taps still has a period of its own. */
CLAIM(a_tiny_loop_is_a_tone)
{
    enum { FRAMES = 4800 };
    float x[] = { 0, 0.5f, 0, -0.5f }, left[FRAMES], right[FRAMES];
    struct interpolate_source source = { x, x, 4, 0, 4, false };
    struct interpolate play = { .wrapped = 1 };

    interpolate_run(&play, &source, *state, 0.5, left, right, FRAMES);
    double amplitude;
    measure_snr(left + 960, 3840, 0.125, &amplitude);
    assert_true(amplitude > 0.4);
    assert_true(measure_peak(left, FRAMES) < 0.75);
}

/* The unit ends after the last frame, and returns the number of frames that it played before. */
CLAIM(it_ends_where_the_sound_ends)
{
    static const double RATIO[] = { 0.5, 0.75, 1, 1.5, 3 };
    float *x = measure_noise(600, 1), left[2000], right[2000];

    for (int i = 0; i < 5; i++) {
        struct interpolate_source source = { x, x, 600, 0, 0, false };
        struct interpolate play = { 0 };
        uint32_t n = interpolate_run(&play, &source, *state, RATIO[i], left, right, 2000);
        assert_int_equal(n, (uint32_t)ceil(600 / RATIO[i]));
        assert_true(measure_peak(left + n, 2000 - n) <= 0);
        assert_int_equal(interpolate_run(&play, &source, *state, RATIO[i], left, right, 2000), 0);
    }
    free(x);
}

CLAIM(blocks_and_changing_ratios_change_nothing_else)
{
    enum { FRAMES = 5000 };
    float *x = measure_noise(4000, 1), *a = measure_floats(2 * FRAMES), *b = measure_floats(2 * FRAMES);
    struct interpolate_source source = { x, x + 2000, 2000, 100, 1777, false };
    struct interpolate one = { 0 }, two = { 0 };

    for (int i = 0; i < FRAMES; i += 500)
        interpolate_run(&one, &source, *state, 0.3 + i * 0.001, a + i, a + FRAMES + i, 500);
    for (int i = 0; i < FRAMES; i++)
        interpolate_run(&two, &source, *state, 0.3 + i / 500 * 0.5, b + i, b + FRAMES + i, 1);
    assert_memory_equal(a, b, 2 * FRAMES * sizeof(*a));
    assert_memory_equal(&one, &two, sizeof(one));
    free(x), free(a), free(b);
}

/* With any state, loop points and ratio: it reads only inside the sound (checked by the sanitizers) and is bounded. */
CLAIM(a_damaged_state_reads_only_inside_the_sound)
{
    enum { SOUND = 300, FRAMES = 200 };
    uint32_t seed = 11;
    float *x = measure_noise(SOUND, 1), left[FRAMES], right[FRAMES];

    x[100] = NAN, x[200] = INFINITY;
    for (int round = 0; round < 3000; round++) {
        uint32_t word[8];
        for (int i = 0; i < 8; i++)
            seed = seed * 1664525u + 1013904223u, word[i] = seed >> (seed >> 29 << 1);
        const double RATIO[] = { NAN, -1, 1e300, 0, 1, 1 + word[0] * 0x1p-31, 0.5, word[1] * 0x1p-20 };
        struct interpolate_source source = { x, x, round % 7 ? SOUND : 0, word[2] % 400, word[3] % 400, round % 2 };
        struct interpolate play = { .position = (uint64_t)(word[4] % 500) << 32 | word[5], .wrapped = word[6] };
        if (round % 5 == 0)
            play.position = (uint64_t)word[7] << 32 | word[5];
        interpolate_run(&play, &source, *state, RATIO[round % 8], left, right, FRAMES);
        for (int i = 0; i < FRAMES; i++)
            assert_true(fabsf(left[i]) < 4 && fabsf(right[i]) < 4);
    }
    free(x);
}
