#include "services/search/near/near_plan.h"

#include <math.h>

const float near_plan_depths[NEAR_DEPTHS] = { 10, 100, NEAR_DEEPEST };

enum { MIXTURES = NEAR_KINDS - NEAR_BLOCKS };

/* The least n of each class of weights without a block that outweighs all others. The first has equal weights alone. */
static const float mixtures[MIXTURES] = { 63.9f, 46, 32, 22, 14, 0 };
static const float OUTWEIGHS = 0.8f; /* share of all weights */

/* The block that outweighs all others; NEAR_BLOCKS: none. */
static uint32_t block_alone(const float *weights, float sum)
{
    for (uint32_t block = 0, i = 0; block < NEAR_BLOCKS; block++) {
        float of_block = 0;
        for (; i < near_block_ends[block] * 4u; i++)
            of_block += weights[i];
        if (of_block > OUTWEIGHS * sum)
            return block;
    }
    return NEAR_BLOCKS;
}

uint32_t near_plan_kind(const float *weights)
{
    float sum = 0, squares = 0, n;
    uint32_t kind = 0, alone;

    for (uint32_t i = 0; i < NEAR_WIDTH; i++) {
        sum += weights[i];
        squares += weights[i] * weights[i];
    }
    alone = block_alone(weights, sum);
    if (alone < NEAR_BLOCKS)
        return MIXTURES + alone;
    n = squares > 0 ? sum * sum / squares : 0;
    while (n < mixtures[kind])
        kind++;
    return kind;
}

static float interpolate_between(float low, float high, float share)
{
    return low + (high - low) * fminf(share, 1);
}

struct near_plan near_plan_for(const struct near_file *file, const float *weights, float wanted)
{
    const struct near_plan *plans = file->plans[near_plan_kind(weights)];
    uint32_t depth = 0;
    float share;

    while (depth + 2 < NEAR_DEPTHS && wanted > near_plan_depths[depth + 1])
        depth++;
    share =
        fmaxf(0, logf(wanted / near_plan_depths[depth]) / logf(near_plan_depths[depth + 1] / near_plan_depths[depth]));
    return (struct near_plan){
        .probes = plans[depth].probes * powf(plans[depth + 1].probes / plans[depth].probes, share),
        .reach = interpolate_between(plans[depth].reach, plans[depth + 1].reach, share),
        .coarse = interpolate_between(plans[depth].coarse, plans[depth + 1].coarse, share),
        .fine = interpolate_between(plans[depth].fine, plans[depth + 1].fine, share),
    };
}
