/* tempo.h: finds the tempo of a sound. Candidates come from the flux of onset.h and from the length of the sound,
 * because a loop has a whole number of beats. A trained scorer chooses one of them. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_TEMPO_H
#define LOOPHOLE_WORKER_ANALYSIS_TEMPO_H

#include "services/worker/analysis/features/model.h"
#include "services/worker/analysis/features/onset.h"

enum { TEMPO_FEATURES = 93, TEMPO_HIDDEN = 24, TEMPO_CANDIDATES_MAX = 192 };

struct tempo_model {
    const float *mean, *spread, *in, *in_bias, *out, *direct;
};

/* A period that could be the beat. */
struct tempo_candidate {
    double bpm;
    size_t beats; /* length of the sound in beats; 0: the period comes from the flux */
};

struct tempo {
    struct tempo_model model;
    size_t count; /* frames of flux in use */
    float rise[MEL_FRAMES_MAX], low_rise[MEL_FRAMES_MAX];
    float like[MEL_FRAMES_MAX], low_like[MEL_FRAMES_MAX]; /* autocorrelations, 1 at lag 0 */
    size_t candidates;
    struct tempo_candidate candidate[TEMPO_CANDIDATES_MAX];
    float score[TEMPO_CANDIDATES_MAX];
};

struct tempo_found {
    double bpm;                           /* 0: none */
    double confidence;                    /* 0..1 */
    size_t beats;                         /* whole number of beats in the sound; 0: unknown or not whole */
    double second_bpm, second_confidence; /* the likeliest other tempo; 0: none */
};

int tempo_init(struct tempo *tempo, const struct model *model); /* 0: the model lacks a matrix */

/* Finds the tempo of a sound of `seconds`; `onset` has its flux. */
struct tempo_found tempo_find(struct tempo *tempo, const struct onset *onset, double seconds);

/* Writes the scorer's TEMPO_FEATURES inputs for candidate `i` of the last sound; for training. */
void tempo_describe(const struct tempo *tempo, const struct onset *onset, double seconds, size_t i, float *features);

#endif
