/* Pitch, spectrum and aliases of the oscillator. */
#include "services/audio/dsp/oscillator.h"
#include "tests/unit/audio/measure.h"
#include "tests/unit/claim.h"

CLAIM(a_sine_is_a_sine)
{
    double worst = 0;

    for (int i = 0; i < 40; i++) {
        struct oscillator_params params = { OSCILLATOR_SINE, 20.0f * powf(1.17f, (float)i) };
        struct oscillator oscillator = { 0 };
        float x[4800];
        oscillator_run(&oscillator, &params, 48000, x, 4800);
        for (int n = 0; n < 4800; n++)
            worst = fmax(worst, fabs((double)x[n] - sin(MEASURE_TURN * fmod((double)params.hz / 48000 * n, 1))));
    }
    printf("# figure: oscillator: sine off by %.1f dB\n", measure_db(worst));
    assert_true(worst < 1e-6);
}

/* After a thousand hours the phase is still right. */
CLAIM(pitch_is_exact_over_long_times)
{
    enum { HOURS = 1000 };
    struct oscillator_params params = { OSCILLATOR_SINE, 440 };
    struct oscillator oscillator = { 0 };
    float x[48];

    oscillator_run(&oscillator, &params, 48000, x, 1);
    oscillator.phase *= (uint64_t)HOURS * 3600 * 48000; /* the sum of that many frames */
    oscillator_run(&oscillator, &params, 48000, x, 48);
    for (int n = 0; n < 48; n++)
        measure_near((double)x[n], sin(MEASURE_TURN * 440 / 48000 * n), 1e-5);
}

/* Amplitude of harmonic n in the ideal wave. */
static double ideal_harmonic(enum oscillator_shape shape, int n)
{
    double pi = MEASURE_TURN / 2;

    if (shape == OSCILLATOR_SAW)
        return 2 / (pi * n);
    if (shape == OSCILLATOR_PULSE)
        return n % 2 ? 4 / (pi * n) : 0;
    return n % 2 ? 8 / (pi * pi * n * n) : 0;
}

/* The gain of the B-spline's transform. */
static double soften_step(double turns)
{
    return pow(sin(MEASURE_TURN / 2 * turns) / (MEASURE_TURN / 2 * turns), 4);
}

/* Harmonics have the ideal amplitudes times the B-spline's transform, sinc^4. */
CLAIM(harmonics_have_their_amplitudes)
{
    enum { FRAMES = 48000 };

    for (int shape = OSCILLATOR_SAW; shape <= OSCILLATOR_TRIANGLE; shape++) {
        struct oscillator_params params = { (enum oscillator_shape)shape, 441 };
        struct oscillator oscillator = { 0 };
        float *x = measure_floats(FRAMES);
        oscillator_run(&oscillator, &params, 48000, x, FRAMES);
        for (int n = 1; n * 441 < 12000; n++) {
            double turns = n * 441.0 / 48000;
            measure_near(measure_tone(x, FRAMES, turns), ideal_harmonic(params.shape, n) * soften_step(turns), 2e-4);
        }
        measure_near(cabs(measure_at(x, FRAMES, 0)) / FRAMES, 0, 1e-4);
        free(x);
    }
}

/* Everything between the harmonics is alias. Gives the highest alias below 16 kHz, relative to the fundamental, and the
 * alias that the formula of the spline allows. */
static void worst_alias(enum oscillator_shape shape, double hz, double *is, double *should)
{
    enum { FRAMES = 1 << 15, RATE = 48000 };
    struct oscillator_params params = { shape, (float)hz };
    struct oscillator oscillator = { 0 };
    float *x = measure_floats(FRAMES);
    double base = ideal_harmonic(shape, 1) * soften_step(hz / RATE);

    *is = *should = 0;
    oscillator_run(&oscillator, &params, RATE, x, FRAMES);
    for (int n = 2; n < 300; n++) {
        double f = n * (double)params.hz, folded = fabs(f - RATE * round(f / RATE));
        double apart = fabs(remainder(folded, (double)params.hz));
        if (f < RATE / 2 || folded > 16000 || folded < 20 || apart < 20)
            continue;
        *is = fmax(*is, measure_tone(x, FRAMES, folded / RATE) / base);
        *should = fmax(*should, ideal_harmonic(shape, n) * soften_step(f / RATE) / base);
    }
    free(x);
}

CLAIM(aliases_are_as_low_as_the_spline_makes_them)
{
    static const double HZ[] = { 221.3, 987.7, 1979.3, 3951.1 };
    static const char *const NAME[] = { "", "saw", "square", "triangle" };
    double is, should;

    for (int shape = OSCILLATOR_SAW; shape <= OSCILLATOR_TRIANGLE; shape++)
        for (int i = 0; i < 4; i++) {
            worst_alias((enum oscillator_shape)shape, HZ[i], &is, &should);
            printf("# figure: oscillator: %s at %.0f Hz: aliases below 16 kHz at %.1f dB\n", NAME[shape], HZ[i],
                   measure_db(is));
            assert_true(is < should * 1.05 + 3e-6);
            assert_true(measure_db(is) < -47);
        }
}

CLAIM(noise_is_white_and_even)
{
    enum { FRAMES = 1 << 18 };
    struct oscillator_params params = { OSCILLATOR_NOISE, 440 };
    struct oscillator oscillator = { 0 };
    float *x = measure_floats(FRAMES);
    double mean = 0;

    oscillator_run(&oscillator, &params, 48000, x, FRAMES);
    for (int i = 0; i < FRAMES; i++)
        mean += (double)x[i] / FRAMES;
    measure_near(mean, 0, 5 * sqrt(1 / 3.0 / FRAMES));
    measure_near(measure_energy(x, FRAMES) / FRAMES, 1 / 3.0, 0.005);
    assert_true(measure_peak(x, FRAMES) <= 1);
    for (int lag = 1; lag < 100; lag++) {
        double sum = 0;
        for (int i = lag; i < FRAMES; i++)
            sum += (double)x[i] * (double)x[i - lag];
        measure_near(sum / FRAMES, 0, 6 / 3.0 / sqrt(FRAMES));
    }
    free(x);
}

CLAIM(it_stays_in_its_bounds_at_every_pitch)
{
    float x[2048];

    for (int shape = 0; shape <= OSCILLATOR_SHAPES; shape++)
        for (int i = 0; i < 60; i++) {
            const float HZ[] = { NAN, -1, 0, 1e9f, INFINITY };
            struct oscillator_params params = { (enum oscillator_shape)shape, i < 5 ? HZ[i] : powf(1.2f, (float)i) };
            struct oscillator oscillator = { 0 };
            oscillator_run(&oscillator, &params, 48000, x, 2048);
            for (int n = 0; n < 2048; n++)
                assert_true(fabsf(x[n]) <= 2.01f);
        }
}

CLAIM(blocks_change_nothing)
{
    enum { FRAMES = 6000 };
    float *whole = measure_floats(FRAMES), *cut = measure_floats(FRAMES);

    for (int shape = 0; shape < OSCILLATOR_SHAPES; shape++) {
        struct oscillator_params params = { (enum oscillator_shape)shape, 1234.5f };
        struct oscillator one = { 0 }, two = { 0 };
        oscillator_run(&one, &params, 44100, whole, FRAMES);
        for (int i = 0; i < FRAMES; i++)
            oscillator_run(&two, &params, 44100, cut + i, 1);
        assert_memory_equal(whole, cut, FRAMES * sizeof(*cut));
        assert_memory_equal(&one, &two, sizeof(one));
    }
    free(whole), free(cut);
}
