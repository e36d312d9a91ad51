/* measure.h: measurements for the tests of the audio units: tones, energies, and the two laws of all units: the cutting
 * of audio into blocks changes nothing, and damage does not last. */
#ifndef LOOPHOLE_TESTS_AUDIO_MEASURE_H
#define LOOPHOLE_TESTS_AUDIO_MEASURE_H

#include <complex.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double MEASURE_TURN = 6.28318530717958647692;
static const uint32_t MEASURE_RATES[] = { 22050, 44100, 48000, 96000, 192000 };
enum { MEASURE_RATE_COUNT = 5 };

static inline void measure_near(double is, double should, double by)
{
    if (!(fabs(is - should) <= by))
        fail_msg("%.9g, expected %.9g within %.3g", is, should, by);
}

static inline double measure_db(double amplitude)
{
    return 20 * log10(amplitude > 1e-20 ? amplitude : 1e-20);
}

static inline float *measure_floats(size_t count)
{
    float *x = calloc(count, sizeof(*x));

    assert_non_null(x);
    return x;
}

/* amplitude x cos(turns n + phase) */
static inline float *measure_cosine(size_t frames, double turns, double amplitude)
{
    float *x = measure_floats(frames);

    for (size_t i = 0; i < frames; i++)
        x[i] = (float)(amplitude * cos(MEASURE_TURN * fmod(turns * (double)i, 1)));
    return x;
}

/* White, uniform in -amplitude..amplitude, the same each time. */
static inline float *measure_noise(size_t frames, double amplitude)
{
    float *x = measure_floats(frames);
    uint32_t seed = 12345;

    for (size_t i = 0; i < frames; i++) {
        seed = seed * 1664525u + 1013904223u;
        x[i] = (float)(amplitude * ((double)seed / 0x1p31 - 1));
    }
    return x;
}

static inline double measure_energy(const float *x, size_t frames)
{
    double sum = 0;

    for (size_t i = 0; i < frames; i++)
        sum += (double)x[i] * (double)x[i];
    return sum;
}

static inline double measure_peak(const float *x, size_t frames)
{
    double most = 0;

    for (size_t i = 0; i < frames; i++)
        most = fmax(most, fabs((double)x[i]));
    return most;
}

/* The sum of x times a rotating phasor: the Fourier transform at one frequency. */
static inline double complex measure_at(const float *x, size_t frames, double turns)
{
    double complex sum = 0, turn = cexp(-I * MEASURE_TURN * turns), pointer = 1;

    for (size_t i = 0; i < frames; i++) {
        if (i % 1024 == 0)
            pointer = cexp(-I * MEASURE_TURN * fmod(turns * (double)i, 1));
        sum += (double)x[i] * pointer;
        pointer *= turn;
    }
    return sum;
}

/* The same under the square of a Hann window, scaled to a cosine's amplitude: a signal 10 / frames away from the
 * frequency is 100 dB lower. */
static inline double measure_tone(const float *x, size_t frames, double turns)
{
    double complex sum = 0, turn = cexp(-I * MEASURE_TURN * turns), pointer = 1;
    double complex window_turn = cexp(I * MEASURE_TURN / (double)frames), window = 1;

    for (size_t i = 0; i < frames; i++) {
        if (i % 1024 == 0) {
            pointer = cexp(-I * MEASURE_TURN * fmod(turns * (double)i, 1));
            window = cexp(I * MEASURE_TURN * ((double)i + 0.5) / (double)frames);
        }
        double hann = (1 - creal(window)) / 2;
        sum += (double)x[i] * hann * hann * pointer;
        pointer *= turn;
        window *= window_turn;
    }
    return 2 * cabs(sum) / (double)frames * 8 / 3;
}

/* The best-fitting sine of that frequency is the signal, the rest is noise. Returns dB; *amplitude may be NULL. */
static inline double measure_snr(const float *x, size_t frames, double turns, double *amplitude)
{
    double cc = 0, ss = 0, cs = 0, xc = 0, xs = 0, noise = 0;

    for (size_t i = 0; i < frames; i++) {
        double a = MEASURE_TURN * fmod(turns * (double)i, 1), c = cos(a), s = sin(a);
        cc += c * c, ss += s * s, cs += c * s, xc += (double)x[i] * c, xs += (double)x[i] * s;
    }
    double det = cc * ss - cs * cs, p = (xc * ss - xs * cs) / det, q = (xs * cc - xc * cs) / det;
    for (size_t i = 0; i < frames; i++) {
        double a = MEASURE_TURN * fmod(turns * (double)i, 1), rest = (double)x[i] - p * cos(a) - q * sin(a);
        noise += rest * rest;
    }
    if (amplitude)
        *amplitude = hypot(p, q);
    return 10 * log10((p * p + q * q) / 2 * (double)frames / (noise > 1e-30 ? noise : 1e-30));
}

/* A unit with its lines in one block of memory; run works in place on a stereo block. All zero is its initial state. */
struct measure_rig {
    size_t bytes, state; /* of everything; of the unit's struct, which comes first */
    void (*run)(void *rig, float *left, float *right, uint32_t frames);
};

static inline void *measure_new(const struct measure_rig *rig)
{
    void *made = calloc(1, rig->bytes);

    assert_non_null(made);
    return made;
}

static inline void measure_blocks(const struct measure_rig *rig, uint32_t block, float *left, float *right,
                                  uint32_t frames)
{
    void *made = measure_new(rig);

    for (uint32_t done = 0, n; done < frames; done += n) {
        n = frames - done < block ? frames - done : block;
        rig->run(made, left + done, right + done, n);
    }
    free(made);
}

