/* The limiter: nothing above the ceiling, nothing changed below it. */
#include "services/audio/dsp/limiter.h"
#include "tests/unit/audio/measure.h"
#include "tests/unit/claim.h"

struct rig {
    struct limiter limiter;
};

static void run_limiter(void *made, float *left, float *right, uint32_t frames)
{
    struct rig *rig = made;

    limiter_repair(&rig->limiter);
    limiter_run(&rig->limiter, 0.5f, 48000, left, right, frames);
}
static const struct measure_rig RIG = { sizeof(struct rig), sizeof(struct limiter), run_limiter };

/* Impulses, bursts, square waves, 40 dB over, moving ceilings: |out| <= ceiling, without exception. */
CLAIM(nothing_is_ever_above_the_ceiling)
{
    enum { FRAMES = 4096 };
    uint32_t seed = 17;

    for (int round = 0; round < 150; round++) {
        struct rig *rig = measure_new(&RIG);
        float *x = measure_noise(2 * FRAMES, pow(10, round % 5 - 2));
        for (int i = 0; i < 2 * FRAMES; i++) {
            seed = seed * 1664525u + 1013904223u;
            if (round % 3 == 0)
                x[i] = seed >> 24 == 0 ? (float)(int32_t)seed * 0x1p-25f : 0;
            else if (round % 3 == 1)
                x[i] *= (float)(i / 300 % 4);
        }
        for (uint32_t i = 0; i < FRAMES; i += 64) {
            float ceiling = round % 2 ? 0.9f : 0.05f + (float)(i % 1000) / 1100;
            limiter_run(&rig->limiter, ceiling, MEASURE_RATES[round % 5], x + i, x + FRAMES + i, 64);
            assert_true(measure_peak(x + i, 64) <= (double)ceiling &&
                        measure_peak(x + FRAMES + i, 64) <= (double)ceiling);
        }
        free(x), free(rig);
    }
}

/* A quiet copy of the loud channel gets the same gain, and is never clipped. So it shows that the gain alone is enough
 * for every peak, in any sequence of peaks. */
CLAIM(the_gain_alone_holds_the_ceiling)
{
    enum { FRAMES = 96000 };

    for (int round = 0; round < 4; round++) {
        struct rig *rig = measure_new(&RIG);
        float *x = measure_noise(2 * FRAMES, 4), *loud = x + FRAMES;
        for (int i = 0; i < FRAMES; i++) {
            loud[i] *= round < 2 ? (fabsf(loud[i]) > 3.9f) : (float)((i >> (8 + round)) % 5) / 4;
            x[i] = loud[i] * 0x1p-10f;
        }
        limiter_run(&rig->limiter, 0.5f, round % 2 ? 44100 : 192000, x, loud, FRAMES);
        assert_true(measure_peak(x, FRAMES) * 0x1p10 <= 0.5 * (1 + 1e-5));
        assert_true(measure_peak(loud, FRAMES) > 0.49);
        free(x), free(rig);
    }
}

/* No frame is late, the ceiling is kept, every bit below it passes, and after a peak the limiter recovers to the
 * bit. */
CLAIM(below_the_ceiling_every_bit_passes_at_once)
{
    enum { FRAMES = 96000 };
    struct rig *rig = measure_new(&RIG);
    float *in = measure_noise(2 * FRAMES, 0.4), *out = measure_noise(2 * FRAMES, 0.4);

    in[1000] = out[1000] = 2;
    for (uint32_t i = 0; i < FRAMES; i += 96)
        limiter_run(&rig->limiter, 0.5f, 48000, out + i, out + FRAMES + i, 96);
    assert_memory_equal(out, in, 1000 * sizeof(*in));
    assert_true(measure_peak(out, 2 * FRAMES) <= 0.5);
    measure_near((double)out[1000], 0.5, 1e-6);
    measure_near((double)out[1000 + 3840] / (double)in[1000 + 3840], 1 - 0.75 * exp(-1), 0.001);
    assert_memory_equal(out + 90000, in + 90000, 6000 * sizeof(*in));
    free(in), free(out), free(rig);
}

/* A sine 12 dB over the ceiling comes out at the ceiling, still as a sine. */
CLAIM(a_loud_sine_stays_a_sine)
{
    enum { FRAMES = 48000 };
    struct rig *rig = measure_new(&RIG);
    float *x = measure_cosine(2 * FRAMES, 50.0 / 48000, 2);
    double amplitude;

    limiter_run(&rig->limiter, 0.5f, 48000, x, x + FRAMES, FRAMES);
    double snr = measure_snr(x + 4800, FRAMES - 4800, 50.0 / 48000, &amplitude);
    printf("# figure: limiter: 50 Hz, 12 dB over, keep %.1f dB of signal to noise\n", snr);
    assert_true(amplitude >= 0.5 && amplitude < 0.55); /* its tops are a little flat */
    assert_true(snr > 20);
    free(x), free(rig);
}

/* The distortion of a sine above the ceiling: harmonics and noise. */
CLAIM(a_loud_sine_is_distorted_by_no_more)
{
    static const struct measure_loud LOUD[] = {
        { 50, 6, 3.5 }, { 100, 6, 2 }, { 100, 12, 5 }, { 997, 6, 0.25 }, { 997, 12, 0.6 }
    };

    for (size_t i = 0; i < sizeof(LOUD) / sizeof(*LOUD); i++)
        measure_distortion("at once", &RIG, &LOUD[i]);
}
