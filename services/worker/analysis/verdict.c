#include "services/worker/analysis/verdict.h"

#include <math.h>
#include <stdio.h>

#include "services/worker/analysis/parts.h"
#include "services/worker/analysis/tag.h"

static const double SILENT_DB = -80, LEAST_TONAL = 0.5, LEAST_AGREEMENT = 0.35, LEAST_SECONDS = 0.02;
static const double LOWEST_PITCH_HZ = 20, MOST_UNSURE_CLASS = 0.03, LEAST_SURE_TAG = 0.5;
static const double LEAST_SECOND = 0.1; /* probability of a second tempo that is worth a fact */

static struct findings_fact *claim_fact(struct sound_findings *out, const char *attribute, double confidence)
{
    struct findings_fact *fact = &out->fact[out->fact_count++];

    *fact = (struct findings_fact){ .attribute = attribute, .confidence = fmin(1, fmax(0, confidence)) };
    return fact;
}

static void claim_number(struct sound_findings *out, const char *attribute, double number, double confidence)
{
    struct findings_fact *fact;

    if (!isfinite(number) || !isfinite(confidence) || out->fact_count == FINDINGS_FACTS_MAX)
        return;
    fact = claim_fact(out, attribute, confidence);
    fact->is_number = true;
    fact->number = number;
}

static void claim_word(struct sound_findings *out, const char *attribute, const char *word, double confidence)
{
    if (!isfinite(confidence) || out->fact_count == FINDINGS_FACTS_MAX)
        return;
    snprintf(claim_fact(out, attribute, confidence)->text, sizeof(out->fact->text), "%s", word);
}

/* States 0 or 1, whichever is likelier. */
static void claim_flag(struct sound_findings *out, const char *attribute, double probability)
{
    claim_number(out, attribute, probability > 0.5, fmax(probability, 1 - probability));
}

static void claim_level(const struct sound_analysis *analysis, struct sound_findings *out)
{
    double lufs;

    if (loudness_integrated(&analysis->loudness, &lufs))
        claim_number(out, "lufs", lufs, analysis->loudness.tenths >= 4 ? 1 : 0.6);
    if (analysis->peak > 0)
        claim_number(out, "peak_dbfs", 20 * log10((double)analysis->peak), 1);
}

static double centroid_hz(const struct mel *mel)
{
    double sum = 0, weight = 0;

    for (size_t i = 0; i < mel->count; i++) {
        double power = exp((double)mel->frame[i].power);
        sum += power * (double)mel->frame[i].centroid;
        weight += power;
    }
    return weight > 0 ? sum / weight : NAN;
}

static void claim_pitch(const struct sound_analysis *analysis, struct sound_findings *out)
{
    static const char *const STEP[12] = { "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B" };
    double note = (double)analysis->track.middle, hz = 440 * exp2((note - 69) / 12);
    double confidence = (double)analysis->track.agreement;
    int step = (int)lround(note);
    char text[16];

    if (note <= 0 || confidence < LEAST_AGREEMENT || hz < LOWEST_PITCH_HZ || hz > analysis->slow_rate / 2)
        return;
    snprintf(text, sizeof(text), "%s%d", STEP[step % 12], step / 12 - 1);
    claim_number(out, "pitch_hz", hz, confidence);
    claim_word(out, "note", text, confidence);
}

static void claim_rhythm(const struct sound_analysis *analysis, struct sound_findings *out)
{
    const struct tempo_found *t = &analysis->tempo_found;
    double seamless = (double)tag_seamless(analysis->measure);
    double one_shot = (double)analysis->classify.one_shot * (1 - seamless);
    double whole = t->bpm > 0 && t->beats > 0 ? (t->beats % 4 ? 0.5 : 1) * t->confidence : 0;

    claim_number(out, "onsets", (double)analysis->onset.peaks, 0.8);
    if (t->bpm > 0)
        claim_number(out, "bpm", t->bpm, t->confidence * (1 - one_shot));
    if (t->second_bpm > 0 && t->second_confidence >= LEAST_SECOND)
        claim_number(out, "bpm_second", t->second_bpm, t->second_confidence * (1 - one_shot));
    claim_flag(out, "one_shot", one_shot);
    claim_flag(out, "loopable", fmax(seamless, fmin(1, whole + 0.2 * (whole > 0)) * (1 - one_shot)));
}

/* Prefers a texture or an effect if its confidence exceeds that of the class's family. */
static void claim_family(const struct sound_analysis *analysis, struct sound_findings *out, double sureness)
{
    double texture = (double)tag_texture(analysis->measure), effect = (double)tag_effect(analysis->measure);
    const char *word = classify_family_name(analysis->classify.family);

    if (fmax(texture, effect) > sureness) {
        word = effect > texture ? "fx" : "texture";
        sureness = fmax(texture, effect);
    }
    claim_word(out, "family", word, sureness);
}

static void claim_tags(const struct sound_analysis *analysis, struct sound_findings *out)
{
    for (size_t i = 0; i < tag_count; i++) {
        double sureness = (double)tag_sureness(&tag_table[i], analysis->measure);
        if (sureness >= LEAST_SURE_TAG)
            claim_number(out, tag_table[i].attribute, 1, sureness);
    }
}

static void claim_kind(const struct sound_analysis *analysis, struct sound_findings *out)
{
    const struct classify *c = &analysis->classify;
    double known = c->one_shot > 0.5f ? 1 : 0.5; /* the classes were learned from one-shots */

    if ((double)c->confidence * known > MOST_UNSURE_CLASS)
        claim_word(out, "class", classify_name(c->best), (double)c->confidence * known);
    claim_family(analysis, out, (double)c->family_confidence * (0.5 + known / 2));
    if (analysis->has_key && (double)c->tonal > LEAST_TONAL)
        claim_word(out, "key", tonality_name(analysis->tonality.key),
                   (double)analysis->tonality.confidence * (double)c->tonal);
}

void verdict_make(const struct sound_analysis *analysis, struct sound_findings *out)
{
    int silent = (double)analysis->peak <= pow(10, SILENT_DB / 20);

    claim_level(analysis, out);
    claim_number(out, "silent", silent, 1);
    if (silent || (double)analysis->frames < LEAST_SECONDS * analysis->rate)
        return;
    claim_number(out, "centroid_hz", centroid_hz(&analysis->mel), 1);
    claim_pitch(analysis, out);
    claim_rhythm(analysis, out);
    claim_kind(analysis, out);
    claim_tags(analysis, out);
}
