#include "services/worker/analysis/hear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/rt/denormals.h"
#include "services/worker/analysis/artefacts.h"
#include "services/worker/analysis/describe.h"
#include "services/worker/analysis/measure.h"
#include "services/worker/analysis/parts.h"
#include "services/worker/analysis/verdict.h"

static const double FAST_RATE_MAX = 50000, RATE_MAX = 1e6;
static const float HEAD_STARTS = 1e-4f, START_BELOW = 4.6f /* 20 dB, as a natural logarithm of power */;
static const float HIGH_NOTE = 88;

enum { CHANNELS_MAX = 1024, CURVE_MAX = 1 << 20 };

/* False: the model has another layout. */
static int init_models(struct hear *hear)
{
    struct model model = model_compiled_in();

    return tempo_init(&hear->tempo, &model) && tonality_init(&hear->tonality_model, &model) &&
           classify_init(&hear->classify_model, &model) && embed_init(&hear->embed_model, &model);
}

struct hear *hear_new(void)
{
    struct hear *hear = alloc_zeroed(1, sizeof(*hear));

    hear->curve = alloc_bytes(CURVE_MAX);
    hear->pitch = pitch_new();
    mel_init(&hear->mel);
    tonal_init(&hear->tonal);
    fingerprint_init(&hear->fingerprint);
    if (init_models(hear))
        return hear;
    hear_free(hear);
    return NULL;
}

void hear_free(struct hear *hear)
{
    if (!hear)
        return;
    pitch_free(hear->pitch);
    tonal_free(&hear->tonal);
    mel_free(&hear->mel);
    fingerprint_free(&hear->fingerprint);
    overview_free(&hear->overview);
    artefacts_free(&hear->artefacts);
    free(hear->curve);
    free(hear->clean);
    free(hear);
}

static void start_parts(struct hear *hear)
{
    hear->fast_rate = mono_chain_start(&hear->to_fast, hear->rate, FAST_RATE_MAX);
    hear->slow_rate = mono_chain_start(&hear->to_slow, hear->fast_rate, TONAL_RATE_MAX);
    loudness_start(&hear->loudness, hear->rate, hear->channels, hear->curve, CURVE_MAX);
    overview_start(&hear->overview);
    envelope_start(&hear->envelope, hear->fast_rate);
    fingerprint_start(&hear->fingerprint, hear->fast_rate, hear->rate, hear->channels);
    mel_start(&hear->mel, hear->fast_rate);
    tonal_start(&hear->tonal, hear->slow_rate);
    hear->has_begun = true;
}

enum err hear_begin(struct hear *hear, double rate, int channels)
{
    no_denormals();
    if (!(rate >= 1 && rate <= RATE_MAX) || channels < 1 || channels > CHANNELS_MAX)
        return ERR_BAD_REQUEST;
    hear->clean = alloc_grow(hear->clean, MONO_BLOCK * (size_t)channels, sizeof(*hear->clean));
    hear->rate = rate;
    hear->channels = (size_t)channels;
    hear->frames = 0;
    hear->peak = 0;
    hear->head_count = 0;
    start_parts(hear);
    return ERR_OK;
}

/* Copies samples; NaN, infinities and absurd values become zero. Returns the largest magnitude. */
static float clean_copy(float *to, const float *from, size_t count)
{
    float most = 0;

    for (size_t i = 0; i < count; i++) {
        float v = from[i], size = fabsf(v);
        v = size < 1e6f ? v : 0;
        size = size < 1e6f ? size : 0;
        most = size > most ? size : most;
        to[i] = v;
    }
    return most;
}

/* Keeps the slow samples from the first audible one. */
static void keep_head(struct hear *hear, const float *slow, size_t count)
{
    size_t i = 0;

    while (hear->head_count == 0 && i < count && fabsf(slow[i]) < HEAD_STARTS)
        i++;
    for (; i < count && hear->head_count < PITCH_HEAD_MAX; i++)
        hear->head[hear->head_count++] = slow[i];
}

