/* Envelopes compared with their formulas: each segment's length and shape, gate, retrigger. */
#include "services/audio/dsp/adsr.h"
#include "tests/unit/audio/measure.h"
#include "tests/unit/claim.h"

static const struct adsr_params PARAMS = { .attack = 0.01f, .decay = 0.1f, .sustain = 0.4f, .release = 0.2f };

/* From a to b with 60 dB of an exponential, shifted to end at b; x is the fraction of the time, 0..1. */
static double fall_between(double a, double b, double x)
{
    return b + (a - b) * (pow(10, -3 * x) - 0.001) / 0.999;
}

CLAIM(segments_have_their_lengths_and_shapes)
{
    enum { RATE = 48000, A = 480, D = 4800, GATE = 12000, R = 9600, FRAMES = 24000 };
    float *level = measure_floats(FRAMES);
    struct rt_adsr adsr = { 0 };

    adsr_start(&adsr, &PARAMS, RATE, GATE);
    adsr_run(&adsr, &PARAMS, RATE, level, FRAMES);
    for (int i = 0; i < FRAMES; i++) {
        double should = i < A          ? (i + 1.0) / A
                        : i < A + D    ? fall_between(1, 0.4, (i + 1.0 - A) / D)
                        : i < GATE     ? 0.4
                        : i < GATE + R ? fall_between(0.4, 0, (i + 1.0 - GATE) / R)
                                       : 0;
        measure_near((double)level[i], should, 1e-6);
    }
    assert_true(level[A - 1] >= 1 && level[A - 2] < 1 && level[A] < 1);
    assert_true(level[GATE + R - 2] > 0 && level[GATE + R - 1] <= 0);
    assert_true(adsr_is_idle(&adsr));
    free(level);
}

CLAIM(long_and_short_times_are_exact)
{
    static const float TIME[] = { 0.0005f, 0.0123f, 1, 20 };

    for (int r = 0; r < MEASURE_RATE_COUNT; r += 2)
        for (int i = 0; i < 4; i++) {
            struct adsr_params params = { TIME[i], TIME[i], 0, 1 };
            uint32_t rate = MEASURE_RATES[r], length = (uint32_t)lround((double)TIME[i] * rate);
            float *level = measure_floats(2 * length + 2);
            struct rt_adsr adsr = { 0 };
            adsr_start(&adsr, &params, rate, UINT32_MAX);
            adsr_run(&adsr, &params, rate, level, 2 * length + 2);
            measure_near((double)level[length - 1], 1, 0);
            measure_near((double)level[length + length / 2 - 1], fall_between(1, 0, (double)(length / 2) / length),
                         1e-6);
            assert_true(level[2 * length - 2] > 0 && level[2 * length - 1] <= 0);
            assert_true(adsr_is_idle(&adsr));
            free(level);
        }
}

CLAIM(a_gate_that_ends_in_the_attack_releases_from_there)
{
    float level[12000];
    struct rt_adsr adsr = { 0 };

    adsr_start(&adsr, &PARAMS, 48000, 240);
    adsr_run(&adsr, &PARAMS, 48000, level, 12000);
    measure_near((double)level[239], 0.5, 1e-6);
    measure_near((double)level[240 + 4799], fall_between(0.5, 0, 0.5), 1e-6);
    assert_true(level[240 + 9598] > 0 && level[240 + 9599] <= 0);
}

/* Started again in every segment: no step between two frames is larger than in the steepest segment. */
CLAIM(starting_again_makes_no_step)
{
    struct rt_adsr adsr = { 0 };
    float before = 0, level;

    for (int i = 0; i < 60000; i++) {
        if (i % 1237 == 0)
            adsr_start(&adsr, &PARAMS, 48000, i % 3 ? 600 : UINT32_MAX);
        if (i % 3001 == 0)
            adsr.gate = 0;
        adsr_run(&adsr, &PARAMS, 48000, &level, 1);
        assert_true(fabsf(level - before) <= 1.0f / 480 + 1e-6f);
        before = level;
    }
}

CLAIM(blocks_change_nothing)
{
    enum { FRAMES = 20000 };
    static const uint32_t BLOCK[] = { 1, 7, 64, 1000 };
    float *whole = measure_floats(FRAMES), *cut = measure_floats(FRAMES);

    struct rt_adsr adsr = { 0 };
    adsr_start(&adsr, &PARAMS, 44100, 7000);
    adsr_run(&adsr, &PARAMS, 44100, whole, FRAMES);
    for (int b = 0; b < 4; b++) {
        adsr = (struct rt_adsr){ 0 };
        adsr_start(&adsr, &PARAMS, 44100, 7000);
        for (uint32_t done = 0, n; done < FRAMES; done += n) {
            n = FRAMES - done < BLOCK[b] ? FRAMES - done : BLOCK[b];
            adsr_run(&adsr, &PARAMS, 44100, cut + done, n);
        }
        assert_memory_equal(whole, cut, FRAMES * sizeof(*cut));
    }
    free(whole), free(cut);
}

CLAIM(a_damaged_state_gives_bounded_output)
{
    struct adsr_params bad = { NAN, -1, INFINITY, NAN };
    uint32_t seed = 5;
    float level[4096];

    for (int round = 0; round < 200; round++) {
        uint8_t bytes[sizeof(struct rt_adsr)];
        struct rt_adsr adsr;
        for (size_t i = 0; i < sizeof(bytes); i++)
            seed = seed * 1664525u + 1013904223u, bytes[i] = round ? (uint8_t)(seed >> 24) : 0xff;
        memcpy(&adsr, bytes, sizeof(adsr));
        adsr_run(&adsr, &bad, 48000, level, 4096);
        assert_true(adsr.left <= 20 * 48000);
        adsr_start(&adsr, &bad, 48000, 100);
        adsr_run(&adsr, &bad, 48000, level, 4096);
        for (int i = 0; i < 4096; i++)
            assert_true(level[i] >= 0 && level[i] <= 1);
        assert_true(adsr_is_idle(&adsr));
    }
}
