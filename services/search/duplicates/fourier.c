#include "services/search/duplicates/fourier.h"

#include <math.h>
#include <string.h>

#if !defined(__clang__)
#define VECTORISED __attribute__((optimize("O3")))
#else
#define VECTORISED
#endif

void fourier_init(struct fourier *f)
{
    for (int k = 0; k < FOURIER_SIZE; k++) {
        f->cosine[k] = (float)cos(2 * M_PI * k / FOURIER_SIZE);
        f->sine[k] = (float)sin(2 * M_PI * k / FOURIER_SIZE);
    }
}

/* The factors w, w² and w³ of one butterfly. */
struct turns {
    float c1, s1, c2, s2, c3, s3;
};

/* Computes `width` butterflies of four. The inputs are `quarter` apart, the outputs adjacent. */
static VECTORISED void turn_four(const struct turns *w, uint32_t width, uint32_t quarter, const float *restrict re,
                                 const float *restrict im, float *restrict to_re, float *restrict to_im)
{
    for (uint32_t k = 0; k < width; k++) {
        float a = re[k], b = re[k + quarter], c = re[k + 2 * quarter], d = re[k + 3 * quarter];
        float e = im[k], f = im[k + quarter], g = im[k + 2 * quarter], h = im[k + 3 * quarter];
        float x1 = a - c + (f - h), y1 = e - g - (b - d);
        float x2 = a + c - (b + d), y2 = e + g - (f + h);
        float x3 = a - c - (f - h), y3 = e - g + (b - d);
        to_re[k] = a + c + (b + d);
        to_im[k] = e + g + (f + h);
        to_re[k + width] = x1 * w->c1 + y1 * w->s1;
        to_im[k + width] = y1 * w->c1 - x1 * w->s1;
        to_re[k + 2 * width] = x2 * w->c2 + y2 * w->s2;
        to_im[k + 2 * width] = y2 * w->c2 - x2 * w->s2;
        to_re[k + 3 * width] = x3 * w->c3 + y3 * w->s3;
        to_im[k + 3 * width] = y3 * w->c3 - x3 * w->s3;
    }
}

/* The first stage of a size that is no power of 4. */
static VECTORISED void turn_two(const struct fourier *f, uint32_t size, const struct fourier_signal *from,
                                struct fourier_signal *to)
{
    uint32_t half = size / 2, stride = FOURIER_SIZE / size;

    for (uint32_t j = 0; j < half; j++) {
        float c = f->cosine[j * stride], s = f->sine[j * stride];
        float x = from->re[j] - from->re[j + half], y = from->im[j] - from->im[j + half];
        to->re[2 * j] = from->re[j] + from->re[j + half];
        to->im[2 * j] = from->im[j] + from->im[j + half];
        to->re[2 * j + 1] = x * c + y * s;
        to->im[2 * j + 1] = y * c - x * s;
    }
}

/* Stockham's self-sorting form, radix 4. */
static void run_stage(const struct fourier *f, uint32_t size, uint32_t width, const struct fourier_signal *from,
                      struct fourier_signal *to)
{
    uint32_t quarter = size / 4, stride = FOURIER_SIZE / size;

    for (uint32_t j = 0; j < quarter / width; j++) {
        uint32_t turn = j * width;
        uint32_t at = turn * stride;
        struct turns w = { f->cosine[at],   f->sine[at],       f->cosine[2 * at],
                           f->sine[2 * at], f->cosine[3 * at], f->sine[3 * at] };
        turn_four(&w, width, quarter, from->re + turn, from->im + turn, to->re + 4 * turn, to->im + 4 * turn);
    }
}

static bool is_power_of_4(uint32_t size)
{
    return __builtin_ctz(size) % 2 == 0;
}

void fourier_transform(const struct fourier *f, uint32_t size, struct fourier_signal *signal,
                       struct fourier_signal *spare)
{
    struct fourier_signal *from = signal, *to = spare, *was;
    uint32_t width = 1;

    if (!is_power_of_4(size)) {
        turn_two(f, size, signal, spare);
        from = spare;
        to = signal;
        width = 2;
    }
    for (; width < size; width *= 4) {
        run_stage(f, size, width, from, to);
        was = from;
        from = to;
        to = was;
    }
    if (from == signal)
        return;
    memcpy(signal->re, from->re, size * sizeof(float));
    memcpy(signal->im, from->im, size * sizeof(float));
}
