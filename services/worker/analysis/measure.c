#include "services/worker/analysis/measure.h"

#include <math.h>

#include "services/worker/analysis/parts.h"

#define DB_OF_LN 4.3429448f /* dB for each 1 of a natural logarithm of power */

enum { SEAM_FRAMES = 12 /* 0.14 s */, SEAM_SKIPS = 2 /* frames whose window contains an edge of the sound */ };

static const float AUDIBLE = 9.2f, UNHEARD = 11.5f /* 40 and 50 dB, as ln power */, LEAST_SHARE_DB = -60;

const char *const measure_names[MEASURE_COUNT] = {
    "seconds", "centroid", "low",    "body", "presence", "air",  "flatness", "tonal",  "attack",
    "fall",    "crest",    "spread", "rise", "lift",     "late", "change",   "onsets", "seam",
};

/* The mel frames from the first to the last one within 40 dB of the loudest. */
struct scope {
    const struct mel_frame *frame;
    size_t first, end;
    float loudest;
};

static struct scope scope_of(const struct mel *mel)
{
    struct scope s = { mel->frame, 0, mel->count, -INFINITY };

    for (size_t i = 0; i < mel->count; i++)
        s.loudest = fmaxf(s.loudest, mel->frame[i].power);
    while (s.first + 1 < s.end && s.frame[s.first].power < s.loudest - AUDIBLE)
        s.first++;
    while (s.end > s.first + 1 && s.frame[s.end - 1].power < s.loudest - AUDIBLE)
        s.end--;
    return s;
}

/* ---- spectrum ---- */

static double hz_of_band(size_t band)
{
    double low = log10(1 + MEL_LOWEST_HZ / 700), high = log10(1 + MEL_HIGHEST_HZ / 700);

    return 700 * (pow(10, low + (high - low) * (double)(band + 1) / (MEL_BANDS + 1)) - 1);
}

/* A mel band is a density: its energy is the density times the width. */
static void sum_bands(const struct mel *mel, double energy[MEL_BANDS])
{
    for (size_t b = 0; b < MEL_BANDS; b++)
        energy[b] = mel->total[b] * (hz_of_band(b + 1) - hz_of_band(b));
}

static float share_db(const double energy[MEL_BANDS], double from_hz, double to_hz)
{
    double part = 0, all = 1e-12;

    for (size_t b = 0; b < MEL_BANDS; b++) {
        double hz = hz_of_band(b);
        part += hz >= from_hz && hz < to_hz ? energy[b] : 0;
        all += energy[b];
    }
    return fmaxf(LEAST_SHARE_DB, (float)(10 * log10(part / all + 1e-9)));
}

static void measure_spectrum(const struct mel *mel, float *m)
{
    double energy[MEL_BANDS];

    sum_bands(mel, energy);
    m[MEASURE_LOW] = share_db(energy, 0, 120);
    m[MEASURE_BODY] = share_db(energy, 120, 600);
    m[MEASURE_PRESENCE] = share_db(energy, 2000, 6000);
    m[MEASURE_AIR] = share_db(energy, 8000, 20000);
}

/* ---- means over frames, weighted by power ---- */

struct means {
    double centroid, flatness, late, power;
};

static struct means means_of(const struct scope *s, size_t first, size_t end)
{
    struct means sum = { 0, 0, 0, 1e-12 };

    for (size_t i = first; i < end; i++) {
        double power = exp((double)(s->frame[i].power - s->loudest));
        sum.centroid += power * log2(((double)s->frame[i].centroid + 20) / 1000);
        sum.flatness += power * (double)s->frame[i].flatness;
        sum.late += power * (double)i;
        sum.power += power;
    }
    return (struct means){ sum.centroid / sum.power, sum.flatness / sum.power, sum.late / sum.power,
                           sum.power / (double)(end > first ? end - first : 1) };
}

static void measure_course(const struct scope *s, float *m)
{
    size_t count = s->end - s->first, third = count / 3;
    struct means all = means_of(s, s->first, s->end);
    struct means begin = means_of(s, s->first, s->first + third), last = means_of(s, s->end - third, s->end);

    m[MEASURE_CENTROID] = (float)all.centroid;
    m[MEASURE_FLATNESS] = (float)all.flatness;
    m[MEASURE_LATE] = (float)((all.late - (double)s->first) / (double)(count > 1 ? count - 1 : 1));
    m[MEASURE_RISE] = third ? (float)(10 * log10((last.power + 1e-6) / (begin.power + 1e-6))) : 0;
    m[MEASURE_LIFT] = third ? (float)(last.centroid - begin.centroid) : 0;
}

static float tonal_share(const struct tonal *tonal)
{
    double sum = 0, power = 1e-12;

    for (size_t i = 0; i < tonal->count; i++) {
        sum += (double)(tonal->frame[i].tonal * tonal->frame[i].power);
        power += (double)tonal->frame[i].power;
    }
    return (float)(sum / power);
}

/* ---- changes over time ---- */

