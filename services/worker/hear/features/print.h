/* print.h: whether two files hold the same sound: a hash of the decoded samples, the sound's beginning at
 * a low rate, and the spectrum of that beginning. They do not change with gain. One thread at a time. */
#ifndef LOOPHOLE_WORKER_HEAR_PRINT_H
#define LOOPHOLE_WORKER_HEAR_PRINT_H

#include "common/hash.h"
#include "schema_artefact.h"
#include "services/worker/hear/features/fft.h"
#include "services/worker/hear/features/overview.h"

enum {
    PRINT_RATE = 16000,
    PRINT_SAMPLES = 14336, /* 0.9 s; with a lag of 2,048 they fill a Fourier transform of 16,384 */
    PRINT_FFT = 16384,
    PRINT_BANDS = 64,
    PRINT_HEAD_MAX = 200000, /* four seconds at 50 kHz */
    PRINT_PHASES = 64,
    PRINT_TAPS_MAX = 56
};

struct print {
    struct hash_stream *hash;
    struct fft *fft;
    float *head; /* PRINT_HEAD_MAX samples of `rate` from the first one that is not silent */
    size_t head_count;
    double rate;
    size_t taps;
    float kernel[PRINT_PHASES][PRINT_TAPS_MAX]; /* the low-pass for each place between two samples */
    size_t count;
    int8_t sample[PRINT_SAMPLES];
    int8_t band[PRINT_BANDS];
    float line[PRINT_FFT], power[PRINT_FFT / 2 + 1];
};

int print_init(struct print *print); /* 0: no memory */
void print_free(struct print *print);

/* `rate`: of what print_keep is given, up to 50 kHz; `file_rate` and `channels` belong to the hash. */
void print_start(struct print *print, double rate, double file_rate, size_t channels);
void print_hash(struct print *print, const float *interleaved, size_t samples);
void print_keep(struct print *print, const float *mono, size_t count);
void print_finish(struct print *print);

/* The print is `sample`; this is its gist, which points into `print` and the arena. False: no memory. */
bool print_summarise(const struct print *print, const struct overview *overview, double file_rate, struct arena *arena,
                     struct artefact_gist *to);

#endif
