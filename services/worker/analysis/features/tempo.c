#include "services/worker/analysis/features/tempo.h"

#include <math.h>
#include <string.h>

enum { WINDOW = 8, STEPS = 16, MULTIPLES = 10, PEAKS = 6, LAG_MAX = 1400, PRIORS = 7 };

static const double LEAST_BPM = 55, MOST_BPM = 195, LONGEST_LOOP = 45, SAME = 0.006, AGREES = 0.015,
                    NEAR = 2.2 /* frames */;
static const double MULTIPLE[MULTIPLES] = { 0.25, 1.0 / 3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 8 };
static const double PRIOR[PRIORS] = { -0.8, -0.5, -0.25, 0, 0.25, 0.5, 0.75 };

int tempo_init(struct tempo *tempo, const struct model *model)
{
    struct tempo_model *m = &tempo->model;

    m->mean = model_matrix(model, "tempo.mean", 1, TEMPO_FEATURES);
    m->spread = model_matrix(model, "tempo.spread", 1, TEMPO_FEATURES);
    m->in = model_matrix(model, "tempo.in", TEMPO_FEATURES, TEMPO_HIDDEN);
    m->in_bias = model_matrix(model, "tempo.in_bias", 1, TEMPO_HIDDEN);
    m->out = model_matrix(model, "tempo.out", TEMPO_HIDDEN, 1);
    m->direct = model_matrix(model, "tempo.direct", TEMPO_FEATURES, 1);
    return m->mean && m->spread && m->in && m->in_bias && m->out && m->direct;
}

/* Keeps the part of the flux above its local mean. */
static void stand_out(float *to, const float *flux, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < WINDOW && i < count; i++)
        sum += (double)flux[i];
    for (size_t i = 0; i < count; i++) {
        if (i + WINDOW < count)
            sum += (double)flux[i + WINDOW];
        to[i] = fmaxf(0, flux[i] - (float)(sum / (2 * WINDOW + 1)));
        if (i >= WINDOW)
            sum -= (double)flux[i - WINDOW];
    }
}

static void compute_autocorrelation(float *like, const float *x, size_t count)
{
    for (size_t lag = 0; lag < count; lag++)
        like[lag] = 0;
    for (size_t i = 0; i < count; i++) {
        size_t lags = count - i < LAG_MAX ? count - i : LAG_MAX;
        for (size_t lag = 0; x[i] > 0 && lag < lags; lag++)
            like[lag] += x[i] * x[i + lag];
    }
    for (size_t lag = count; lag-- > 0;)
        like[lag] /= like[0] + 1e-9f;
}

static double frames_a_beat(double bpm)
{
    return MEL_RATE * 60 / bpm;
}

static void add_candidate(struct tempo *t, double bpm, size_t beats)
{
    if (bpm < LEAST_BPM || bpm > MOST_BPM || t->candidates == TEMPO_CANDIDATES_MAX)
        return;
    for (size_t i = 0; beats == 0 && i < t->candidates; i++)
        if (t->candidate[i].beats == 0 && fabs(bpm / t->candidate[i].bpm - 1) <= SAME)
            return;
    t->candidate[t->candidates++] = (struct tempo_candidate){ bpm, beats };
}

/* Makes a period exact at its multiples, where the autocorrelation has a finer resolution. */
static double refine_period(const struct tempo *t, double period)
{
    for (size_t multiple = 1; multiple <= 16; multiple *= 2) {
        double at = period * (double)multiple, bend, offset;
        size_t best, last = (size_t)(at + 3);
        if (at + 3 >= 0.9 * (double)t->count || last >= LAG_MAX)
            break;
        best = at < 3 ? 1 : (size_t)(at - 2);
        for (size_t lag = best; lag < last; lag++)
            best = t->like[lag] >= t->like[best] ? lag : best;
        bend = (double)(t->like[best - 1] - 2 * t->like[best] + t->like[best + 1]);
        offset = bend < 0 ? 0.5 * (double)(t->like[best - 1] - t->like[best + 1]) / bend : 0;
        period = ((double)best + fmax(-0.5, fmin(0.5, offset))) / (double)multiple;
    }
    return period;
}

static void add_by_length(struct tempo *t, double seconds)
{
    for (size_t beats = 1; seconds < LONGEST_LOOP && (double)beats <= seconds * MOST_BPM / 60; beats++)
        add_candidate(t, 60 * (double)beats / seconds, beats);
}

