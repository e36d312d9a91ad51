#include "services/worker/analysis/classify.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const float LIMIT = 4;

enum family { DRUMS, BASS, PAD, VOCAL, MELODIC };

static const char *const FAMILY[CLASSIFY_FAMILIES] = { "drums", "bass", "pad", "vocal", "melodic" };

/* In the order of the model's outputs. */
static const struct {
    const char *name;
    enum family family;
} CLASS[CLASSIFY_CLASSES] = {
    { "bass", BASS },       { "brass", MELODIC },   { "clap", DRUMS },       { "cymbal", DRUMS },
    { "flute", MELODIC },   { "guitar", MELODIC },  { "hat_closed", DRUMS }, { "hat_open", DRUMS },
    { "kick", DRUMS },      { "lead", MELODIC },    { "mallet", MELODIC },   { "organ", MELODIC },
    { "pad", PAD },         { "perc_bell", DRUMS }, { "perc_hand", DRUMS },  { "perc_shaker", DRUMS },
    { "perc_wood", DRUMS }, { "piano", MELODIC },   { "reed", MELODIC },     { "rim", DRUMS },
    { "snare", DRUMS },     { "string", PAD },      { "tom", DRUMS },        { "vocal", VOCAL },
};

const char *classify_name(int class)
{
    return CLASS[class].name;
}

const char *classify_family_name(int family)
{
    return FAMILY[family];
}

static const float *net_matrix(const struct model *model, const char *part, int net, size_t rows, size_t columns)
{
    char name[24];

    snprintf(name, sizeof(name), "class.%s%d", part, net);
    return model_matrix(model, name, rows, columns);
}

static int init_nets(struct classify_model *c, const struct model *model)
{
    for (int i = 0; i < CLASSIFY_NETS; i++) {
        c->in[i] = net_matrix(model, "in", i, DESCRIBE_COUNT, CLASSIFY_HIDDEN);
        c->in_bias[i] = net_matrix(model, "in_bias", i, 1, CLASSIFY_HIDDEN);
        c->out[i] = net_matrix(model, "out", i, CLASSIFY_HIDDEN, CLASSIFY_CLASSES);
        c->out_bias[i] = net_matrix(model, "out_bias", i, 1, CLASSIFY_CLASSES);
        if (!c->in[i] || !c->in_bias[i] || !c->out[i] || !c->out_bias[i])
            return 0;
    }
    return 1;
}

int classify_init(struct classify_model *c, const struct model *model)
{
    c->mean = model_matrix(model, "row.mean", 1, DESCRIBE_COUNT);
    c->spread = model_matrix(model, "row.spread", 1, DESCRIBE_COUNT);
    c->linear = model_matrix(model, "class.linear", DESCRIBE_COUNT, CLASSIFY_CLASSES);
    c->bias = model_matrix(model, "class.bias", 1, CLASSIFY_CLASSES);
    c->judge = model_matrix(model, "judge.linear", DESCRIBE_COUNT, 2);
    c->judge_bias = model_matrix(model, "judge.bias", 1, 2);
    c->sharpness = model_matrix(model, "class.sharpness", 1, 1);
    return c->mean && c->spread && c->linear && c->bias && c->judge && c->judge_bias && c->sharpness &&
           init_nets(c, model);
}

/* Averages the probabilities: half from the linear model, half from the mean of the nets. */
static void find_shares(const struct classify_model *m, const float *row, float *share)
{
    float one[CLASSIFY_CLASSES], hidden[CLASSIFY_HIDDEN];

    model_layer(row, DESCRIBE_COUNT, m->linear, m->bias, share, CLASSIFY_CLASSES);
    model_softmax(share, CLASSIFY_CLASSES);
    for (size_t k = 0; k < CLASSIFY_CLASSES; k++)
        share[k] /= 2;
    for (size_t i = 0; i < CLASSIFY_NETS; i++) {
        model_layer(row, DESCRIBE_COUNT, m->in[i], m->in_bias[i], hidden, CLASSIFY_HIDDEN);
        model_rectify(hidden, CLASSIFY_HIDDEN);
        model_layer(hidden, CLASSIFY_HIDDEN, m->out[i], m->out_bias[i], one, CLASSIFY_CLASSES);
        model_softmax(one, CLASSIFY_CLASSES);
        for (size_t k = 0; k < CLASSIFY_CLASSES; k++)
            share[k] += one[k] / (2 * CLASSIFY_NETS);
    }
}

static void choose_class(const struct classify_model *m, struct classify *found)
{
    float honest[CLASSIFY_CLASSES];

    for (size_t k = 0; k < CLASSIFY_CLASSES; k++) {
        honest[k] = m->sharpness[0] * logf(found->share[k] + 1e-6f);
        found->best = found->share[k] > found->share[found->best] ? (int)k : found->best;
    }
    model_softmax(honest, CLASSIFY_CLASSES);
    found->confidence = honest[found->best];
}

static void choose_family(struct classify *found)
{
    float share[CLASSIFY_FAMILIES] = { 0 };

    for (size_t k = 0; k < CLASSIFY_CLASSES; k++)
        share[CLASS[k].family] += found->share[k];
    for (int k = 0; k < CLASSIFY_FAMILIES; k++)
        found->family = share[k] > share[found->family] ? k : found->family;
    found->family_confidence = fminf(1, share[found->family]);
}

void classify_sound(const struct classify_model *m, float *row, struct classify *found)
{
    float judge[2];

    memset(found, 0, sizeof(*found));
    model_normalise(row, DESCRIBE_COUNT, m->mean, m->spread, LIMIT);
    find_shares(m, row, found->share);
    choose_class(m, found);
    choose_family(found);
    model_layer(row, DESCRIBE_COUNT, m->judge, m->judge_bias, judge, 2);
    found->one_shot = 1 / (1 + expf(-judge[0]));
    found->tonal = 1 / (1 + expf(-judge[1]));
}
