/* classify.h: classifies a sound with the learned model: one of 24 classes, one-shot or not, tonal or not. Any
 * thread. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_CLASSIFY_H
#define LOOPHOLE_WORKER_ANALYSIS_CLASSIFY_H

#include "services/worker/analysis/describe_row.h"
#include "services/worker/analysis/features/model.h"

enum { CLASSIFY_CLASSES = 24, CLASSIFY_FAMILIES = 5, CLASSIFY_NETS = 3, CLASSIFY_HIDDEN = 96 };

struct classify_model {
    const float *mean, *spread; /* of the row (describe.h) */
    const float *linear, *bias; /* DESCRIBE_COUNT × classes */
    const float *in[CLASSIFY_NETS], *in_bias[CLASSIFY_NETS], *out[CLASSIFY_NETS], *out_bias[CLASSIFY_NETS];
    const float *judge, *judge_bias; /* DESCRIBE_COUNT × 2: one-shot, tonal */
    const float *sharpness;          /* 1: exponent that calibrates the confidence */
};

struct classify {
    float share[CLASSIFY_CLASSES]; /* probabilities, not calibrated */
    int best;                      /* the likeliest class */
    float confidence;              /* calibrated probability of `best` */
    int family;
    float family_confidence;
    float one_shot, tonal; /* probabilities */
};

int classify_init(struct classify_model *classify, const struct model *model); /* 0: the model lacks a matrix */

/* Normalises `row` (describe.h) in place, as embed_sound needs it, and fills `found`. */
void classify_sound(const struct classify_model *model, float *row, struct classify *found);

const char *classify_name(int class);         /* "kick"; static */
const char *classify_family_name(int family); /* "drums"; static */

#endif
