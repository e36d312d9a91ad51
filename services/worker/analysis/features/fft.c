#include "services/worker/analysis/features/fft.h"

#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

struct fft {
    size_t size;
    float *window, *in;
    fftwf_complex *out;
    fftwf_plan plan;
};

static void fill_hann(float *window, size_t size)
{
    for (size_t i = 0; i < size; i++)
        window[i] = (float)((1 - cos(2 * M_PI * (double)i / (double)size)) * 2 / (double)size);
}

struct fft *fft_new(size_t size)
{
    struct fft *fft = alloc_zeroed(1, sizeof(*fft));

    fft->size = size;
    fft->window = alloc_check(fftwf_alloc_real(size));
    fft->in = alloc_check(fftwf_alloc_real(size));
    fft->out = alloc_check(fftwf_alloc_complex(size / 2 + 1));
    fft->plan = alloc_check(fftwf_plan_dft_r2c_1d((int)size, fft->in, fft->out, FFTW_ESTIMATE));
    fill_hann(fft->window, size);
    return fft;
}

void fft_free(struct fft *fft)
{
    if (!fft)
        return;
    if (fft->plan)
        fftwf_destroy_plan(fft->plan);
    fftwf_free(fft->out);
    fftwf_free(fft->in);
    fftwf_free(fft->window);
    free(fft);
}

size_t fft_size(const struct fft *fft)
{
    return fft->size;
}

static void transform_power(struct fft *fft, float *power)
{
    fftwf_execute(fft->plan);
    for (size_t i = 0; i <= fft->size / 2; i++)
        power[i] = fft->out[i][0] * fft->out[i][0] + fft->out[i][1] * fft->out[i][1];
}

void fft_power(struct fft *fft, const float *frame, float *power)
{
    for (size_t i = 0; i < fft->size; i++)
        fft->in[i] = frame[i] * fft->window[i];
    transform_power(fft, power);
}

void fft_power_plain(struct fft *fft, const float *frame, float *power)
{
    memcpy(fft->in, frame, fft->size * sizeof(*frame));
    transform_power(fft, power);
}
