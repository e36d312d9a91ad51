/* embed.h: places a sound in the embedding. A learned projection of the row gives each block except timbre. Timbre is a
 * principal component analysis of the square roots of the class probabilities (Hellinger distance). Any thread. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_EMBED_H
#define LOOPHOLE_WORKER_ANALYSIS_EMBED_H

#include "services/worker/analysis/classify.h"
#include "services/worker/analysis/findings.h"

struct embed_model {
    const float *block[DESCRIBE_BLOCKS]; /* DESCRIBE_COUNT × the block's size; NULL for timbre */
    const float *bias[DESCRIBE_BLOCKS];
    const float *timbre; /* classes × FINDINGS_TIMBRE */
};

int embed_init(struct embed_model *embed, const struct model *model); /* 0: the model lacks a matrix */

/* `row` is normalised by classify_sound. */
void embed_sound(const struct embed_model *model, const float *row, const struct classify *classify,
                 struct findings_embedding *out);

#endif
