#include "store/pattern/rhythm.h"

#include <math.h>
#include <string.h>

#include "store/pattern/pattern_check.h"

enum band { BAND_LOW, BAND_MIDDLE, BAND_HIGH };
static const double LOW_HZ = 150, HIGH_HZ = 1000, ACCENT = 1, NORMAL = 0.7;
static const double LAG_WEIGHT = 0.5, MORE_WEIGHT = 0.35;

/* ---- the band of a row ---- */

static const struct {
    const char *part;
    enum band band;
} words[] = {
    { "kick", BAND_LOW },     { "bd", BAND_LOW },      { "bass", BAND_LOW },   { "sub", BAND_LOW },
    { "snare", BAND_MIDDLE }, { "clap", BAND_MIDDLE }, { "rim", BAND_MIDDLE }, { "tom", BAND_MIDDLE },
    { "hat", BAND_HIGH },     { "hh", BAND_HIGH },     { "ride", BAND_HIGH },  { "cymbal", BAND_HIGH },
    { "crash", BAND_HIGH },   { "shak", BAND_HIGH },   { "tamb", BAND_HIGH },
};

static bool has_part(struct text name, const char *part)
{
    const uint32_t len = (uint32_t)strlen(part);

    for (uint32_t i = 0; i + len <= name.len; i++)
        if (strncasecmp(name.at + i, part, len) == 0)
            return true;
    return false;
}

static enum band band_of(const struct pattern *pattern, const struct row *row)
{
    const struct voice_values *voice = pattern_voice(&pattern->modules, row->voice_id);
    double hz = row->notes.count           ? row->notes.at[0]
                : row->has_base_freq       ? row->base_freq
                : voice && voice->has_freq ? voice->freq
                                           : 220;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (has_part(row->name, words[i].part))
            return words[i].band;
    return hz < LOW_HZ ? BAND_LOW : hz < HIGH_HZ ? BAND_MIDDLE : BAND_HIGH;
}

/* ---- the bar ---- */

/* An odd step of a swinging pattern lies between two steps, and counts for both. */
static void add_step(double *bands, enum band band, uint32_t step, double weight, double late)
{
    double *bar = bands + band * RHYTHM_STEPS;

    bar[step % RHYTHM_STEPS] += weight * (1 - late);
    bar[(step + 1) % RHYTHM_STEPS] += weight * late;
}

static void count_row_hits(const struct pattern *pattern, const struct row *row, double *bands, double *hits,
                           double *accents)
{
    const enum band band = band_of(pattern, row);
    const double swing = pattern->sequencer.has_swing ? pattern->sequencer.swing : 0;
    const double bars = (double)row->pattern.len / RHYTHM_STEPS;

    for (uint32_t i = 0; i < row->pattern.len; i++) {
        const bool accent = row->pattern.at[i] == 'X';

        if (row->pattern.at[i] == '.')
            continue;
        add_step(bands, band, i, (accent ? ACCENT : NORMAL) / bars, i % 2 ? swing / 2 : 0);
        *hits += 1 / bars;
        *accents += accent / bars;
    }
}

static void scale_to(double *at, uint32_t count, double length)
{
    double sum = 0;

    for (uint32_t i = 0; i < count; i++)
        sum += at[i] * at[i];
    for (uint32_t i = 0; i < count && sum > 0; i++)
        at[i] *= length / sqrt(sum);
}

/* How like the bar is itself when it begins 1 to 8 steps later. */
static void find_lags(const double *bands, double *to)
{
    double all = 1e-9;

    for (uint32_t i = 0; i < RHYTHM_BANDS * RHYTHM_STEPS; i++)
        all += bands[i] * bands[i];
    for (uint32_t lag = 1; lag <= RHYTHM_LAGS; lag++) {
        double sum = 0;
        for (uint32_t i = 0; i < RHYTHM_BANDS * RHYTHM_STEPS; i++) {
            const uint32_t step = i % RHYTHM_STEPS;
            sum += bands[i] * bands[i - step + (step + lag) % RHYTHM_STEPS];
        }
        to[lag - 1] = LAG_WEIGHT * sum / all;
    }
}

static double share_off_the_beat(const double *bands)
{
    double off = 0, all = 1e-9;

    for (uint32_t i = 0; i < RHYTHM_BANDS * RHYTHM_STEPS; i++) {
        all += bands[i];
        off += i % 4 == 0 ? 0 : i % 2 == 0 ? bands[i] / 2 : bands[i];
    }
    return off / all;
}

void rhythm_of(const struct pattern *pattern, struct rhythm *to)
{
    double values[RHYTHM_SIZE] = { 0 }, hits = 0, accents = 0;
    double *const lags = values + RHYTHM_BANDS * RHYTHM_STEPS, *const more = lags + RHYTHM_LAGS;

    memset(to, 0, sizeof(*to));
    for (uint32_t i = 0; i < pattern->sequencer.tracks.count; i++)
        count_row_hits(pattern, &pattern->sequencer.tracks.at[i], values, &hits, &accents);
    if (hits <= 0)
        return;
    find_lags(values, lags);
    more[0] = MORE_WEIGHT * hits / (hits + RHYTHM_STEPS);
    more[1] = MORE_WEIGHT * accents / hits;
    more[2] = MORE_WEIGHT * share_off_the_beat(values);
    scale_to(values, RHYTHM_BANDS * RHYTHM_STEPS, 1);
    for (uint32_t i = 0; i < RHYTHM_SIZE; i++)
        to->at[i] = (float)values[i];
}

double rhythm_distance(const struct rhythm *one, const struct rhythm *other)
{
    double sum = 0;

    for (uint32_t i = 0; i < RHYTHM_SIZE; i++)
        sum += ((double)one->at[i] - other->at[i]) * ((double)one->at[i] - other->at[i]);
    return fmin(sqrt(sum), 2);
}
