#include "services/worker/hear/features/tonality.h"

#include <math.h>
#include <string.h>

static const float LOWEST_NOTE = 28, HIGHEST_NOTE = 110, TUNING_FROM = 40, OFF_TUNE = 0.35f;
static const float ACTIVE = 0.05f, LOUD_PARTIAL = 0.01f;

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
    model->profile = model_matrix(weights, "key.profile", 2, TONALITY_VIEWS * 12);
    model->bias = model_matrix(weights, "key.bias", 1, 2);
    return model->profile && model->bias;
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

struct chroma {
    float at[12], sum;
    int lowest; /* pitch class of the lowest strong partial; -1 none */
};

static void find_chroma(struct chroma *chroma, const struct tonal_frame *frame, float tuning)
{
    float lowest = 999;

    memset(chroma, 0, sizeof(*chroma));
    chroma->lowest = -1;
    for (size_t k = 0; k < frame->count; k++) {
        float note = frame->peak[k].note - tuning, step = roundf(note), off = fabsf(note - step), weight;
        int class = ((int)step + 120) % 12;
        if (frame->peak[k].power > LOUD_PARTIAL * frame->peak[0].power && note < lowest) {
            lowest = note;
            chroma->lowest = class;
        }
        if (note < LOWEST_NOTE || note >= HIGHEST_NOTE || off >= OFF_TUNE)
            continue;
        weight = sqrtf(frame->peak[k].power) * cosf((float)M_PI * off);
        chroma->at[class] += weight;
        chroma->sum += weight;
    }
}

static float loudest_chroma(const struct tonal_frame *frame, size_t count, float tuning)
{
    struct chroma chroma;
    float most = 0;

    for (size_t i = 0; i < count; i++) {
        find_chroma(&chroma, &frame[i], tuning);
        most = fmaxf(most, chroma.sum);
    }
    return most;
}

static void add_views(struct tonality *t, const struct chroma *c, size_t place, size_t active)
{
    size_t tenth = active / 10 > 0 ? active / 10 : 1;

    for (size_t k = 0; k < 12; k++) {
        t->view[0][k] += c->at[k];
        t->view[1][k] += sqrtf(c->at[k] / (c->sum + 1e-9f));
        t->view[3][k] += place < tenth ? c->at[k] : 0;
        t->view[4][k] += place + tenth >= active ? c->at[k] : 0;
    }
    if (c->lowest >= 0)
        t->view[2][c->lowest] += c->sum;
}

static size_t count_active(const struct tonal_frame *frame, size_t count, float tuning, float least)
{
    struct chroma chroma;
    size_t active = 0;

    for (size_t i = 0; i < count; i++) {
        find_chroma(&chroma, &frame[i], tuning);
        active += chroma.sum > least;
    }
    return active;
}

static void find_views(struct tonality *t, const struct tonal_frame *frame, size_t count)
{
    float least = ACTIVE * loudest_chroma(frame, count, t->tuning);
    size_t active = count_active(frame, count, t->tuning, least), place = 0;
    struct chroma chroma;

    for (size_t i = 0; i < count; i++) {
        find_chroma(&chroma, &frame[i], t->tuning);
        if (chroma.sum > least)
            add_views(t, &chroma, place++, active);
    }
    for (size_t v = 0; v < TONALITY_VIEWS; v++) {
        float sum = 1e-9f;
        for (size_t k = 0; k < 12; k++)
            sum += t->view[v][k];
        for (size_t k = 0; k < 12; k++)
            t->view[v][k] /= sum;
    }
}

static float fit_profile(const struct tonality *t, const float *profile, size_t tonic)
{
    float sum = 0;

    for (size_t v = 0; v < TONALITY_VIEWS; v++)
        for (size_t k = 0; k < 12; k++)
            sum += profile[v * 12 + k] * t->view[v][(tonic + k) % 12];
    return sum;
}

static void choose_key(struct tonality *t, const struct tonality_model *model)
{
    float score[TONALITY_KEYS];

    for (size_t key = 0; key < TONALITY_KEYS; key++)
        score[key] = model->bias[key / 12] + fit_profile(t, model->profile + key / 12 * TONALITY_VIEWS * 12, key % 12);
    model_softmax(score, TONALITY_KEYS);
    for (size_t key = 0; key < TONALITY_KEYS; key++)
        t->key = score[key] > score[t->key] ? (int)key : t->key;
    t->confidence = score[t->key];
}

/* Means over the frames, weighted by power: share of the partials, their number, and the unevenness of the pitch
 * classes. */
static void find_signs(struct tonality *t, const struct tonal_frame *frame, size_t count)
{
    double share = 0, number = 0, sum = 1e-12, plain = 0, uneven = 0;

    for (size_t i = 0; i < count; i++) {
        double weight = sqrt((double)frame[i].power);
        share += weight * (double)frame[i].tonal;
        number += weight * (double)frame[i].count;
        plain += (double)frame[i].tonal;
        sum += weight;
    }
    for (size_t k = 0; k < 12; k++)
        uneven += (double)t->view[1][k] * log((double)t->view[1][k] + 1e-6);
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
    find_views(t, frame, count);
    choose_key(t, model);
    find_signs(t, frame, count);
    return 1;
}
