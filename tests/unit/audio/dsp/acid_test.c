/* The acid filter answers small signals with its formula, is bounded at any resonance, and its envelope falls as
 * specified. */
#include "services/audio/dsp/acid.h"
#include "tests/unit/audio/measure.h"
#include "tests/unit/claim.h"

static double complex response_of(const struct acid_params *p, double cutoff, double f, double rate)
{
    double complex s = I * tan(MEASURE_TURN / 2 * f / rate) / tan(MEASURE_TURN / 2 * cutoff / rate);
    double k = 4 * (double)p->res;
    double complex wet = sqrt(1 + 9 * (double)p->drive) * pow(1 + k, (double)p->vol_comp) / (cpow(1 + s, 4) + k);

    return (double)p->mix * wet + 1 - (double)p->mix;
}

static double worst_error(const struct acid_params *params, uint32_t rate)
{
    static const double AT[] = { 0.0005, 0.002, 0.01, 0.03, 0.07, 0.1, 0.2 };
    enum { FRAMES = 1 << 18 };
    struct acid acid = { 0 };
    float *x = measure_floats(2 * FRAMES);
    double worst = 0;

    x[0] = 0.001f; /* so small that nothing is distorted */
    acid_run(&acid, params, rate, x, x + FRAMES, FRAMES);
    for (size_t i = 0; i < sizeof(AT) / sizeof(*AT); i++) {
        double complex should = response_of(params, (double)params->cutoff, AT[i] * rate, rate);
        worst = fmax(worst, cabs(measure_at(x, FRAMES, AT[i]) * 1000 - should) / fmax(cabs(should), 0.01));
    }
    assert_true(measure_peak(x + FRAMES, FRAMES) <= 0);
    free(x);
    return worst;
}

CLAIM(small_signals_have_the_formulas_response)
{
    static const float CUTOFF[] = { 100, 700, 1500, 6000 }, RES[] = { 0, 0.45f, 0.8f, 0.95f }, MIX[] = { 1, 0.4f };
    double worst = 0;

    for (int c = 0; c < 4; c++)
        for (int q = 0; q < 4; q++)
            for (int m = 0; m < 2; m++)
                for (int r = 0; r < 3; r++) {
                    struct acid_params params = ACID_DEFAULTS;
                    params.cutoff = CUTOFF[c], params.res = RES[q], params.mix = MIX[m];
                    worst = fmax(worst, worst_error(&params, MEASURE_RATES[r * 2]));
                }
    printf("# figure: acid: response off by %.4f dB at most\n", measure_db(1 + worst));
    assert_true(worst < 0.01);
}

/* At res 1 the filter oscillates by itself near the cutoff, with a steady level. */
CLAIM(at_full_resonance_the_filter_oscillates_and_stays_bounded)
{
    enum { FRAMES = 192000 };
    struct acid_params params = ACID_DEFAULTS;
    struct acid acid = { 0 };
    float *x = measure_floats(2 * FRAMES);

    params.res = 1, params.cutoff = 1000, params.vol_comp = 0, params.drive = 1;
    for (int i = 0; i < 100; i++)
        x[i] = i % 2 ? 1000 : -1000;
    acid_run(&acid, &params, 48000, x, x + FRAMES, FRAMES);
    assert_true(measure_peak(x, FRAMES) < 2);
    double early = measure_tone(x + 24000, 24000, 1000.0 / 48000),
           late = measure_tone(x + 168000, 24000, 1000.0 / 48000);
    assert_true(early > 1e-3 && late > early / 3 && late < early * 1.01);
    free(x);
}

CLAIM(loud_signals_are_bounded_whatever_the_setting)
{
    enum { FRAMES = 4800 };
    uint32_t seed = 3;

    for (int round = 0; round < 200; round++) {
        struct acid acid = { 0 };
        float *x = measure_noise(2 * FRAMES, 100), value[7];
        for (int i = 0; i < 7; i++)
            seed = seed * 1664525u + 1013904223u, value[i] = (float)(seed >> 8) * 0x1p-24f;
        struct acid_params params = { value[0] * 40000, value[1], value[2] * 20000, value[3], value[4], 1, value[6] };
        acid_note(&acid, value[5] * 20000);
        acid_run(&acid, &params, MEASURE_RATES[round % MEASURE_RATE_COUNT], x, x + FRAMES, FRAMES);
        assert_true(measure_peak(x, 2 * FRAMES) <= 5 * 1.7); /* (1 + k)^1, and the overshoot of a filter */
        free(x);
    }
}

/* The envelope falls by 60 dB in `decay`, and the filter has the specified cutoff. */
CLAIM(the_envelope_opens_the_filter_and_falls)
{
    struct acid_params params = ACID_DEFAULTS;
    struct acid acid = { 0 };
    float left[4800] = { 0 }, right[4800] = { 0 };

    acid_note(&acid, 0);
    params.decay = 0.2f;
    for (int i = 1; i <= 4; i++) {
        acid_run(&acid, &params, 48000, left, right, 2400);
        measure_near(20 * log10((double)acid.envelope), -60 * i * 0.05 / 0.2, 0.01);
    }
    for (int accent = 0; accent < 2; accent++) {
        enum { FRAMES = 1 << 14 };
        float *x = measure_floats(2 * FRAMES);
        struct acid_params slow = ACID_DEFAULTS;
        slow.decay = 10, slow.res = 0.3f;
        acid = (struct acid){ 0 };
        acid_note(&acid, accent ? 1500 : 0);
        x[0] = 0.001f;
        acid_run(&acid, &slow, 48000, x, x + FRAMES, FRAMES);
        double should = cabs(response_of(&slow, accent ? 5500 : 4000, 3000, 48000));
        measure_near(cabs(measure_at(x, FRAMES, 3000.0 / 48000)) * 1000, should, should * 0.01);
        free(x);
    }
}

CLAIM(vol_comp_restores_the_bass)
{
    for (int i = 0; i < 3; i++) {
        struct acid_params params = ACID_DEFAULTS;
        struct acid acid = { 0 };
        float *x = measure_cosine(96000, 20.0 / 48000, 0.001), *y = measure_cosine(96000, 20.0 / 48000, 0.001);
        params.res = 0.75f, params.vol_comp = (float)i / 2, params.drive = 0;
        acid_run(&acid, &params, 48000, x, y, 96000);
        measure_near(measure_db(measure_tone(x + 48000, 48000, 20.0 / 48000) / 0.001), measure_db(0.25) * (1 - i / 2.0),
                     0.05);
        free(x), free(y);
    }
}
