/* fingerprint.h: the data that find files with the same sound: a hash of the decoded samples, the beginning of the
 * sound at a low rate, and its spectrum. Gain does not change the last two. One thread at a time. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_FINGERPRINT_H
#define LOOPHOLE_WORKER_ANALYSIS_FINGERPRINT_H

#include "common/hash.h"
#include "schema_artefact.h"
#include "services/worker/analysis/features/fft.h"
#include "services/worker/analysis/features/overview.h"

enum {
    FINGERPRINT_RATE = 16000,
    FINGERPRINT_SAMPLES = 14336, /* 0.9 s; with a lag of 2,048 they fill a Fourier transform of 16,384 */
    FINGERPRINT_FFT = 16384,
    FINGERPRINT_BANDS = 64,
    FINGERPRINT_HEAD_MAX = 200000, /* four seconds at 50 kHz */
    FINGERPRINT_PHASES = 64,
    FINGERPRINT_TAPS_MAX = 56
};

struct fingerprint_maker {
    struct hash_stream *hash;
    struct fft *fft;
    float *head; /* FINGERPRINT_HEAD_MAX samples of `rate`, from the first one that is not silent */
    size_t head_count;
    double rate;
    size_t taps;
    float kernel[FINGERPRINT_PHASES][FINGERPRINT_TAPS_MAX]; /* the low-pass for each position between two samples */
    size_t count;
    int8_t sample[FINGERPRINT_SAMPLES];
    int8_t band[FINGERPRINT_BANDS];
    float line[FINGERPRINT_FFT], power[FINGERPRINT_FFT / 2 + 1];
};

/* fingerprint_init makes what all sounds share; fingerprint_free frees it. */
void fingerprint_init(struct fingerprint_maker *maker);
void fingerprint_free(struct fingerprint_maker *maker);

/* Starts a sound. `rate` (up to 50 kHz) is that of the samples for fingerprint_keep. The hash includes `file_rate` and
 * `channels`. */
void fingerprint_start(struct fingerprint_maker *maker, double rate, double file_rate, size_t channels);
void fingerprint_hash(struct fingerprint_maker *maker, const float *interleaved, size_t samples);
void fingerprint_keep(struct fingerprint_maker *maker, const float *mono, size_t count);
void fingerprint_finish(struct fingerprint_maker *maker);

/* Fills the gist, a summary of the finished fingerprint; it points into `maker` and the arena. */
void fingerprint_summarise(const struct fingerprint_maker *maker, const struct overview *overview, double file_rate,
                           struct arena *arena, struct artefact_gist *to);

#endif
