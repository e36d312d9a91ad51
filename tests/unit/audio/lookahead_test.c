/* The look-ahead limiter: nothing above the ceiling, nothing changed below it, everything late by the same frames. */
#include "services/audio/dsp/lookahead.h"
#include "tests/unit/audio/measure.h"

enum { DELAY = 72 }; /* at 48 kHz */

struct rig {
    struct lookahead ahead;
    struct lookahead_cell line[LOOKAHEAD_LINE];
};

static void run_lookahead(void *made, float *left, float *right, uint32_t frames)
{
    struct rig *rig = made;

    lookahead_repair(&rig->ahead, 48000);
    for (uint32_t done = 0, n; done < frames; done += n) {
        n = number_least(frames - done, LINE_PERIOD_MAX);
        lookahead_run(&rig->ahead, rig->line, 0.5f, 48000, left + done, right + done, n);
    }
}
static const struct measure_rig RIG = { sizeof(struct rig), sizeof(struct lookahead), run_lookahead };

/* A loud channel and a quiet copy of it: the copy is never clipped, so it shows that the gain alone is enough. */
static void the_gain_alone_holds_the_ceiling(void **state)
{
    enum { FRAMES = 48000, BLOCK = 96 };

    (void)state;
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
            lookahead_run(&rig->ahead, rig->line, ceiling, MEASURE_RATES[round % 5], x + i, loud + i, BLOCK);
        assert_true(measure_peak(x, FRAMES) * 0x1p10 <= (double)ceiling * (1 + 1e-5));
        assert_true(measure_peak(loud, FRAMES) <= (double)ceiling && measure_peak(loud, FRAMES) > 0.4);
        free(x), free(rig);
    }
}

static void below_the_ceiling_every_bit_passes_at_the_same_delay(void **state)
{
    enum { FRAMES = 48000 };

    (void)state;
    for (int r = 0; r < MEASURE_RATE_COUNT; r++) {
        uint32_t delay = lookahead_delay(MEASURE_RATES[r]);
        struct rig *rig = measure_new(&RIG);
        float *in = measure_noise(2 * FRAMES, 0.5), *out = measure_noise(2 * FRAMES, 0.5);
        for (uint32_t i = 0; i < FRAMES; i += 480)
            lookahead_run(&rig->ahead, rig->line, 0.5f, MEASURE_RATES[r], out + i, out + FRAMES + i, 480);
        assert_true(delay * 1000 >= MEASURE_RATES[r] && delay * 500 <= MEASURE_RATES[r]); /* 1 to 2 ms */
        for (uint32_t i = 0; i < delay; i++)
            assert_true(out[i] == 0);
        assert_memory_equal(out + delay, in, (FRAMES - delay) * sizeof(*in));
        assert_memory_equal(out + FRAMES + delay, in + FRAMES, (FRAMES - delay) * sizeof(*in));
        free(in), free(out), free(rig);
    }
}

/* Near one peak the gain moves in each frame by at most its share of the whole way, and recovers to the bit. */
static void the_gain_falls_before_the_peak_and_without_a_step(void **state)
{
    enum { FRAMES = 144000, PEAK = 1000 };
    struct rig *rig = measure_new(&RIG);
    float *x = measure_floats(2 * FRAMES);

    (void)state;
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

static void a_loud_sine_keeps_its_shape(void **state)
{
    static const struct measure_loud LOUD[] = {
        { 50, 6, 1.6 }, { 100, 6, 0.6 }, { 100, 12, 1.3 }, { 997, 6, 0.06 }, { 997, 12, 0.12 }
    };

    (void)state;
    for (size_t i = 0; i < sizeof(LOUD) / sizeof(*LOUD); i++)
        measure_distortion("looking ahead", &RIG, &LOUD[i]);
}

/* The frame after a gap plays at its own time, and no earlier frame at another time. */
static void a_gap_of_any_length_is_skipped(void **state)
{
    enum { BEFORE = 1000, AFTER = 1000 };

    (void)state;
    for (uint32_t gap = 1; gap < 100000; gap = gap * 3 / 2 + 7) {
        struct rig *rig = measure_new(&RIG);
        float x[2][BEFORE + AFTER];
        for (int i = 0; i < BEFORE + AFTER; i++)
            x[0][i] = x[1][i] = (float)(i + 1) * 0x1p-12f;
        lookahead_run(&rig->ahead, rig->line, 0.5f, 48000, x[0], x[1], BEFORE);
        lookahead_skip(&rig->ahead, rig->line, 48000, gap);
        lookahead_run(&rig->ahead, rig->line, 0.5f, 48000, x[0] + BEFORE, x[1] + BEFORE, AFTER);
        for (uint32_t i = 0; i < DELAY; i++)
            measure_near((double)x[0][BEFORE + i],
                         gap + i < DELAY ? (double)(BEFORE - DELAY + gap + i + 1) * 0x1p-12 : 0, 0);
        for (uint32_t i = DELAY; i < AFTER; i++)
            measure_near((double)x[0][BEFORE + i], (double)(BEFORE + i - DELAY + 1) * 0x1p-12, 0);
        free(rig);
    }
}

static void blocks_change_nothing(void **state)
{
    (void)state;
    measure_blocks_change_nothing(&RIG);
}

static void a_period_can_be_run_again(void **state)
{
    (void)state;
    measure_a_period_can_be_run_again(&RIG);
}

static void a_damaged_state_recovers(void **state)
{
    (void)state;
    measure_damage_does_not_stay(&RIG, 2);
    measure_any_state_recovers(&RIG, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gain_alone_holds_the_ceiling),
        cmocka_unit_test(below_the_ceiling_every_bit_passes_at_the_same_delay),
        cmocka_unit_test(the_gain_falls_before_the_peak_and_without_a_step),
        cmocka_unit_test(a_loud_sine_keeps_its_shape),
        cmocka_unit_test(a_gap_of_any_length_is_skipped),
        cmocka_unit_test(blocks_change_nothing),
        cmocka_unit_test(a_period_can_be_run_again),
        cmocka_unit_test(a_damaged_state_recovers),
    };

    return cmocka_run_group_tests_name("lookahead", tests, NULL, NULL);
}
