/* fft.h: power spectra of real frames. The one door to FFTW (single precision). One thread at a time. */
#ifndef LOOPHOLE_WORKER_HEAR_FFT_H
#define LOOPHOLE_WORKER_HEAR_FFT_H

#include <stddef.h>

struct fft;

struct fft *fft_new(size_t size); /* a power of two, 16..65536, with a Hann window; NULL without memory */
void fft_free(struct fft *fft);   /* NULL is nothing */
size_t fft_size(const struct fft *fft);

/* power[0 .. size/2]: the windowed frame's power; a full-scale sine on a bin gives 1 there. */
void fft_power(struct fft *fft, const float *frame, float *power);

/* The same without a window, unscaled. */
void fft_power_plain(struct fft *fft, const float *frame, float *power);

#endif