/* The spread of the level in dB, without the first and last tenth. */
static float level_spread(const struct scope *s)
{
    size_t tenth = (s->end - s->first) / 10, from = s->first + tenth, to = s->end - tenth;
    float sum = 0, square = 0, n = (float)(to - from);

    for (size_t i = from; i < to; i++) {
        float level = (s->frame[i].power - s->loudest) * DB_OF_LN;
        sum += level;
        square += level * level;
    }
    return sqrtf(fmaxf(0, square / n - sum * sum / n / n));
}

/* Ignores bands 40 dB or more below the loudest band of the frame. */
static float change_of_bands(const struct scope *s)
{
    float all = 0, used = 0;

    for (size_t b = 0; b < MEL_BANDS; b++) {
        float sum = 0, square = 0, n = (float)(s->end - s->first);
        for (size_t i = s->first; i < s->end; i++) {
            float level = fmaxf(-AUDIBLE, s->frame[i].band[b] - s->frame[i].power) * DB_OF_LN;
            sum += level;
            square += level * level;
        }
        if (sum / n <= -AUDIBLE * DB_OF_LN + 1)
            continue;
        all += sqrtf(fmaxf(0, square / n - sum * sum / n / n));
        used++;
    }
    return used > 0 ? all / used : 0;
}

static float strong_onsets(const struct sound_analysis *analysis)
{
    const struct onset *o = &analysis->onset;
    float most = 0, strong = 0;

    for (size_t i = 0; i < o->peaks; i++)
        most = fmaxf(most, o->strength[i]);
    for (size_t i = 0; i < o->peaks; i++)
        strong += o->strength[i] > 0.4f * most;
    return strong / (float)fmax(0.5, (double)o->count / MEL_RATE);
}

/* A band 50 dB below the loudest is inaudible and counts as the floor. */
static float mean_band(const struct mel_frame *frame, size_t band, float floor_level)
{
    float sum = 0;

    for (size_t i = 0; i < SEAM_FRAMES; i++)
        sum += fmaxf(floor_level, frame[i].band[band]) / SEAM_FRAMES;
    return sum;
}

/* A seam is audible where the bands of the last frames differ from those of the first. */
static float seam_of(const struct mel *mel)
{
    const struct mel_frame *begin = mel->frame + SEAM_SKIPS, *end;
    float sum = 0, top = -INFINITY;

    if (mel->count < 2 * (SEAM_FRAMES + SEAM_SKIPS) || mel->count == MEL_FRAMES_MAX)
        return -LEAST_SHARE_DB;
    end = mel->frame + mel->count - SEAM_SKIPS - SEAM_FRAMES;
    for (size_t i = 0; i < mel->count; i++)
        for (size_t b = 0; b < MEL_BANDS; b++)
            top = fmaxf(top, mel->frame[i].band[b]);
    for (size_t b = 0; b < MEL_BANDS; b++)
        sum += fabsf(mean_band(begin, b, top - UNHEARD) - mean_band(end, b, top - UNHEARD));
    return sum / MEL_BANDS * DB_OF_LN;
}

/* ---- attack and fall ---- */

static void measure_envelope(const struct sound_analysis *analysis, float *m)
{
    const struct envelope *e = &analysis->envelope;
    size_t at = 0, ninety, ten, last, findings = 0;
    double square = 0;

    for (size_t i = 1; i < e->count; i++)
        at = e->rms[i] > e->rms[at] ? i : at;
    for (ninety = 0; ninety < at && e->rms[ninety] < 0.9f * e->rms[at]; ninety++)
        ;
    for (ten = ninety; ten > 0 && e->rms[ten] > 0.1f * e->rms[at]; ten--)
        ;
    for (last = e->count; last > at + 1 && e->rms[last - 1] < 0.1f * e->rms[at]; last--)
        ;
    for (size_t i = 0; i < e->count; i++)
        if (e->rms[i] > 0.01f * e->rms[at]) {
            square += (double)e->rms[i] * (double)e->rms[i];
            findings++;
        }
    m[MEASURE_ATTACK] = (float)((double)(ninety - ten) / ENVELOPE_RATE);
    m[MEASURE_FALL] = e->count ? (float)((double)(last - at) / ENVELOPE_RATE) : 0;
    m[MEASURE_CREST] = findings ? (float)(20 * log10((double)analysis->peak / sqrt(square / (double)findings))) : 0;
}

void measure_sound(const struct sound_analysis *analysis, float m[MEASURE_COUNT])
{
    struct scope s = scope_of(&analysis->mel);

    for (int i = 0; i < MEASURE_COUNT; i++)
        m[i] = 0;
    m[MEASURE_SECONDS] = (float)((double)analysis->frames / analysis->rate);
    m[MEASURE_TONAL] = tonal_share(&analysis->tonal);
    measure_envelope(analysis, m);
    if (s.end <= s.first)
        return;
    measure_spectrum(&analysis->mel, m);
    measure_course(&s, m);
    m[MEASURE_SPREAD] = level_spread(&s);
    m[MEASURE_CHANGE] = change_of_bands(&s);
    m[MEASURE_ONSETS] = strong_onsets(analysis);
    m[MEASURE_SEAM] = seam_of(&analysis->mel);
    for (int i = 0; i < MEASURE_COUNT; i++)
        m[i] = isfinite(m[i]) ? m[i] : 0;
}