/* Fills `peak` with the lags of the highest autocorrelation peaks, highest first. */
static size_t find_peaks(const struct tempo *t, size_t *peak)
{
    size_t found = 0, first = (size_t)frames_a_beat(MOST_BPM), last = (size_t)frames_a_beat(LEAST_BPM) + 1;

    for (size_t lag = first; lag < last && lag + 1 < t->count; lag++) {
        size_t at = found < PEAKS ? found : PEAKS;
        if (t->like[lag] <= t->like[lag - 1] || t->like[lag] < t->like[lag + 1])
            continue;
        for (; at > 0 && t->like[peak[at - 1]] < t->like[lag]; at--)
            if (at < PEAKS)
                peak[at] = peak[at - 1];
        if (at < PEAKS)
            peak[at] = lag;
        found += found < PEAKS;
    }
    return found;
}

static void add_by_flux(struct tempo *t)
{
    static const double OCTAVE[3] = { 1, 2, 0.5 };
    size_t peak[PEAKS], found = find_peaks(t, peak);

    for (size_t i = 0; i < found; i++)
        for (size_t k = 0; k < 3; k++)
            add_candidate(t, MEL_RATE * 60 / refine_period(t, (double)peak[i] * OCTAVE[k]), 0);
}

/* The shares of the rises that lie near grids of different steps. */
struct grid {
    float step[ONSET_RANGES][STEPS]; /* of a bar of four beats: the share in each range of bands */
    float sixteenths, triplets, beats, eighths;
};

static int near_grid(double beats, double steps, double period)
{
    double at = beats * steps;

    return fabs(at - nearbyint(at)) * period / steps <= NEAR;
}

static void lay_grid(struct grid *grid, const struct tempo *t, const struct onset *onset, double period, double anchor)
{
    float sum = 1e-9f;

    memset(grid, 0, sizeof(*grid));
    for (size_t i = 0; i < t->count; i++) {
        double beats = ((double)i - anchor) / period;
        float rise = t->rise[i];
        if (rise <= 0)
            continue;
        sum += rise;
        grid->triplets += near_grid(beats, 3, period) ? rise : 0;
        grid->beats += near_grid(beats, 1, period) ? rise : 0;
        grid->eighths += near_grid(beats, 2, period) ? rise : 0;
        if (!near_grid(beats, 4, period))
            continue;
        grid->sixteenths += rise;
        for (size_t r = 0; r < ONSET_RANGES; r++)
            grid->step[r][(size_t)(llrint(beats * 4) + 16 * (long long)STEPS) % STEPS] +=
                rise * onset->part[r][i] / (onset->flux[i] + 1e-9f);
    }
    for (size_t k = 0; k < ONSET_RANGES * STEPS; k++)
        grid->step[k / STEPS][k % STEPS] *= 4 / sum;
    grid->sixteenths /= sum;
    grid->triplets /= sum;
    grid->beats /= sum;
    grid->eighths /= sum;
}

/* The highest autocorrelation near a lag. A long lag, which few frames reach, gets more weight. */
static float find_likeness(const float *like, size_t count, double lag)
{
    float most = 0;

    if (lag >= 0.85 * (double)count || lag + 3 >= LAG_MAX)
        return 0;
    for (size_t i = lag < 1.5 ? 0 : (size_t)(lag - 1.5); i < (size_t)ceil(lag + 1.5) + 1 && i < count; i++)
        most = fmaxf(most, like[i]);
    return most / (float)fmax(0.15, 1 - lag / (double)count);
}

static float *put_length(float *to, const struct tempo_candidate *c, double seconds, double periods)
{
    size_t n = c->beats;
    double bars = (double)n / 4;

    *to++ = n > 0;
    *to++ = n > 0 && n % 4 == 0;
    *to++ = bars == 1 || bars == 2 || bars == 4 || bars == 8 || bars == 16;
    *to++ = bars == 1 || bars == 2;
    *to++ = bars == 4 || bars == 8;
    *to++ = n > 0 && n % 2 == 0;
    *to++ = n > 0 && n % 8 == 0;
    *to++ = n == 3 || n == 6 || n == 12 || n == 24;
    *to++ = n ? (float)log2((double)n) / 4 : 0;
    *to++ = (float)log2(seconds) / 4;
    *to++ = n ? 0 : (float)periods / 32;
    return to;
}

static float *put_prior(float *to, double bpm)
{
    double octaves = log2(bpm / 110);

    *to++ = (float)octaves;
    *to++ = (float)(octaves * octaves);
    for (size_t i = 0; i < PRIORS; i++)
        *to++ = (float)exp(-pow((octaves - PRIOR[i]) / 0.2, 2));
    return to;
}

