#include "common/sound/polyphase.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/sound/bessel.h"

enum { CHUNK = 4096 };

/* Stopband at -120 dB; the transition takes 0.9 to 1 of the lower rate's band. */
static const double attenuation = 120, transition = 0.1;

struct polyphase_rows {
    uint32_t up, down; /* the ratio in lowest terms: to, from */
    uint32_t taps;     /* coefficients in a row; a multiple of 4 */
    float *rows;       /* `up` rows, each coefficient twice: for left and right */
};

struct polyphase {
    const struct polyphase_rows *rows;
    float *input;   /* the frames of later outputs; interleaved */
    uint32_t count; /* frames in `input` */
    uint32_t at;    /* index in `input` of the row's first frame */
    uint32_t phase;
    uint64_t taken; /* frames of sound so far, without padding */
    uint64_t made;
};

/* ---- coefficients ---- */

static double compute_sinc(double x)
{
    return fabs(x) < 1e-12 ? 1 : sin(M_PI * x) / (M_PI * x);
}

/* The sum of each row is 1, so a constant signal stays unchanged. */
static void fill_row(const struct polyphase_rows *rows, uint32_t phase, double band)
{
    double beta = 0.1102 * (attenuation - 8.7), half = rows->taps / 2.0, sum = 0;
    double *row = alloc_zeroed(rows->taps, sizeof(*row));
    float *to = rows->rows + (size_t)phase * rows->taps * 2;

    for (uint32_t k = 0; k < rows->taps; k++) {
        double x = k - half + 1 - (double)phase / rows->up, inside = 1 - x / half * (x / half);
        row[k] = compute_sinc(band * x) * (inside > 0 ? bessel_0(beta * sqrt(inside)) : 0);
        sum += row[k];
    }
    for (uint32_t k = 0; k < rows->taps; k++)
        to[2 * k] = to[2 * k + 1] = (float)(row[k] / sum);
    free(row);
}

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
    while (b != 0) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

struct polyphase_rows *polyphase_rows_new(uint32_t from, uint32_t to)
{
    uint32_t divisor = common_divisor(from, to);
    struct polyphase_rows *rows;

    if (divisor == 0)
        return NULL;
    rows = alloc_zeroed(1, sizeof(*rows));
    rows->up = to / divisor;
    rows->down = from / divisor;
    double narrow = rows->down > rows->up ? (double)rows->up / rows->down : 1;
    double taps = (attenuation - 8) / (2.285 * M_PI * transition * narrow);
    rows->taps = taps < POLYPHASE_TAPS_MAX - 4 ? ((uint32_t)taps + 4) / 4 * 4 : UINT32_MAX;
    if (rows->up <= POLYPHASE_UP_MAX && rows->taps <= POLYPHASE_TAPS_MAX)
        rows->rows = alloc_zeroed((size_t)rows->up * rows->taps * 2, sizeof(float));
    for (uint32_t phase = 0; rows->rows && phase < rows->up; phase++)
        fill_row(rows, phase, narrow * (1 - transition / 2));
    if (rows->rows)
        return rows;
    free(rows);
    return NULL;
}

void polyphase_rows_free(struct polyphase_rows *rows)
{
    if (rows)
        free(rows->rows);
    free(rows);
}

bool polyphase_rows_fit(const struct polyphase_rows *rows, uint32_t from, uint32_t to)
{
    uint32_t divisor = common_divisor(from, to);

    return divisor > 0 && rows->up == to / divisor && rows->down == from / divisor;
}

/* ---- conversion ---- */

/* Frame 0 follows silence. */
struct polyphase *polyphase_new(const struct polyphase_rows *rows)
{
    struct polyphase *made = alloc_zeroed(1, sizeof(*made));

    made->input = alloc_zeroed((size_t)(rows->taps + CHUNK + rows->down) * 2, sizeof(float));
    made->rows = rows;
    made->count = rows->taps / 2 - 1;
    return made;
}

void polyphase_free(struct polyphase *polyphase)
{
    if (polyphase)
        free(polyphase->input);
    free(polyphase);
}

/* Left and right alternate in the lanes. */
typedef float lanes __attribute__((vector_size(16), aligned(4), may_alias));

static void multiply_row(const float *row, const float *input, uint32_t taps, float *to)
{
    const lanes *a = (const lanes *)(const void *)row, *b = (const lanes *)(const void *)input;
    lanes even = { 0 }, odd = { 0 };

    for (uint32_t i = 0; i < taps / 2; i += 2) {
        even += a[i] * b[i];
        odd += a[i + 1] * b[i + 1];
    }
    even += odd;
    to[0] = even[0] + even[2];
    to[1] = even[1] + even[3];
}

/* `until`: the limit of the total count of outputs */
static uint32_t make_outputs(struct polyphase *p, float *to, uint32_t room, uint64_t until)
{
    const struct polyphase_rows *rows = p->rows;
    uint32_t made = 0;

    while (made < room && p->made < until && p->at + rows->taps <= p->count) {
        multiply_row(rows->rows + (size_t)p->phase * rows->taps * 2, p->input + (size_t)p->at * 2, rows->taps,
                     to + (size_t)made * 2);
        made++;
        p->made++;
        p->phase += rows->down;
        p->at += p->phase / rows->up;
        p->phase %= rows->up;
    }
    return made;
}

static void drop_used(struct polyphase *p)
{
    uint32_t used = p->at < p->count ? p->at : p->count;

    memmove(p->input, p->input + (size_t)used * 2, (size_t)(p->count - used) * 2 * sizeof(float));
    p->count -= used;
    p->at -= used;
}

static void take_input(struct polyphase *p, const float *stereo, uint32_t frames)
{
    float *to = p->input + (size_t)p->count * 2;

    if (stereo)
        memcpy(to, stereo, (size_t)frames * 2 * sizeof(float));
    else
        memset(to, 0, (size_t)frames * 2 * sizeof(float));
    p->count += frames;
}

static uint32_t feed_input(struct polyphase *p, const float *stereo, uint32_t frames, float *to, uint32_t room,
                           uint64_t until)
{
    uint32_t made = 0;

    while (frames > 0) {
        uint32_t part = frames < CHUNK ? frames : CHUNK;
        take_input(p, stereo, part);
        made += make_outputs(p, to + (size_t)made * 2, room - made, until);
        drop_used(p);
        stereo = stereo ? stereo + (size_t)part * 2 : NULL;
        frames -= part;
    }
    return made;
}

uint32_t polyphase_run(struct polyphase *p, const float *stereo, uint32_t frames, bool last, float *to, uint32_t room)
{
    const struct polyphase_rows *rows = p->rows;
    uint32_t made = feed_input(p, stereo, frames, to, room, UINT64_MAX);

    p->taken += frames;
    if (!last)
        return made;
    uint64_t until = (p->taken * rows->up + rows->down - 1) / rows->down;
    return made + feed_input(p, NULL, rows->taps / 2 + 1, to + (size_t)made * 2, room - made, until);
}
