#include "services/worker/analysis/features/tonality.h"

#include <math.h>
#include <string.h>

static const float TUNING_FROM = 40;

static const char *const NAME[TONALITY_KEYS] = {
    "Cmaj", "C#maj", "Dmaj", "D#maj", "Emaj", "Fmaj", "F#maj", "Gmaj", "G#maj", "Amaj", "A#maj", "Bmaj",
    "Cmin", "C#min", "Dmin", "D#min", "Emin", "Fmin", "F#min", "Gmin", "G#min", "Amin", "A#min", "Bmin"
};

const char *tonality_name(int key)
{
    return NAME[key];
}

int tonality_init(struct tonality_model *model, const struct model *weights)
{
    model->mean = model_matrix(weights, "key.mean", 1, TONALITY_INPUTS);
    model->spread = model_matrix(weights, "key.spread", 1, TONALITY_INPUTS);
    model->in = model_matrix(weights, "key.in", TONALITY_INPUTS, TONALITY_HIDDEN);
    model->in_bias = model_matrix(weights, "key.in_bias", 1, TONALITY_HIDDEN);
    model->out = model_matrix(weights, "key.out", TONALITY_HIDDEN, 2);
    model->direct = model_matrix(weights, "key.direct", TONALITY_INPUTS, 2);
    model->bias = model_matrix(weights, "key.bias", 1, 2);
    return model->mean && model->spread && model->in && model->in_bias && model->out && model->direct && model->bias;
}

/* The mean direction of all partials on a circle whose circumference is one semitone. */
static void find_tuning(struct tonality *t, const struct tonal_frame *frame, size_t count)
{
    double re = 0, im = 0, sum = 1e-12;

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < frame[i].count; k++) {
            const struct tonal_peak *p = &frame[i].peak[k];
            double weight = p->note > TUNING_FROM ? sqrt((double)p->power) : 0;
            re += weight * cos(2 * M_PI * (double)p->note);
            im += weight * sin(2 * M_PI * (double)p->note);
            sum += weight;
        }
    t->tuning = (float)(atan2(im, re) / (2 * M_PI));
    t->steadiness = (float)(sqrt(re * re + im * im) / sum);
}

static void score_tonic(const struct harmony *harmony, const struct tonality_model *model, size_t tonic, float score[2])
{
    struct harmony seen;
    float *in = &seen.row[0][0], hidden[TONALITY_HIDDEN], direct[2];

    harmony_turn(harmony, tonic, &seen);
    model_normalise(in, TONALITY_INPUTS, model->mean, model->spread, 4);
    model_layer(in, TONALITY_INPUTS, model->in, model->in_bias, hidden, TONALITY_HIDDEN);
    model_rectify(hidden, TONALITY_HIDDEN);
    model_layer(hidden, TONALITY_HIDDEN, model->out, model->bias, score, 2);
    model_layer(in, TONALITY_INPUTS, model->direct, NULL, direct, 2);
    score[0] += direct[0];
    score[1] += direct[1];
}

static void choose_key(struct tonality *t, const struct tonality_model *model)
{
    float score[TONALITY_KEYS], pair[2];

    for (size_t tonic = 0; tonic < 12; tonic++) {
        score_tonic(&t->harmony, model, tonic, pair);
        score[tonic] = pair[0];
        score[12 + tonic] = pair[1];
    }
    model_softmax(score, TONALITY_KEYS);
    for (size_t key = 0; key < TONALITY_KEYS; key++)
        t->key = score[key] > score[t->key] ? (int)key : t->key;
    t->confidence = score[t->key];
}

/* Means over the frames, weighted by power: share of the partials, their number, and the unevenness of the pitch
 * classes. */
static void find_signs(struct tonality *t, const struct tonal_frame *frame, size_t count)
{
    const float *even = t->harmony.row[HARMONY_EVEN];
    double share = 0, number = 0, sum = 1e-12, plain = 0, uneven = 0;

    for (size_t i = 0; i < count; i++) {
        double weight = sqrt((double)frame[i].power);
        share += weight * (double)frame[i].tonal;
        number += weight * (double)frame[i].count;
        plain += (double)frame[i].tonal;
        sum += weight;
    }
    for (size_t k = 0; k < 12; k++)
        uneven += (double)even[k] * log((double)even[k] + 1e-6);
    t->signs[0] = t->steadiness;
    t->signs[1] = (float)(share / sum);
    t->signs[2] = (float)(number / sum / TONAL_PEAKS);
    t->signs[3] = (float)(plain / (double)(count ? count : 1));
    t->signs[4] = (float)(uneven + 2.5);
    t->signs[5] = logf(t->confidence + 1e-4f) / 4;
}

int tonality_find(struct tonality *t, const struct tonality_model *model, const struct tonal_frame *frame, size_t count)
{
    size_t partials = 0;

    memset(t, 0, sizeof(*t));
    for (size_t i = 0; i < count; i++)
        partials += frame[i].count;
    if (partials == 0)
        return 0;
    find_tuning(t, frame, count);
    harmony_find(&t->harmony, frame, count, t->tuning);
    choose_key(t, model);
    find_signs(t, frame, count);
    return 1;
}
