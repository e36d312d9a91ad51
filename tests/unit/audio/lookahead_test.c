/* The look-ahead limiter: nothing above the ceiling, nothing changed below it, everything late by the same frames. */
#include "services/audio/dsp/lookahead.h"
#include "tests/unit/audio/measure.h"
#include "tests/unit/claim.h"

enum { DELAY = 72 }; /* at 48 kHz */

struct rig {
    struct lookahead ahead;
    struct lookahead_cell line[LOOKAHEAD_LINE];
    bool holds; /* the true peaks */
};

static void run_at(struct rig *rig, float ceiling, uint32_t rate, float *left, float *right, uint32_t frames)
{
    const struct lookahead_params params = { .ceiling = ceiling, .rate = rate, .holds_true_peaks = rig->holds };

    lookahead_run(&rig->ahead, rig->line, &params, left, right, frames);
}

static void run_lookahead(void *made, float *left, float *right, uint32_t frames)
{
    struct rig *rig = made;

    lookahead_repair(&rig->ahead, 48000);
    for (uint32_t done = 0, n; done < frames; done += n) {
        n = number_least(frames - done, LINE_PERIOD_MAX);
        run_at(rig, 0.5f, 48000, left + done, right + done, n);
    }
}
static const struct measure_rig RIG = { sizeof(struct rig), sizeof(struct lookahead), run_lookahead };

/* A loud channel and a quiet copy of it: the copy is never clipped, so it shows that the gain alone is enough. */
CLAIM(the_gain_alone_holds_the_ceiling)
{
    enum { FRAMES = 48000, BLOCK = 96 };

    for (int round = 0; round < 20; round++) {
        struct rig *rig = measure_new(&RIG);
        float *x = measure_noise(2 * FRAMES, pow(10, round % 4 / 2.0)), *loud = x + FRAMES,
              ceiling = round % 2 ? 0.5f : 0.9f;
        for (int i = 0; i < FRAMES; i++) {
            loud[i] *= round % 3 == 0   ? (float)(((uint32_t)i * 2654435761u >> 22) == 0)
                       : round % 3 == 1 ? (float)((i >> (4 + round / 3)) % 5) / 4
                                        : (float)(FRAMES - i) / FRAMES;
            x[i] = loud[i] * 0x1p-10f;
        }
        for (int i = 0; i < FRAMES; i += BLOCK)
            run_at(rig, ceiling, MEASURE_RATES[round % 5], x + i, loud + i, BLOCK);
        assert_true(measure_peak(x, FRAMES) * 0x1p10 <= (double)ceiling * (1 + 1e-5));
        assert_true(measure_peak(loud, FRAMES) <= (double)ceiling && measure_peak(loud, FRAMES) > 0.4);
        free(x), free(rig);
    }
}

CLAIM(below_the_ceiling_every_bit_passes_at_the_same_delay)
{
    enum { FRAMES = 48000 };

    for (int r = 0; r < MEASURE_RATE_COUNT; r++) {
        uint32_t delay = lookahead_delay(MEASURE_RATES[r]);
        struct rig *rig = measure_new(&RIG);
        float *in = measure_noise(2 * FRAMES, 0.5), *out = measure_noise(2 * FRAMES, 0.5);
        for (uint32_t i = 0; i < FRAMES; i += 480)
            run_at(rig, 0.5f, MEASURE_RATES[r], out + i, out + FRAMES + i, 480);
        assert_true(delay * 1000 >= MEASURE_RATES[r] && delay * 500 <= MEASURE_RATES[r]); /* 1 to 2 ms */
        for (uint32_t i = 0; i < delay; i++)
            assert_true(out[i] == 0);
        assert_memory_equal(out + delay, in, (FRAMES - delay) * sizeof(*in));
        assert_memory_equal(out + FRAMES + delay, in + FRAMES, (FRAMES - delay) * sizeof(*in));
        free(in), free(out), free(rig);
    }
}

/* Near half the rate no finite filter finds the peaks, so the sound is below 0.35 of the rate. */
static float *make_dull_noise(size_t frames, double amplitude)
{
    enum { PARTS = 40 };
    float *x = measure_floats(frames), *at = measure_noise(2 * PARTS, 1);

    for (int p = 0; p < PARTS; p++) {
        double turns = 0.35 * fabs((double)at[2 * p]);
        for (size_t i = 0; i < frames; i++)
            x[i] += (float)(amplitude / sqrt(PARTS) * cos(MEASURE_TURN * (turns * (double)i + (double)at[2 * p + 1])));
    }
    free(at);
    return x;
}

