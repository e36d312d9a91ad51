/* embed.h: where a sound lies among sounds: the five blocks of the embedding.
 * Each block is a learned projection of its own part of the row and of what helps to read it; timbre says what the
 * classes' shares are, as their square roots (Hellinger distance), made fewer by principal components. */
#ifndef LOOPHOLE_WORKER_HEAR_EMBED_H
#define LOOPHOLE_WORKER_HEAR_EMBED_H

#include "services/worker/hear/classify.h"
#include "services/worker/hear/hear.h"

struct embed_model {
    const float *block[DESCRIBE_BLOCKS]; /* DESCRIBE_COUNT × the block's size; NULL for timbre */
    const float *bias[DESCRIBE_BLOCKS];
    const float *timbre; /* classes × HEARD_TIMBRE */
};

int embed_init(struct embed_model *embed, const struct model *model); /* 0: the model lacks it */

/* `row` as classify_sound leaves it. */
void embed_sound(const struct embed_model *model, const float *row, const struct classify *classify,
                 struct heard_embedding *out);

#endif
