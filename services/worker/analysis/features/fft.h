/* fft.h: power spectra of real frames. Only fft.c uses FFTW (single precision). One thread at a time. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_FFT_H
#define LOOPHOLE_WORKER_ANALYSIS_FFT_H

#include <stddef.h>

struct fft;

struct fft *fft_new(size_t size); /* `size`: a power of two, 16..65536. With a Hann window. The caller frees it */
void fft_free(struct fft *fft);   /* NULL is allowed */
size_t fft_size(const struct fft *fft);

/* Fills power[0 .. size/2] from the windowed frame; a full-scale sine on a bin gives 1 there. */
void fft_power(struct fft *fft, const float *frame, float *power);

/* Fills power[0 .. size/2] without window and scaling. */
void fft_power_plain(struct fft *fft, const float *frame, float *power);

#endif
