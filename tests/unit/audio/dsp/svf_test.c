/* The filter's measured response is that of its formula; it is stable at any cutoff, and while the cutoff moves. */
#include "services/audio/dsp/svf.h"
#include "tests/unit/audio/measure.h"
#include "tests/unit/claim.h"

static double complex response_of(const struct svf_params *p, double f, double rate)
{
    double complex s = I * tan(MEASURE_TURN / 2 * f / rate) / tan(MEASURE_TURN / 2 * (double)p->cutoff / rate);
    double k = 1 / (double)p->q;

    return 1 / (s * s + k * s + 1);
}

/* The transform of an impulse response that is long enough to have ended, compared with the formula. */
static double worst_error(const struct svf_params *params, uint32_t rate)
{
    static const double AT[] = { 0.0005, 0.002, 0.01, 0.03, 0.07, 0.1, 0.2, 0.3, 0.4, 0.48 };
    enum { FRAMES = 1 << 18 };
    struct svf svf = { 0 };
    float *x = measure_floats(FRAMES);
    double worst = 0;

    x[0] = 1;
    svf_run(&svf, params, rate, x, NULL, FRAMES);
    for (size_t i = 0; i < sizeof(AT) / sizeof(*AT); i++) {
        double complex should = response_of(params, AT[i] * rate, rate), is = measure_at(x, FRAMES, AT[i]);
        worst = fmax(worst, cabs(is - should) / fmax(cabs(should), 0.01));
    }
    free(x);
    return worst;
}

CLAIM(its_response_is_the_formula)
{
    static const float CUTOFF[] = { 40, 150, 1000, 8000 }, Q[] = { 0.5f, 0.707f, 2, 20 };
    double worst = 0;

    for (int c = 0; c < 4; c++)
        for (int q = 0; q < 4; q++)
            for (int r = 0; r < 3; r++) {
                struct svf_params params = { CUTOFF[c], Q[q] };
                worst = fmax(worst, worst_error(&params, MEASURE_RATES[r * 2]));
            }
    printf("# figure: svf: response off by %.4f dB at most\n", measure_db(1 + worst));
    assert_true(worst < 0.01);
}

CLAIM(resonance_is_the_gain_at_the_cutoff)
{
    for (int i = 0; i < 3; i++) {
        static const float Q[] = { 1, 10, 50 };
        struct svf_params params = { 2000, Q[i] };
        struct svf svf = { 0 };
        float *x = measure_cosine(96000, 2000.0 / 48000, 0.01);
        svf_run(&svf, &params, 48000, x, NULL, 96000);
        measure_near(measure_tone(x + 72000, 24000, 2000.0 / 48000), 0.01 * (double)Q[i], 0.01 * (double)Q[i] * 0.005);
        free(x);
    }
}

/* Cutoffs from end to end, any q, a new one every 5 frames, on noise: bounded, and silent afterwards. */
CLAIM(it_is_stable_at_every_cutoff_and_while_it_moves)
{
    enum { FRAMES = 48000 };
    struct svf svf = { 0 };
    float *left = measure_noise(2 * FRAMES, 1), *right = left + FRAMES;
    uint32_t seed = 7;

    for (uint32_t i = 0; i < FRAMES; i += 5) {
        seed = seed * 1664525u + 1013904223u;
        struct svf_params params = { expf((float)(seed >> 12 & 0xfff) / 4096 * 12),
                                     0.2f + (float)(seed >> 4 & 0xff) / 4 };
        svf_run(&svf, &params, 48000, left + i, right + i, 5);
    }
    assert_true(measure_peak(left, 2 * FRAMES) < 200);
    free(left);
    struct svf_params edge = { 1e9f, 50 };
    for (int r = 0; r < MEASURE_RATE_COUNT; r++) {
        float *x = measure_noise(200000, 1);
        memset(x + 100000, 0, 100000 * sizeof(*x));
        svf = (struct svf){ 0 };
        svf_run(&svf, &edge, MEASURE_RATES[r], x, NULL, 200000);
        assert_true(measure_peak(x, 100000) < 200);
        assert_true(measure_peak(x + 190000, 10000) < 1e-6);
        free(x);
    }
}

/* A cutoff that jumps makes no step: the output for a low sine stays as smooth as a sine. */
CLAIM(a_new_cutoff_makes_no_click)
{
    struct svf svf = { 0 };
    struct svf_params params = { 8000, 0.707f };
    float *x = measure_cosine(9600, 100.0 / 48000, 1);
    double bend = MEASURE_TURN * 100 / 48000;

    svf_run(&svf, &params, 48000, x, NULL, 4800);
    params.cutoff = 1000;
    svf_run(&svf, &params, 48000, x + 4800, NULL, 4800);
    for (int i = 4790; i < 9590; i++)
        assert_true(fabs((double)(x[i] - 2 * x[i + 1] + x[i + 2])) < bend * bend * 10 + 1e-4);
    free(x);
}

CLAIM(mono_is_the_left_of_stereo)
{
    static const struct svf_params PARAMS = { 900, 3 };
    struct svf one = { 0 }, two = { 0 };
    float *a = measure_noise(1000, 1), *b = measure_noise(2000, 1);

    svf_run(&one, &PARAMS, 44100, a, NULL, 1000);
    svf_run(&two, &PARAMS, 44100, b, b + 1000, 1000);
    assert_memory_equal(a, b, 1000 * sizeof(*a));
    free(a), free(b);
}
