#include "services/worker/analysis/tag.h"

#include <math.h>

enum { DRONE, SWELL, RISER, IMPACT }; /* the first rows of the table */

const struct tag tag_table[] = {
    { "tag:drone",
      { { MEASURE_SECONDS, 2.5f, 0.4f },
        { MEASURE_SPREAD, 4, -0.8f },
        { MEASURE_ONSETS, 1, -0.25f },
        { MEASURE_CHANGE, 4.5f, -0.5f },
        { MEASURE_TONAL, 0.3f, 0.06f } } },
    { "tag:swell",
      { { MEASURE_RISE, 8, 1.5f },
        { MEASURE_LATE, 0.58f, 0.04f },
        { MEASURE_ATTACK, 0.5f, 0.15f },
        { MEASURE_SECONDS, 0.7f, 0.15f } } },
    { "tag:riser",
      { { MEASURE_RISE, 4, 1.5f },
        { MEASURE_LIFT, 0.7f, 0.15f },
        { MEASURE_LATE, 0.55f, 0.04f },
        { MEASURE_SECONDS, 0.8f, 0.2f } } },
    { "tag:impact",
      { { MEASURE_LOW, -4, 1 },
        { MEASURE_ATTACK, 0.06f, -0.02f },
        { MEASURE_FALL, 0.9f, 0.2f },
        { MEASURE_LATE, 0.4f, -0.05f },
        { MEASURE_ONSETS, 0.8f, -0.2f } } },
    { "tag:bright", { { MEASURE_CENTROID, 1.2f, 0.4f } } },
    { "tag:dark", { { MEASURE_CENTROID, -1.8f, -0.35f } } },
    { "tag:warm", { { MEASURE_BODY, -3, 0.8f }, { MEASURE_PRESENCE, -14, -2 }, { MEASURE_CENTROID, -0.6f, -0.3f } } },
    { "tag:harsh", { { MEASURE_PRESENCE, -4.5f, 0.8f }, { MEASURE_FLATNESS, 0.1f, 0.03f } } },
    { "tag:airy", { { MEASURE_AIR, -7, 1.2f } } },
    { "tag:noisy", { { MEASURE_FLATNESS, 0.25f, 0.05f }, { MEASURE_TONAL, 0.4f, -0.08f } } },
    { "tag:tonal", { { MEASURE_TONAL, 0.75f, 0.06f }, { MEASURE_FLATNESS, 0.05f, -0.015f } } },
    { "tag:punchy",
      { { MEASURE_ATTACK, 0.02f, -0.006f }, { MEASURE_CREST, 14, 1.5f }, { MEASURE_FALL, 0.6f, -0.12f } } },
    { "tag:soft", { { MEASURE_ATTACK, 0.12f, 0.03f }, { MEASURE_PRESENCE, -12, -2 } } },
    { "tag:deep", { { MEASURE_LOW, -4, 0.9f }, { MEASURE_CENTROID, -1.5f, -0.3f } } },
    { "tag:thin", { { MEASURE_LOW, -25, -3 }, { MEASURE_BODY, -10, -1.5f } } },
    { "tag:short", { { MEASURE_FALL, 0.18f, -0.03f }, { MEASURE_SECONDS, 1.2f, -0.2f } } },
    { "tag:long", { { MEASURE_FALL, 2.2f, 0.4f } } },
    { "tag:steady", { { MEASURE_SPREAD, 3, -0.5f }, { MEASURE_SECONDS, 1, 0.2f } } },
    { "tag:moving", { { MEASURE_CHANGE, 6.5f, 0.5f }, { MEASURE_SECONDS, 0.8f, 0.15f } } },
};
const size_t tag_count = sizeof(tag_table) / sizeof(*tag_table);

static const struct tag SEAMLESS = { "loopable",
                                     { { MEASURE_SEAM, 2.5f, -0.5f },
                                       { MEASURE_SPREAD, 4, -0.7f },
                                       { MEASURE_SECONDS, 0.4f, 0.08f },
                                       { MEASURE_RISE, -3, 0.8f } } };

float tag_sureness(const struct tag *tag, const float measure[MEASURE_COUNT])
{
    float least = 1;

    for (int i = 0; i < TAG_CONDITIONS; i++) {
        const struct tag_condition *c = &tag->condition[i];
        if (c->width < 0 || c->width > 0)
            least = fminf(least, 1 / (1 + expf(-(measure[c->measure] - c->limit) / c->width)));
    }
    return least;
}

float tag_texture(const float measure[MEASURE_COUNT])
{
    return fmaxf(tag_sureness(&tag_table[DRONE], measure), tag_sureness(&tag_table[SWELL], measure));
}

float tag_effect(const float measure[MEASURE_COUNT])
{
    return fmaxf(tag_sureness(&tag_table[RISER], measure), tag_sureness(&tag_table[IMPACT], measure));
}

float tag_seamless(const float measure[MEASURE_COUNT])
{
    return tag_sureness(&SEAMLESS, measure);
}
