#include "services/search/query/examples.h"

#include <math.h>
#include <string.h>

static const float AWAY = 0.5f;

static void find_middle(const struct examples *examples, float to[ENTRY_VECTOR])
{
    memset(to, 0, ENTRY_VECTOR * sizeof(*to));
    for (uint32_t i = 0; i < examples->count; i++)
        for (uint32_t k = 0; k < ENTRY_VECTOR; k++)
            to[k] += examples->each[i].vector[k] / (float)examples->count;
}

void examples_target(const struct examples *like, const struct examples *unlike, float to[ENTRY_VECTOR])
{
    float away[ENTRY_VECTOR];

    find_middle(like, to);
    if (unlike->count == 0)
        return;
    find_middle(unlike, away);
    for (uint32_t k = 0; k < ENTRY_VECTOR; k++)
        to[k] += AWAY * (to[k] - away[k]);
}

/* The squared distance to the nearest of them. */
static float nearest_distance(const struct examples *examples, const float *weights, const float *vector)
{
    float least = INFINITY;

    for (uint32_t i = 0; i < examples->count; i++) {
        float sum = 0;
        for (uint32_t k = 0; k < ENTRY_VECTOR; k++) {
            float off = examples->each[i].vector[k] - vector[k];
            sum += weights[k] * off * off;
        }
        least = fminf(least, sum);
    }
    return least;
}

bool examples_hold(const struct examples *like, const struct examples *unlike, const float *weights,
                   const float *vector)
{
    return unlike->count == 0 || nearest_distance(like, weights, vector) <= nearest_distance(unlike, weights, vector);
}