/* The highest magnitude at 16 places between each two frames, by a windowed sinc of 128 frames. */
static double find_true_peak(const float *x, size_t frames)
{
    enum { PLACES = 16, REACH = 64 };
    double highest = 0;

    for (size_t i = REACH; i + REACH < frames; i++)
        for (int k = 0; k < PLACES; k++) {
            double sum = 0;
            for (int n = -REACH + 1; n <= REACH; n++) {
                double t = n - (double)k / PLACES, turn = MEASURE_TURN / 2 * t;
                double sinc = t == 0 ? 1 : sin(turn) / turn, window = cos(turn / (REACH + 1) / 2);
                sum += (double)x[i + (size_t)(n + REACH) - REACH] * sinc * window * window;
            }
            highest = fmax(highest, fabs(sum));
        }
    return highest;
}

/* A sine of a quarter of the rate, whose samples are all 3 dB below its peaks. The filter shows it 0.2 dB too high. */
CLAIM(a_peak_between_the_samples_is_held_at_the_ceiling)
{
    enum { FRAMES = 24000 };

    for (int holds = 0; holds < 2; holds++)
        for (int r = 0; r < MEASURE_RATE_COUNT; r++) {
            struct rig *rig = measure_new(&RIG);
            float *x = measure_floats(2 * FRAMES);
            double highest = 0;
            rig->holds = holds;
            for (int i = 0; i < FRAMES; i++)
                x[i] = x[FRAMES + i] = (float)sin(MEASURE_TURN * (i / 4.0 + 0.125));
            for (uint32_t i = 0; i < FRAMES; i += 480)
                run_at(rig, 0.5f, MEASURE_RATES[r], x + i, x + FRAMES + i, 480);
            highest = measure_peak(x + 12000, 12000) * sqrt(2);
            if (holds)
                assert_true(highest > 0.48 && highest < 0.502);
            else
                assert_true(highest > 0.7);
            free(x), free(rig);
        }
}

CLAIM(true_peaks_of_noise_are_held_and_nothing_else_changes)
{
    enum { FRAMES = 9600 };
    struct rig *rig = measure_new(&RIG);
    float *x = make_dull_noise(2 * FRAMES, 1), *quiet = make_dull_noise(2 * FRAMES, 0.1), *in = measure_floats(FRAMES);

    rig->holds = true;
    for (uint32_t i = 0; i < FRAMES; i += 480)
        run_at(rig, 0.5f, 48000, x + i, x + FRAMES + i, 480);
    printf("# figure: true peak of limited noise %.2f dB over the ceiling\n",
           measure_db(find_true_peak(x, FRAMES) / 0.5));
    assert_true(find_true_peak(x, FRAMES) < 0.5 * 1.012); /* 0.1 dB */
    assert_true(measure_peak(x, FRAMES) > 0.4);
    free(rig);
    rig = measure_new(&RIG);
    rig->holds = true;
    memcpy(in, quiet, FRAMES * sizeof(*in));
    for (uint32_t i = 0; i < FRAMES; i += 96)
        run_at(rig, 0.5f, 48000, quiet + i, quiet + FRAMES + i, 96);
    assert_memory_equal(quiet + DELAY, in, (FRAMES - DELAY) * sizeof(*in));
    free(x), free(quiet), free(in), free(rig);
}

/* The mean changes by at most the few cells that it covers more or less. */
CLAIM(the_choice_may_change_while_it_limits)
{
    enum { FRAMES = 24000 };
    struct rig *rig = measure_new(&RIG);
    float *x = measure_cosine(2 * FRAMES, 1 / 480.0, 1);

    for (uint32_t i = 0; i < FRAMES; i += 240) {
        rig->holds = i / 240 % 5 < 2;
        run_at(rig, 0.5f, 48000, x + i, x + FRAMES + i, 240);
    }
    for (int i = DELAY + 1; i < FRAMES; i++)
        assert_true(fabsf(x[i] - x[i - 1]) < 0.013f && fabsf(x[i]) <= 0.5f);
    free(x), free(rig);
}