static void feed_block(struct hear *hear, const float *interleaved, size_t frames)
{
    float most = clean_copy(hear->clean, interleaved, frames * hear->channels);
    size_t count;

    hear->peak = fmaxf(hear->peak, most);
    hear->frames += frames;
    loudness_feed(&hear->loudness, hear->clean, frames, hear->channels);
    fingerprint_hash(&hear->fingerprint, hear->clean, frames * hear->channels);
    mono_mix(hear->mono, hear->clean, frames, hear->channels);
    overview_feed(&hear->overview, hear->mono, frames);
    count = mono_chain_run(&hear->to_fast, hear->mono, frames);
    envelope_feed(&hear->envelope, hear->mono, count);
    mel_feed(&hear->mel, hear->mono, count);
    fingerprint_keep(&hear->fingerprint, hear->mono, count);
    count = mono_chain_run(&hear->to_slow, hear->mono, count);
    tonal_feed(&hear->tonal, hear->mono, count);
    keep_head(hear, hear->mono, count);
}

void hear_feed(struct hear *hear, const float *interleaved, size_t frames)
{
    while (frames > 0 && hear->has_begun) {
        size_t now = frames < MONO_BLOCK ? frames : MONO_BLOCK;
        feed_block(hear, interleaved, now);
        interleaved += now * hear->channels;
        frames -= now;
    }
}

static size_t find_start(const struct mel *mel)
{
    float most = -INFINITY;
    size_t i = 0;

    for (size_t k = 0; k < mel->count; k++)
        most = fmaxf(most, mel->frame[k].power);
    while (i < mel->count && mel->frame[i].power < most - START_BELOW)
        i++;
    return i;
}

/* The first slow sample of the head within 20 dB of its loudest. */
static size_t find_head_start(const struct hear *hear)
{
    float most = 0;
    size_t i = 0;

    for (size_t k = 0; k < hear->head_count; k++)
        most = fabsf(hear->head[k]) > most ? fabsf(hear->head[k]) : most;
    while (i < hear->head_count && fabsf(hear->head[i]) < 0.1f * most)
        i++;
    return i;
}

/* The period of a high note is only a few samples long; its partial gives a more exact pitch. */
static void make_pitch_exact(struct hear *hear)
{
    float note = hear->track.middle, off = note > HIGH_NOTE ? 1.0f : 0.35f, partial;

    if (note <= 0)
        return;
    partial = tonal_nearest(&hear->tonal, note, off);
    if (partial > 0)
        hear->track.middle = partial;
}

/* The first beat: the start of a loop, otherwise the first onset. */
static double find_first_beat(const struct hear *hear)
{
    return hear->tempo_found.beats || hear->onset.peaks == 0 ? 0 : (double)hear->onset.time[0];
}

/* Computes every measurement that needs the whole sound. */
static void judge_whole(struct hear *hear)
{
    mel_finish(&hear->mel);
    tonal_finish(&hear->tonal);
    fingerprint_finish(&hear->fingerprint);
    hear->start = find_start(&hear->mel);
    onset_find(&hear->onset, hear->mel.frame, hear->mel.count);
    pitch_follow(hear->pitch, hear->head, hear->head_count, hear->slow_rate, find_head_start(hear), &hear->track);
    make_pitch_exact(hear);
    hear->tempo_found = tempo_find(&hear->tempo, &hear->onset, (double)hear->frames / hear->rate);
    hear->first_beat = find_first_beat(hear);
    hear->has_key = tonality_find(&hear->tonality, &hear->tonality_model, hear->tonal.frame, hear->tonal.count);
    describe_sound(hear, hear->row);
    measure_sound(hear, hear->measure);
}

static enum err fill_result(struct hear *hear, struct heard_sound *out)
{
    float row[DESCRIBE_COUNT];

    memcpy(row, hear->row, sizeof(row));
    classify_sound(&hear->classify_model, row, &hear->classify);
    if (hear->peak > 0)
        embed_sound(&hear->embed_model, row, &hear->classify, &out->embedding);
    if (hear->classify.one_shot > 0.5f)
        hear->tempo_found = (struct tempo_found){ 0 };
    verdict_make(hear, out);
    return artefacts_make(&hear->artefacts, hear, out);
}

enum err hear_end(struct hear *hear, struct heard_sound *out)
{
    memset(out, 0, sizeof(*out));
    if (!hear->has_begun)
        return ERR_BAD_REQUEST;
    judge_whole(hear);
    return fill_result(hear, out);
}
