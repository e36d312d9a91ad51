/* tonality.h: tuning and key, from the partials of tonal.h. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_TONALITY_H
#define LOOPHOLE_WORKER_ANALYSIS_TONALITY_H

#include "services/worker/analysis/features/harmony.h"
#include "services/worker/analysis/features/model.h"
#include "services/worker/analysis/features/tonal.h"

enum { TONALITY_KEYS = 24, TONALITY_SIGNS = 6, TONALITY_INPUTS = HARMONY_ROWS * 12, TONALITY_HIDDEN = 32 };

/* A network that gives the scores of major and minor on a tonic, from the harmony as it is seen from that tonic. */
struct tonality_model {
    const float *mean, *spread;
    const float *in, *in_bias; /* TONALITY_INPUTS × TONALITY_HIDDEN */
    const float *out, *direct; /* TONALITY_HIDDEN × 2, TONALITY_INPUTS × 2 */
    const float *bias;
};

/* Tuning and key. */
struct tonality {
    float tuning;     /* semitones above 440 Hz tuning, -0.5..0.5 */
    float steadiness; /* 0..1: how well the partials agree on one tuning */
    struct harmony harmony;
    int key;                     /* 0..11 C..B major, 12..23 minor */
    float confidence;            /* 0..1, among the keys */
    float signs[TONALITY_SIGNS]; /* inputs of the learned judge of whether there is a key */
};

int tonality_init(struct tonality_model *model, const struct model *weights); /* 0: the model lacks a matrix */

/* Fills `tonality`. False, with key 0 and confidence 0: the sound has no partials. */
int tonality_find(struct tonality *tonality, const struct tonality_model *model, const struct tonal_frame *frame,
                  size_t count);

const char *tonality_name(int key); /* "C#min"; static */

#endif
