/* fingerprint.h: decides whether two fingerprints (the beginnings of two sounds, features/fingerprint.h) are of one
 * sound. The same sound may be shifted, louder, resampled or coded with loss, but not of another pitch, speed or take.
 *
 * The fingerprints are aligned where their overlap-normalised cross-correlation is highest, to a quarter of a sample.
 * There each of three bands must agree as far as coders allow. Coders keep the waveform below 1 kHz nearly whole, and
 * less of it at higher frequencies. Another pitch or take agrees less at higher frequencies. One thread for each
 * bench. */
#ifndef LOOPHOLE_SEARCH_FINGERPRINT_H
#define LOOPHOLE_SEARCH_FINGERPRINT_H

#include "common/text.h"
#include "services/search/duplicates/fourier.h"

enum {
    FINGERPRINT_SAMPLES = 14336,
    FINGERPRINT_LAG =
        FOURIER_SIZE - FINGERPRINT_SAMPLES, /* the largest shift between two sounds, in samples of 16 kHz: 0.128 s */
    FINGERPRINT_BANDS = 64
};

struct fingerprint {
    uint32_t count;
    const int8_t *sample; /* points into the artefact's data */
};

/* The data for a first comparison: the fingerprint's spectrum, a vector of length FINGERPRINT_GIST. */
#define FINGERPRINT_GIST 127
struct gist {
    uint8_t pcm[16];                /* hash of the decoded samples */
    float seconds;                  /* of the audible part */
    int8_t band[FINGERPRINT_BANDS]; /* all 0: silence */
};

/* Read a worker's record. False: not one, or of another layout. */
bool fingerprint_read(struct bytes from, struct fingerprint *to);
bool fingerprint_read_gist(struct bytes from, struct gist *to);

/* -1..1; one sound gives 0.6 or more. */
float fingerprint_alike(const struct gist *a, const struct gist *b);

/* The memory of a comparison, for repeated use. */
struct fingerprint_bench;
struct fingerprint_bench *fingerprint_bench_new(void);
void fingerprint_bench_free(struct fingerprint_bench *bench); /* NULL is allowed */

/* True if both fingerprints are of one sound. */
bool fingerprint_is_same(struct fingerprint_bench *bench, const struct fingerprint *a, const struct fingerprint *b);

#endif
