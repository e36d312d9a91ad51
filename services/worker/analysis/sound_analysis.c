#include "services/worker/analysis/sound_analysis.h"

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
static int init_models(struct sound_analysis *analysis)
{
    struct model model = model_compiled_in();

    return tempo_init(&analysis->tempo, &model) && tonality_init(&analysis->tonality_model, &model) &&
           classify_init(&analysis->classify_model, &model) && embed_init(&analysis->embed_model, &model);
}

struct sound_analysis *sound_analysis_new(void)
{
    struct sound_analysis *analysis = alloc_zeroed(1, sizeof(*analysis));

    analysis->curve = alloc_bytes(CURVE_MAX);
    analysis->pitch = pitch_new();
    mel_init(&analysis->mel);
    tonal_init(&analysis->tonal);
    fingerprint_init(&analysis->fingerprint);
    if (init_models(analysis))
        return analysis;
    sound_analysis_free(analysis);
    return NULL;
}

void sound_analysis_free(struct sound_analysis *analysis)
{
    if (!analysis)
        return;
    pitch_free(analysis->pitch);
    tonal_free(&analysis->tonal);
    mel_free(&analysis->mel);
    fingerprint_free(&analysis->fingerprint);
    overview_free(&analysis->overview);
    artefacts_free(&analysis->artefacts);
    free(analysis->curve);
    free(analysis->clean);
    free(analysis);
}

static void start_parts(struct sound_analysis *analysis)
{
    analysis->fast_rate = mono_chain_start(&analysis->to_fast, analysis->rate, FAST_RATE_MAX);
    analysis->slow_rate = mono_chain_start(&analysis->to_slow, analysis->fast_rate, TONAL_RATE_MAX);
    loudness_start(&analysis->loudness, analysis->rate, analysis->channels, analysis->curve, CURVE_MAX);
    overview_start(&analysis->overview);
    envelope_start(&analysis->envelope, analysis->fast_rate);
    fingerprint_start(&analysis->fingerprint, analysis->fast_rate, analysis->rate, analysis->channels);
    mel_start(&analysis->mel, analysis->fast_rate);
    tonal_start(&analysis->tonal, analysis->slow_rate);
    analysis->has_begun = true;
}

enum err sound_analysis_begin(struct sound_analysis *analysis, double rate, int channels)
{
    no_denormals();
    if (!(rate >= 1 && rate <= RATE_MAX) || channels < 1 || channels > CHANNELS_MAX)
        return ERR_BAD_REQUEST;
    analysis->clean = alloc_grow(analysis->clean, MONO_BLOCK * (size_t)channels, sizeof(*analysis->clean));
    analysis->rate = rate;
    analysis->channels = (size_t)channels;
    analysis->frames = 0;
    analysis->peak = 0;
    analysis->head_count = 0;
    start_parts(analysis);
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
static void keep_head(struct sound_analysis *analysis, const float *slow, size_t count)
{
    size_t i = 0;

    while (analysis->head_count == 0 && i < count && fabsf(slow[i]) < HEAD_STARTS)
        i++;
    for (; i < count && analysis->head_count < PITCH_HEAD_MAX; i++)
        analysis->head[analysis->head_count++] = slow[i];
}

static void feed_block(struct sound_analysis *analysis, const float *interleaved, size_t frames)
{
    float most = clean_copy(analysis->clean, interleaved, frames * analysis->channels);
    size_t count;

    analysis->peak = fmaxf(analysis->peak, most);
    analysis->frames += frames;
    loudness_feed(&analysis->loudness, analysis->clean, frames, analysis->channels);
    fingerprint_hash(&analysis->fingerprint, analysis->clean, frames * analysis->channels);
    mono_mix(analysis->mono, analysis->clean, frames, analysis->channels);
    overview_feed(&analysis->overview, analysis->mono, frames);
    count = mono_chain_run(&analysis->to_fast, analysis->mono, frames);
    envelope_feed(&analysis->envelope, analysis->mono, count);
    mel_feed(&analysis->mel, analysis->mono, count);
    fingerprint_keep(&analysis->fingerprint, analysis->mono, count);
    count = mono_chain_run(&analysis->to_slow, analysis->mono, count);
    tonal_feed(&analysis->tonal, analysis->mono, count);
    keep_head(analysis, analysis->mono, count);
}

void sound_analysis_feed(struct sound_analysis *analysis, const float *interleaved, size_t frames)
{
    while (frames > 0 && analysis->has_begun) {
        size_t now = frames < MONO_BLOCK ? frames : MONO_BLOCK;
        feed_block(analysis, interleaved, now);
        interleaved += now * analysis->channels;
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
static size_t find_head_start(const struct sound_analysis *analysis)
{
    float most = 0;
    size_t i = 0;

    for (size_t k = 0; k < analysis->head_count; k++)
        most = fabsf(analysis->head[k]) > most ? fabsf(analysis->head[k]) : most;
    while (i < analysis->head_count && fabsf(analysis->head[i]) < 0.1f * most)
        i++;
    return i;
}

/* The period of a high note is only a few samples long; its partial gives a more exact pitch. */
static void make_pitch_exact(struct sound_analysis *analysis)
{
    float note = analysis->track.middle, off = note > HIGH_NOTE ? 1.0f : 0.35f, partial;

    if (note <= 0)
        return;
    partial = tonal_nearest(&analysis->tonal, note, off);
    if (partial > 0)
        analysis->track.middle = partial;
}

/* The first beat: the start of a loop, otherwise the first onset. */
static double find_first_beat(const struct sound_analysis *analysis)
{
    return analysis->tempo_found.beats || analysis->onset.peaks == 0 ? 0 : (double)analysis->onset.time[0];
}

/* Computes every measurement that needs the whole sound. */
static void judge_whole(struct sound_analysis *analysis)
{
    mel_finish(&analysis->mel);
    tonal_finish(&analysis->tonal);
    fingerprint_finish(&analysis->fingerprint);
    analysis->start = find_start(&analysis->mel);
    onset_find(&analysis->onset, analysis->mel.frame, analysis->mel.count);
    pitch_follow(analysis->pitch, analysis->head, analysis->head_count, analysis->slow_rate, find_head_start(analysis),
                 &analysis->track);
    make_pitch_exact(analysis);
    analysis->tempo_found = tempo_find(&analysis->tempo, &analysis->onset, (double)analysis->frames / analysis->rate);
    analysis->first_beat = find_first_beat(analysis);
    analysis->has_key =
        tonality_find(&analysis->tonality, &analysis->tonality_model, analysis->tonal.frame, analysis->tonal.count);
    describe_sound(analysis, analysis->row);
    measure_sound(analysis, analysis->measure);
}

static enum err fill_result(struct sound_analysis *analysis, struct sound_findings *out)
{
    float row[DESCRIBE_COUNT];

    memcpy(row, analysis->row, sizeof(row));
    classify_sound(&analysis->classify_model, row, &analysis->classify);
    if (analysis->peak > 0)
        embed_sound(&analysis->embed_model, row, &analysis->classify, &out->embedding);
    if (analysis->classify.one_shot > 0.5f)
        analysis->tempo_found = (struct tempo_found){ 0 };
    verdict_make(analysis, out);
    return artefacts_make(&analysis->artefacts, analysis, out);
}

enum err sound_analysis_end(struct sound_analysis *analysis, struct sound_findings *out)
{
    memset(out, 0, sizeof(*out));
    if (!analysis->has_begun)
        return ERR_BAD_REQUEST;
    judge_whole(analysis);
    return fill_result(analysis, out);
}