/* The first rise above 30 % of the highest. */
static double first_rise(const struct tempo *t)
{
    float most = 0;
    size_t i = 0;

    for (size_t k = 0; k < t->count; k++)
        most = fmaxf(most, t->rise[k]);
    while (i < t->count && t->rise[i] <= 0.3f * most)
        i++;
    return i < t->count ? (double)i : 0;
}

void tempo_describe(const struct tempo *t, const struct onset *onset, double seconds, size_t i, float *to)
{
    const struct tempo_candidate *c = &t->candidate[i];
    double period = frames_a_beat(c->bpm);
    struct grid grid;

    lay_grid(&grid, t, onset, period, c->beats ? 0 : first_rise(t));
    memcpy(to, grid.step, sizeof(grid.step));
    to += ONSET_RANGES * STEPS;
    *to++ = grid.sixteenths;
    *to++ = grid.triplets;
    *to++ = grid.beats;
    *to++ = grid.eighths;
    *to++ = (float)fmin(1, (2 * NEAR + 1) / (period / 4));
    for (size_t k = 0; k < MULTIPLES; k++)
        *to++ = find_likeness(t->like, t->count, period * MULTIPLE[k]);
    for (size_t k = 0; k < MULTIPLES; k++)
        *to++ = find_likeness(t->low_like, t->count, period * MULTIPLE[k]);
    to = put_prior(to, c->bpm);
    put_length(to, c, seconds, (double)t->count / period);
}

static float score_candidate(const struct tempo_model *m, float *features)
{
    float hidden[TEMPO_HIDDEN], direct, out;

    model_normalise(features, TEMPO_FEATURES, m->mean, m->spread, 5);
    model_layer(features, TEMPO_FEATURES, m->in, m->in_bias, hidden, TEMPO_HIDDEN);
    model_rectify(hidden, TEMPO_HIDDEN);
    model_layer(hidden, TEMPO_HIDDEN, m->out, NULL, &out, 1);
    model_layer(features, TEMPO_FEATURES, m->direct, NULL, &direct, 1);
    return out + direct;
}

static void gather_candidates(struct tempo *t, const struct onset *onset, double seconds)
{
    t->count = onset->count;
    t->candidates = 0;
    stand_out(t->rise, onset->flux, t->count);
    stand_out(t->low_rise, onset->part[0], t->count);
    compute_autocorrelation(t->like, t->rise, t->count);
    compute_autocorrelation(t->low_like, t->low_rise, t->count);
    add_by_length(t, seconds);
    add_by_flux(t);
}

static int same_tempo(const struct tempo *t, size_t a, size_t b, double off)
{
    return fabs(t->candidate[a].bpm / t->candidate[b].bpm - 1) < off;
}

/* Sums the scores of candidates of the same tempo. The length of a loop gives a more exact tempo than the flux. */
static struct tempo_found add_agreeing(const struct tempo *t, size_t best)
{
    struct tempo_found found = { .bpm = t->candidate[best].bpm, .beats = t->candidate[best].beats };

    for (size_t i = 0; i < t->candidates; i++) {
        if (same_tempo(t, i, best, AGREES))
            found.confidence += (double)t->score[i];
        if (found.beats == 0 && t->candidate[i].beats > 0 && same_tempo(t, i, best, SAME)) {
            found.bpm = t->candidate[i].bpm;
            found.beats = t->candidate[i].beats;
        }
    }
    found.confidence = fmin(1, found.confidence);
    return found;
}

static struct tempo_found add_second(const struct tempo *t, size_t best)
{
    struct tempo_found found = add_agreeing(t, best), other;
    size_t second = best;

    for (size_t i = 0; i < t->candidates; i++)
        if (!same_tempo(t, i, best, AGREES) && (second == best || t->score[i] > t->score[second]))
            second = i;
    if (second == best)
        return found;
    other = add_agreeing(t, second);
    found.second_bpm = other.bpm;
    found.second_confidence = other.confidence;
    return found;
}

struct tempo_found tempo_find(struct tempo *t, const struct onset *onset, double seconds)
{
    float features[TEMPO_FEATURES];
    size_t best = 0;

    gather_candidates(t, onset, seconds);
    if (t->candidates == 0)
        return (struct tempo_found){ 0 };
    for (size_t i = 0; i < t->candidates; i++) {
        tempo_describe(t, onset, seconds, i, features);
        t->score[i] = score_candidate(&t->model, features);
        best = t->score[i] > t->score[best] ? i : best;
    }
    model_softmax(t->score, t->candidates);
    return add_second(t, best);
}
