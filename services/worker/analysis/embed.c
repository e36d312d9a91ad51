#include "services/worker/analysis/embed.h"

#include <math.h>
#include <stdio.h>

static const size_t SIZE[DESCRIBE_BLOCKS] = { FINDINGS_SPECTRUM, FINDINGS_TIMBRE, FINDINGS_PITCH, FINDINGS_AMPLITUDE,
                                              FINDINGS_RHYTHM };
enum { TIMBRE = 1 };

int embed_init(struct embed_model *embed, const struct model *model)
{
    char name[24];

    embed->timbre = model_matrix(model, "embed.timbre", CLASSIFY_CLASSES, FINDINGS_TIMBRE);
    for (size_t b = 0; b < DESCRIBE_BLOCKS; b++) {
        if (b == TIMBRE)
            continue;
        snprintf(name, sizeof(name), "embed.block%zu", b);
        embed->block[b] = model_matrix(model, name, DESCRIBE_COUNT, SIZE[b]);
        snprintf(name, sizeof(name), "embed.bias%zu", b);
        embed->bias[b] = model_matrix(model, name, 1, SIZE[b]);
        if (!embed->block[b] || !embed->bias[b])
            return 0;
    }
    return embed->timbre != NULL;
}

void embed_sound(const struct embed_model *m, const float *row, const struct classify *classify,
                 struct findings_embedding *out)
{
    float *to[DESCRIBE_BLOCKS] = { out->spectrum, out->timbre, out->pitch, out->amplitude, out->rhythm };
    float root[CLASSIFY_CLASSES];

    for (size_t k = 0; k < CLASSIFY_CLASSES; k++)
        root[k] = sqrtf(fmaxf(0, classify->share[k]));
    model_layer(root, CLASSIFY_CLASSES, m->timbre, NULL, out->timbre, FINDINGS_TIMBRE);
    for (size_t b = 0; b < DESCRIBE_BLOCKS; b++)
        if (b != TIMBRE)
            model_layer(row, DESCRIBE_COUNT, m->block[b], m->bias[b], to[b], SIZE[b]);
}
