/* tonality.h: tuning and key, from the partials of tonal.h. */
#ifndef LOOPHOLE_WORKER_HEAR_TONALITY_H
#define LOOPHOLE_WORKER_HEAR_TONALITY_H

#include "services/worker/hear/features/model.h"
#include "services/worker/hear/features/tonal.h"

enum { TONALITY_VIEWS = 5, TONALITY_KEYS = 24, TONALITY_SIGNS = 6 };

struct tonality_model {
    const float *profile; /* for major, then minor: TONALITY_VIEWS × 12, from the tonic up */
    const float *bias;
};

/* Tuning, key, and pitch-class profiles, each with the sum 1. The views are: all frames, all frames with loud ones
 * attenuated, the lowest partials, the first tenth, the last tenth. */
struct tonality {
    float tuning;     /* semitones above 440 Hz tuning, -0.5..0.5 */
    float steadiness; /* 0..1: how well the partials agree on one tuning */
    float view[TONALITY_VIEWS][12];
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
