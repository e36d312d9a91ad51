/* Whether two prints belong to one sound: changes that a file may have, and changes that make another sound. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/codec.h"
#include "schema_artefact.h"
#include "services/search/duplicates/fingerprint.h"
#include "tests/unit/claim.h"

enum { COUNT = FINGERPRINT_SAMPLES };

struct made {
    struct buffer data;
    struct fingerprint print;
};

static void encode_record(const struct shape *shape, const void *record, struct buffer *data)
{
    buffer_reset(data);
    assert_int_equal(codec_encode(shape, record, data, NULL), ERR_OK);
}

static void as_print(struct made *made, const double *x, uint32_t count)
{
    static uint8_t samples[COUNT];
    struct artefact_print record = { 16000, bytes_of(samples, count) };
    double most = 1e-9;

    for (uint32_t i = 0; i < count; i++)
        most = fmax(most, fabs(x[i]));
    for (uint32_t i = 0; i < count; i++)
        samples[i] = (uint8_t)(int8_t)lround(x[i] / most * 127);
    encode_record(&artefact_print_shape, &record, &made->data);
    assert_true(fingerprint_read(buffer_bytes(&made->data), &made->print));
}

/* A struck sound: four partials and a burst, `from` seconds after its stroke, all `pitch` times as fast. */
static void strike_tone(double *x, uint32_t count, double from, double pitch, uint32_t seed)
{
    static const double HZ[4] = { 180, 415, 1270, 2950 };
    uint32_t noise = seed;

    for (uint32_t i = 0; i < (uint32_t)(from * 16000 + 0.5); i++)
        noise = noise * 1664525 + 1013904223;
    for (uint32_t i = 0; i < count; i++) {
        double t = (from + i / 16000.0) * pitch;
        noise = noise * 1664525 + 1013904223;
        x[i] = 0.5 * exp(-t * 60) * (noise / 2147483648.0 - 1);
        for (int k = 0; k < 4; k++)
            x[i] += exp(-t * (4 + 3 * k)) * sin(2 * M_PI * HZ[k] * t) / (k + 1);
    }
}

static bool are_same(const double *x, uint32_t x_count, const double *y, uint32_t y_count)
{
    static struct made a, b;
    struct fingerprint_bench *bench = fingerprint_bench_new();

    assert_non_null(bench);
    as_print(&a, x, x_count);
    as_print(&b, y, y_count);
    bool same = fingerprint_is_same(bench, &a.print, &b.print);
    assert_int_equal(same, fingerprint_is_same(bench, &b.print, &a.print));
    fingerprint_bench_free(bench);
    return same;
}

CLAIM(a_transform_of_any_size_is_that_of_its_definition)
{
    static struct fourier fourier;
    static struct fourier_signal signal, spare;

    fourier_init(&fourier);
    for (uint32_t size = FOURIER_LEAST; size <= FOURIER_SIZE; size *= 2) {
        const uint32_t bins[] = { 0, 1, 19, size / 3, size - 3 }, filled = size < 300 ? size : 300;
        for (uint32_t i = 0; i < FOURIER_SIZE; i++) {
            signal.re[i] = i < filled ? (float)sin(i * i * 0.01) : 0;
            signal.im[i] = i < filled ? (float)cos(i * 0.3) : 0;
        }
        fourier_transform(&fourier, size, &signal, &spare);
        for (size_t b = 0; b < sizeof(bins) / sizeof(*bins); b++) {
            double re = 0, im = 0;
            for (uint32_t i = 0; i < filled; i++) {
                double turn = -2 * M_PI * i * bins[b] / size, x = sin(i * i * 0.01), y = cos(i * 0.3);
                re += x * cos(turn) - y * sin(turn);
                im += x * sin(turn) + y * cos(turn);
            }
            assert_true(fabs(re - (double)signal.re[bins[b]]) < 0.01);
            assert_true(fabs(im - (double)signal.im[bins[b]]) < 0.01);
        }
    }
}

/* Each length needs a transform of another size. */
CLAIM(equal_and_other_sounds_of_any_length_are_recognised)
{
    static double x[COUNT], y[COUNT];

    for (uint32_t count = 250; count < COUNT; count = count * 3 / 2) {
        strike_tone(x, count, 0, 1, 1);
        strike_tone(y, count, 0.005, 1, 1);
        for (uint32_t i = 0; i < count; i++)
            y[i] = 0.4 * (y[i] + 0.01 * sin(i * i * 0.37) * (i & 1 ? 1 : -1));
        assert_true(are_same(x, count, y, count));
        assert_true(are_same(x, count, y, count - 60));
        strike_tone(y, count, 0, 1.2, 1);
        assert_false(are_same(x, count, y, count));
        for (uint32_t i = 0; i < count; i++)
            y[i] = sin(i * i * 0.001) * exp(-i / 8000.0);
        assert_false(are_same(x, count, y, count));
    }
}

