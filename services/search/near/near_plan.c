#include "services/search/near/near_plan.h"

#include <math.h>

const float near_plan_depths[NEAR_DEPTHS] = { 10, 100, NEAR_DEEPEST };

/* The least n of each class of weights. */
static const float kinds[NEAR_KINDS] = { 60, 46, 32, 22, 14, 0 };

uint32_t near_plan_kind(const float *weights)
{
    float sum = 0, squares = 0, n;
    uint32_t kind = 0;

    for (uint32_t i = 0; i < NEAR_WIDTH; i++) {
        sum += weights[i];
        squares += weights[i] * weights[i];
    }
    n = squares > 0 ? sum * sum / squares : 0;
    while (n < kinds[kind])
        kind++;
    return kind;
}

static float interpolate_between(float low, float high, float share)
{
    return low * powf(high / low, share);
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
        .probes = interpolate_between(plans[depth].probes, plans[depth + 1].probes, share),
        .keep = interpolate_between(plans[depth].keep, plans[depth + 1].keep, fminf(share, 1)),
        .slack = interpolate_between(plans[depth].slack, plans[depth + 1].slack, fminf(share, 1)),
    };
}