/* Wherever the gain is on its way down to a peak and up again. */
CLAIM(a_change_of_choice_makes_no_step)
{
    enum { FRAMES = 1800, PEAK = 1000 };

    for (int holds = 0; holds < 2; holds++)
        for (int at = PEAK - 8; at < PEAK + 2 * DELAY; at++) {
            struct rig *rig = measure_new(&RIG);
            float *x = measure_floats(2 * FRAMES);
            rig->holds = holds;
            for (int i = 0; i < FRAMES; i++)
                x[i] = 0.25f, x[FRAMES + i] = i == PEAK ? 2 : 0;
            run_at(rig, 0.5f, 48000, x, x + FRAMES, (uint32_t)at);
            rig->holds = !holds;
            run_at(rig, 0.5f, 48000, x + at, x + FRAMES + at, (uint32_t)(FRAMES - at));
            for (int i = DELAY + 1; i < FRAMES; i++)
                assert_true(fabsf(x[i] - x[i - 1]) <= 2.1f * 0.25f * 0.75f / (DELAY - TRUEPEAK_LATE));
            assert_true(x[FRAMES + PEAK + DELAY] <= 0.5f && x[FRAMES + PEAK + DELAY] > 0.4f);
            free(x), free(rig);
        }
}

/* Near one peak the gain moves in each frame by at most its share of the whole way, and recovers to the bit. */
CLAIM(the_gain_falls_before_the_peak_and_without_a_step)
{
    enum { FRAMES = 144000, PEAK = 1000 };
    struct rig *rig = measure_new(&RIG);
    float *x = measure_floats(2 * FRAMES);

    for (int i = 0; i < FRAMES; i++)
        x[i] = 0.25f, x[FRAMES + i] = i == PEAK ? 2 : 0;
    run_lookahead(rig, x, x + FRAMES, FRAMES);
    measure_near((double)x[FRAMES + PEAK + DELAY], 0.5, 1e-6);
    measure_near((double)x[PEAK + DELAY], 0.25 / 4, 1e-6);
    assert_true(x[PEAK - 1] == 0.25f); /* the gain has not begun to fall */
    for (int i = DELAY + 1; i < FRAMES; i++)
        assert_true(fabsf(x[i] - x[i - 1]) <= 0.25f * 0.75f / (DELAY + 1) * 1.001f);
    assert_true(x[FRAMES - 1] == 0.25f);
    free(x), free(rig);
}

CLAIM(a_loud_sine_keeps_its_shape)
{
    static const struct measure_loud LOUD[] = {
        { 50, 6, 1.6 }, { 100, 6, 0.6 }, { 100, 12, 1.3 }, { 997, 6, 0.06 }, { 997, 12, 0.12 }
    };

    for (size_t i = 0; i < sizeof(LOUD) / sizeof(*LOUD); i++)
        measure_distortion("looking ahead", &RIG, &LOUD[i]);
}

/* The frame after a gap plays at its own time, and no earlier frame at another time. */
CLAIM(a_gap_of_any_length_is_skipped)
{
    enum { BEFORE = 1000, AFTER = 1000 };

    for (uint32_t gap = 1; gap < 100000; gap = gap * 3 / 2 + 7) {
        struct rig *rig = measure_new(&RIG);
        float x[2][BEFORE + AFTER];
        for (int i = 0; i < BEFORE + AFTER; i++)
            x[0][i] = x[1][i] = (float)(i + 1) * 0x1p-12f;
        run_at(rig, 0.5f, 48000, x[0], x[1], BEFORE);
        lookahead_skip(&rig->ahead, rig->line, 48000, gap);
        run_at(rig, 0.5f, 48000, x[0] + BEFORE, x[1] + BEFORE, AFTER);
        for (uint32_t i = 0; i < DELAY; i++)
            measure_near((double)x[0][BEFORE + i],
                         gap + i < DELAY ? (double)(BEFORE - DELAY + gap + i + 1) * 0x1p-12 : 0, 0);
        for (uint32_t i = DELAY; i < AFTER; i++)
            measure_near((double)x[0][BEFORE + i], (double)(BEFORE + i - DELAY + 1) * 0x1p-12, 0);
        free(rig);
    }
}

CLAIM(blocks_change_nothing)
{
    measure_blocks_change_nothing(&RIG);
}

CLAIM(a_period_can_be_run_again)
{
    measure_a_period_can_be_run_again(&RIG);
}

CLAIM(a_damaged_state_recovers)
{
    measure_damage_does_not_stay(&RIG, 2);
    measure_any_state_recovers(&RIG, 2);
}