/* The result is the same to the bit for any blocks. */
static inline void measure_blocks_change_nothing(const struct measure_rig *rig)
{
    static const uint32_t BLOCK[] = { 1, 7, 64, 480, 1000 };
    enum { FRAMES = 8192 };

    float *in = measure_noise(2 * FRAMES, 0.9), *whole = measure_floats(2 * FRAMES), *cut = measure_floats(2 * FRAMES);
    memcpy(whole, in, 2 * FRAMES * sizeof(*in));
    measure_blocks(rig, FRAMES, whole, whole + FRAMES, FRAMES);
    assert_true(measure_peak(whole, 2 * FRAMES) > 0.001);
    for (size_t b = 0; b < sizeof(BLOCK) / sizeof(*BLOCK); b++) {
        memcpy(cut, in, 2 * FRAMES * sizeof(*in));
        measure_blocks(rig, BLOCK[b], cut, cut + FRAMES, FRAMES);
        assert_memory_equal(whole, cut, 2 * FRAMES * sizeof(*in));
    }
    free(in), free(whole), free(cut);
}

/* A sine `over` dB above a ceiling of 0.5, and the distortion that a limiter may add to it. */
struct measure_loud {
    double hertz, over, percent;
};

/* THD and noise of the output of a limiter with this ceiling at 48 kHz, after its gain has settled. */
static inline void measure_distortion(const char *name, const struct measure_rig *rig, const struct measure_loud *loud)
{
    enum { FRAMES = 96000, SETTLED = 48000 };
    float *x = measure_cosine(2 * FRAMES, loud->hertz / 48000, 0.5 * pow(10, loud->over / 20));
    void *made = measure_new(rig);
    double percent;

    memcpy(x + FRAMES, x, FRAMES * sizeof(*x));
    rig->run(made, x, x + FRAMES, FRAMES);
    percent = 100 * pow(10, -measure_snr(x + SETTLED, FRAMES - SETTLED, loud->hertz / 48000, NULL) / 20);
    printf("# figure: limiter %s: %g Hz, %g dB over, THD+N %.3f %%\n", name, loud->hertz, loud->over, percent);
    assert_true(percent <= loud->percent);
    free(x), free(made);
}

/* After `seconds` of silence at 48 kHz, the output is finite and quiet. */
static inline void measure_is_quiet_after(const struct measure_rig *rig, void *made, uint32_t seconds)
{
    enum { BLOCK = 480 };
    float left[BLOCK], right[BLOCK];

    for (uint32_t i = 0; i < seconds * 100; i++) {
        memset(left, 0, sizeof(left)), memset(right, 0, sizeof(right));
        rig->run(made, left, right, BLOCK);
    }
    for (uint32_t i = 0; i < BLOCK; i++)
        assert_true(fabsf(left[i]) < 1e-3f && fabsf(right[i]) < 1e-3f);
}

/* For inputs that are not numbers, infinite or the largest floats, the output is finite, and it ends. */
static inline void measure_damage_does_not_stay(const struct measure_rig *rig, uint32_t seconds)
{
    enum { FRAMES = 512 };
    const float BAD[] = { NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 1e-42f, 1000, -1000 };
    float left[FRAMES], right[FRAMES];
    void *made = measure_new(rig);

    for (int i = 0; i < FRAMES; i++)
        left[i] = BAD[i % 8], right[i] = BAD[(i / 3) % 8];
    rig->run(made, left, right, FRAMES);
    for (int i = 0; i < FRAMES; i++)
        assert_true(isfinite(left[i]) && isfinite(right[i]));
    measure_is_quiet_after(rig, made, seconds);
    free(made);
}

/* A unit that dies in the middle of a period: from the last complete state, its successor makes the same audio to the
 * bit, whatever the dead unit wrote into the lines. */
static inline void measure_a_period_can_be_run_again(const struct measure_rig *rig)
{
    enum { PERIOD = 8192 };
    void *whole = measure_new(rig), *dead = measure_new(rig), *kept = malloc(rig->state);
    float *x = measure_noise(4 * PERIOD, 1), *y = measure_noise(4 * PERIOD, 1), *z = measure_noise(4 * PERIOD, 1);

    assert_non_null(kept);
    rig->run(whole, x, x + 2 * PERIOD, PERIOD);
    rig->run(dead, y, y + 2 * PERIOD, PERIOD);
    memcpy(kept, dead, rig->state);
    rig->run(dead, z, z + 3 * PERIOD, PERIOD);
    memcpy(dead, kept, rig->state);
    rig->run(whole, x + PERIOD, x + 3 * PERIOD, PERIOD);
    rig->run(dead, y + PERIOD, y + 3 * PERIOD, PERIOD);
    assert_memory_equal(x, y, 4 * PERIOD * sizeof(*x));
    free(x), free(y), free(z), free(whole), free(dead), free(kept);
}

/* The unit recovers from any bytes as its state. */
static inline void measure_any_state_recovers(const struct measure_rig *rig, uint32_t seconds)
{
    uint32_t seed = 99;

    for (int round = 0; round < 40; round++) {
        uint8_t *made = measure_new(rig);
        for (size_t i = 0; i < rig->state; i++)
            seed = seed * 1664525u + 1013904223u, made[i] = round == 0 ? 0xff : (uint8_t)(seed >> 24);
        measure_is_quiet_after(rig, made, seconds);
        free(made);
    }
}

#endif