CLAIM(a_trimmed_shifted_and_noisy_copy_is_the_same_sound)
{
    static double x[COUNT], y[COUNT];

    strike_tone(x, COUNT, 0, 1, 1);
    assert_true(are_same(x, COUNT, x, COUNT));
    strike_tone(y, COUNT, 0.02, 1, 1);
    assert_true(are_same(x, COUNT, y, COUNT));
    assert_true(are_same(x, COUNT, y, 4000));
    strike_tone(y, COUNT, 0, 1, 1);
    for (uint32_t i = 0; i < COUNT; i++) /* the error of a coder, mostly high */
        y[i] = 0.3 * (y[i] + 0.01 * sin(i * i * 0.37) * (i & 1 ? 1 : -1));
    assert_true(are_same(x, COUNT, y, COUNT));
}

CLAIM(a_place_between_two_samples_is_found)
{
    static double x[COUNT], y[COUNT];

    for (uint32_t i = 0; i < COUNT; i++) {
        double t = i / 16000.0, later = t + 0.5 / 16000;
        x[i] = exp(-t * 9) * (sin(2 * M_PI * 6100 * t) + sin(2 * M_PI * 4230 * t));
        y[i] = exp(-later * 9) * (sin(2 * M_PI * 6100 * later) + sin(2 * M_PI * 4230 * later));
    }
    assert_true(are_same(x, COUNT, y, COUNT));
}

CLAIM(a_semitone_another_take_and_silence_are_not_the_same_sound)
{
    static double x[COUNT], y[COUNT];

    strike_tone(x, COUNT, 0, 1, 1);
    strike_tone(y, COUNT, 0, 1.0594631, 1);
    assert_false(are_same(x, COUNT, y, COUNT));
    strike_tone(y, COUNT, 0, 1 / 1.0594631, 1);
    assert_false(are_same(x, COUNT, y, COUNT));
    for (uint32_t i = 0; i < COUNT; i++)
        y[i] = sin(i * i * 0.001) * exp(-i / 8000.0);
    assert_false(are_same(x, COUNT, y, COUNT));
    memset(y, 0, sizeof(y));
    assert_false(are_same(x, COUNT, y, COUNT));
    assert_false(are_same(y, COUNT, y, COUNT));
    assert_false(are_same(x, COUNT, x, 0));
}

static bool reads_gist(const struct artefact_gist *record, struct buffer *data)
{
    struct gist gist;

    encode_record(&artefact_gist_shape, record, data);
    return fingerprint_read_gist(buffer_bytes(data), &gist);
}

CLAIM(an_invalid_fingerprint_is_refused)
{
    static const uint8_t bytes[FINGERPRINT_BANDS];
    struct artefact_print of_print = { 16000, bytes_of(bytes, 4) };
    struct artefact_gist of_gist = { bytes_of(bytes, 16), 1, bytes_of(bytes, FINGERPRINT_BANDS) };
    struct buffer data = { 0 };
    struct fingerprint print;
    struct gist gist;

    encode_record(&artefact_print_shape, &of_print, &data);
    assert_true(fingerprint_read(buffer_bytes(&data), &print));
    assert_false(fingerprint_read(bytes_of(data.at, data.len - 1), &print));
    assert_false(fingerprint_read(bytes_of(data.at, data.len + 1), &print));
    assert_false(fingerprint_read(bytes_of(data.at, 0), &print));
    assert_false(fingerprint_read_gist(buffer_bytes(&data), &gist));
    of_print.rate = 8000;
    encode_record(&artefact_print_shape, &of_print, &data);
    assert_false(fingerprint_read(buffer_bytes(&data), &print));
    assert_true(reads_gist(&of_gist, &data));
    of_gist.bands.len--;
    assert_false(reads_gist(&of_gist, &data));
    of_gist.bands.len++;
    of_gist.samples_hash.len--;
    assert_false(reads_gist(&of_gist, &data));
    of_gist.samples_hash.len++;
    encode_record(&artefact_gist_shape, &of_gist, &data);
    uint8_t *seconds = memmem(data.at, data.len, "\xa7seconds\xcb\x3f\xf0", 11);
    assert_non_null(seconds);
    memcpy(seconds + 9, "\x7f\xf8", 2); /* not a number */
    assert_false(fingerprint_read_gist(buffer_bytes(&data), &gist));
    buffer_free(&data);
}
