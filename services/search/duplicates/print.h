/* print.h: whether two prints (the beginnings of two sounds, features/print.h) are of one sound: shifted,
 * louder, resampled or coded with loss, but not of another pitch, speed or take.
 *
 * They are laid over each other where their overlap-normalised cross-correlation is largest, to a quarter of a sample.
 * There each of three bands must agree as far as coders let it: they keep the waveform below 1 kHz nearly whole, and
 * less of it the higher it lies, while another pitch or take agrees the less the higher it lies. One thread each. */
#ifndef LOOPHOLE_SEARCH_PRINT_H
#define LOOPHOLE_SEARCH_PRINT_H

#include "common/text.h"
#include "services/search/duplicates/fourier.h"

enum {
    PRINT_SAMPLES = 14336,
    PRINT_LAG = FOURIER_SIZE - PRINT_SAMPLES, /* samples of 16 kHz by which one may begin earlier: 0.128 s */
    PRINT_BANDS = 64
};

struct fingerprint {
    uint32_t count;
    const int8_t *sample; /* into the artefact's data */
};

/* What is compared first: the spectrum of the print, as a vector whose length is PRINT_GIST. */
#define PRINT_GIST 127
struct gist {
    uint8_t pcm[16];          /* hash of the decoded samples */
    float seconds;            /* that can be heard */
    int8_t band[PRINT_BANDS]; /* all 0: nothing is in it */
};

/* Read what a worker wrote. False: it is none, or of another layout. */
bool print_read(struct bytes from, struct fingerprint *to);
bool print_read_gist(struct bytes from, struct gist *to);

/* -1..1; what is of one sound has 0.6 or more. */
float print_alike(const struct gist *a, const struct gist *b);

/* Room that a comparison needs; reused. NULL: no memory. */
struct print_bench;
struct print_bench *print_bench_new(void);
void print_bench_free(struct print_bench *bench); /* NULL is allowed */

bool print_is_same(struct print_bench *bench, const struct fingerprint *a, const struct fingerprint *b);

#endif
