/* fingerprint.h: whether two fingerprints (the beginnings of two sounds, features/print.h) are of one sound: shifted,
 * louder, resampled or coded with loss, but not of another pitch, speed or take.
 *
 * They are laid over each other where their overlap-normalised cross-correlation is largest, to a quarter of a sample.
 * There each of three bands must agree as far as coders let it: they keep the waveform below 1 kHz nearly whole, and
 * less of it the higher it lies, while another pitch or take agrees the less the higher it lies. One thread each. */
#ifndef LOOPHOLE_SEARCH_FINGERPRINT_H
#define LOOPHOLE_SEARCH_FINGERPRINT_H

#include "common/text.h"
#include "services/search/duplicates/fourier.h"

enum {
    FINGERPRINT_SAMPLES = 14336,
    FINGERPRINT_LAG =
        FOURIER_SIZE - FINGERPRINT_SAMPLES, /* samples of 16 kHz by which one may begin earlier: 0.128 s */
    FINGERPRINT_BANDS = 64
};

struct fingerprint {
    uint32_t count;
    const int8_t *sample; /* into the artefact's data */
};

/* What is compared first: the spectrum of the fingerprint, as a vector whose length is FINGERPRINT_GIST. */
#define FINGERPRINT_GIST 127
struct gist {
    uint8_t pcm[16];                /* hash of the decoded samples */
    float seconds;                  /* that can be heard */
    int8_t band[FINGERPRINT_BANDS]; /* all 0: nothing is in it */
};

/* Read what a worker wrote. False: it is none, or of another layout. */
bool fingerprint_read(struct bytes from, struct fingerprint *to);
bool fingerprint_read_gist(struct bytes from, struct gist *to);

/* -1..1; what is of one sound has 0.6 or more. */
float fingerprint_alike(const struct gist *a, const struct gist *b);

/* Room that a comparison needs; reused. NULL: no memory. */
struct fingerprint_bench;
struct fingerprint_bench *fingerprint_bench_new(void);
void fingerprint_bench_free(struct fingerprint_bench *bench); /* NULL is allowed */

bool fingerprint_is_same(struct fingerprint_bench *bench, const struct fingerprint *a, const struct fingerprint *b);

#endif
