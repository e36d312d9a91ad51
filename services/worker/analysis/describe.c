#include "services/worker/analysis/describe.h"

#include <math.h>
#include <string.h>

#include "services/worker/analysis/parts.h"

enum { DESCRIBE_ACTIVE_MAX = 345 /* mel frames in four seconds */ };

#define DESCRIBE_RANGE 14.0f /* a natural logarithm of power: 60 dB */

/* The mel frames from the start until the sound has fallen by 40 dB, at most four seconds. */
struct describe_scope {
    const struct mel_frame *frame;
    size_t count, start, end;
    float top, loudest; /* ln power of the loudest band, of the loudest frame */
};

/* Writes the next number, limited to -8..8; NaN and infinities become 0. */
static inline void describe_put(float **row, float value)
{
    *(*row)++ = isfinite(value) ? fminf(8, fmaxf(-8, value)) : 0;
}

/* The level of a band: 0 at DESCRIBE_RANGE below the loudest, 1 at the loudest. */
static inline float describe_level(const struct describe_scope *scope, float band)
{
    float v = 1 + (band - scope->top) / DESCRIBE_RANGE;

    return v > 0 ? v : 0;
}

/* The decimal logarithm of a duration: 0 at a tenth of a second. */
static inline float describe_duration(double seconds)
{
    return (float)log10(seconds * 10 + 0.003);
}

/* The tonal frame `seconds` after the start; NULL after the end. */
static const struct tonal_frame *describe_tonal_at(const struct sound_analysis *analysis, double seconds)
{
    size_t i = (size_t)(((double)analysis->start / MEL_RATE + seconds) * TONAL_RATE + 0.5);

    return i < analysis->tonal.count ? &analysis->tonal.frame[i] : NULL;
}

/* The autocorrelation of a curve at `lag` values: 1 at lag 0. */
static float describe_likeness(const float *flux, size_t count, size_t lag)
{
    double sum = 0, square = 1e-9;

    for (size_t i = 0; i < count; i++) {
        square += (double)flux[i] * (double)flux[i];
        sum += i + lag < count ? (double)flux[i] * (double)flux[i + lag] : 0;
    }
    return (float)(sum / square);
}

enum { PATCH_SLOTS = 12, CEPSTRA = 13 };

/* The mel frames, counted from the start, where the patch's slots end: 12 ms apart at the attack, half a second at the
 * end. */
static const int PATCH_END[PATCH_SLOTS + 1] = { -2, 0, 1, 2, 3, 4, 6, 9, 14, 22, 35, 56, 91 };

static void put_patch(float **row, const struct describe_scope *s)
{
    for (size_t slot = 0; slot < PATCH_SLOTS; slot++)
        for (size_t b = 0; b < MEL_BANDS; b++) {
            float sum = 0;
            for (int at = PATCH_END[slot]; at < PATCH_END[slot + 1]; at++) {
                ptrdiff_t i = (ptrdiff_t)s->start + at;
                sum += i >= 0 && i < (ptrdiff_t)s->count ? describe_level(s, s->frame[i].band[b]) : 0;
            }
            describe_put(row, 2 * sum / (float)(PATCH_END[slot + 1] - PATCH_END[slot]));
        }
}

/* The cosine transform of the levels, by a table. */
static void compute_cepstrum(float *to, const float table[CEPSTRA][MEL_BANDS], const struct describe_scope *s,
                             const struct mel_frame *frame)
{
    float levels[MEL_BANDS];

    for (size_t b = 0; b < MEL_BANDS; b++)
        levels[b] = describe_level(s, frame->band[b]);
    for (size_t k = 0; k < CEPSTRA; k++) {
        float sum = 0;
        for (size_t b = 0; b < MEL_BANDS; b++)
            sum += levels[b] * table[k][b];
        to[k] = sum / 5;
    }
}

static void fill_cosines(float table[CEPSTRA][MEL_BANDS])
{
    for (size_t k = 0; k < CEPSTRA; k++)
        for (size_t b = 0; b < MEL_BANDS; b++)
            table[k][b] = (float)cos(M_PI / MEL_BANDS * (double)(k + 1) * ((double)b + 0.5));
}

struct moments {
    float sum[CEPSTRA], square[CEPSTRA], change[CEPSTRA], n;
};

static void gather_cepstra(struct moments *m, const struct describe_scope *s)
{
    float now[CEPSTRA], before[CEPSTRA] = { 0 }, table[CEPSTRA][MEL_BANDS];

    memset(m, 0, sizeof(*m));
    fill_cosines(table);
    for (size_t i = s->start; i < s->end; i += 2, m->n++) {
        compute_cepstrum(now, table, s, &s->frame[i]);
        for (size_t k = 0; k < CEPSTRA; k++) {
            float d = m->n > 0 ? now[k] - before[k] : 0;
            m->sum[k] += now[k];
            m->square[k] += now[k] * now[k];
            m->change[k] += d * d;
        }
        memcpy(before, now, sizeof(before));
    }
}

static void put_cepstra(float **row, const struct describe_scope *s)
{
    struct moments m;

    gather_cepstra(&m, s);
    for (size_t k = 0; k < CEPSTRA; k++) {
        float mean = m.sum[k] / m.n;
        describe_put(row, mean);
        describe_put(row, sqrtf(fmaxf(0, m.square[k] / m.n - mean * mean)) * 2);
        describe_put(row, sqrtf(m.change[k] / m.n) * 3);
    }
}

static void put_flatness(float **row, const struct describe_scope *s)
{
    float sum = 0, n = 0;

    for (size_t i = s->start; i < s->end; i++, n++)
        sum += s->frame[i].flatness;
    describe_put(row, logf(sum / n + 1e-4f) / 4);
    describe_put(row, logf(s->frame[s->start].flatness + 1e-4f) / 4);
}

/* Writes the share and number of the strongest partials, and the power at the first multiples of the pitch. */
static void put_partials(float **row, const struct sound_analysis *analysis, const struct tonal_frame *frame)
{
    enum { MULTIPLES = 12 };
    float at[MULTIPLES] = { 0 }, beside = 0, sum = 1e-12f;

    for (size_t i = 0; frame && i < frame->count; i++) {
        const struct tonal_peak *p = &frame->peak[i];
        float ratio = exp2f((p->note - analysis->track.middle) / 12), near = roundf(ratio);
        sum += p->power;
        if (analysis->track.middle > 0 && near >= 1 && near <= MULTIPLES && fabsf(12 * log2f(ratio / near)) < 0.4f)
            at[(size_t)near - 1] += p->power;
        else
            beside += p->power;
    }
    describe_put(row, frame ? frame->tonal : 0);
    describe_put(row, frame ? (float)frame->count / TONAL_PEAKS : 0);
    describe_put(row, beside / sum);
    for (size_t k = 0; k < MULTIPLES; k++)
        describe_put(row, 1 + log10f(at[k] / sum + 1e-5f) / 5);
}

static void put_contrast(float **row, const struct describe_scope *s)
{
    for (size_t o = 0; o < 5; o++) {
        float sum = 0, n = 0;
        for (size_t i = s->start; i < s->end; i += 2, n++) {
            float most = 0, total = 0;
            for (size_t b = 8 * o; b < 8 * o + 8; b++) {
                float v = describe_level(s, s->frame[i].band[b]);
                most = fmaxf(most, v);
                total += v;
            }
            sum += most - total / 8;
        }
        describe_put(row, sum / n * 4);
    }
}

static void describe_timbre(float **row, const struct sound_analysis *analysis, const struct describe_scope *s)
{
    put_patch(row, s);
    put_cepstra(row, s);
    put_flatness(row, s);
    put_contrast(row, s);
    put_partials(row, analysis, describe_tonal_at(analysis, 0.15));
    for (size_t i = 0; i < 13; i++) {
        const struct tonal_frame *frame = describe_tonal_at(analysis, 0.1 * (double)i);
        describe_put(row, frame ? frame->tonal : 0);
    }
}

enum { BEATS = 24 };

/* Each function writes its block of the row. */
static void describe_rhythm(float **row, const struct sound_analysis *analysis)
{
    const struct onset *o = &analysis->onset;
    size_t count = o->count < 1032 ? o->count : 1032, strong = 0;
    double seconds = (double)analysis->frames / analysis->rate, lag = 10;
    float sum = 0, most = 0, mean = 0, part[ONSET_RANGES] = { 0 };

    for (size_t i = 0; i < o->peaks; i++)
        most = fmaxf(most, o->strength[i]);
    for (size_t i = 0; i < o->peaks; i++) {
        strong += o->strength[i] > 0.4f * most;
        mean += o->strength[i] / (most * (float)o->peaks);
    }
    for (size_t i = 0; i < count; i++) {
        sum += o->flux[i];
        for (size_t r = 0; r < ONSET_RANGES; r++)
            part[r] += o->part[r][i];
    }
    describe_put(row, (float)log10((double)o->peaks + 1));
    describe_put(row, (float)log10((double)strong + 1));
    describe_put(row, (float)log10((double)o->peaks / (seconds + 0.1) + 0.1));
    describe_put(row, (float)log10((double)strong / (seconds + 0.1) + 0.1));
    describe_put(row, mean);
    describe_put(row, 4 * most);
    describe_put(row, most / (sum + 1e-6f));
    for (size_t r = 0; r < ONSET_RANGES; r++)
        describe_put(row, 2 * part[r] / (sum + 1e-6f));
    for (size_t k = 0; k < BEATS; k++, lag *= 1.13)
        describe_put(row, 2 * describe_likeness(o->flux, count, (size_t)lag));
    describe_put(row, count > 1 ? 4 * o->flux[count / 2] : 0);
    describe_put(row, o->peaks > 1 ? describe_duration((double)(o->time[1] - o->time[0])) : 0);
    describe_put(row, o->peaks > 1 ? describe_duration((double)(o->time[o->peaks - 1] - o->time[0])) : 0);
    describe_put(row, describe_duration(seconds));
}

static void put_chroma(float **row, const struct sound_analysis *analysis)
{
    float chroma[12] = { 0 }, sum = 1e-12f;

    for (size_t i = 0; i < analysis->tonal.count && i < 64; i++)
        for (size_t k = 0; k < analysis->tonal.frame[i].count; k++) {
            const struct tonal_peak *p = &analysis->tonal.frame[i].peak[k];
            float weight = sqrtf(p->power);
            chroma[(size_t)(p->note + 0.5f) % 12] += weight;
            sum += weight;
        }
    for (size_t k = 0; k < 12; k++)
        describe_put(row, chroma[k] / sum * 2);
}

static void put_strongest(float **row, const struct tonal_frame *frame)
{
    for (size_t k = 0; k < 4; k++) {
        int there = frame && k < frame->count;
        describe_put(row, there ? (frame->peak[k].note - 60) / 24 : 0);
        describe_put(row, there ? 1 + log10f(frame->peak[k].power / (frame->power + 1e-11f) + 1e-4f) / 4 : 0);
    }
}

static void describe_pitch(float **row, const struct sound_analysis *analysis)
{
    const struct pitch_track *t = &analysis->track;
    float first = 0, last = 0;

    describe_put(row, t->middle > 0 ? (t->middle - 60) / 24 : 0);
    describe_put(row, t->agreement);
    for (size_t i = 0; i < PITCH_MOMENTS; i++) {
        int sure = t->confidence[i] > 0.6f;
        first = sure && first <= 0 ? t->note[i] : first;
        last = sure ? t->note[i] : last;
        describe_put(row, t->note[i] > 0 ? (t->note[i] - 60) / 24 : 0);
        describe_put(row, t->confidence[i]);
    }
    describe_put(row, (first - last) / 12);
    for (size_t k = 0; k < 6; k++)
        describe_put(row,
                     t->middle > 0 ? fmaxf(0, 1 - fabsf(t->middle - (float)(30 + 12 * k)) / 12) * t->agreement * 2 : 0);
    put_chroma(row, analysis);
    put_strongest(row, describe_tonal_at(analysis, 0.05));
    put_strongest(row, describe_tonal_at(analysis, 0.3));
    for (size_t k = 0; k < 4; k++) {
        const struct tonal_frame *frame = describe_tonal_at(analysis, 0.25 * (double)k);
        describe_put(row, frame ? frame->tonal : 0);
    }
}

enum {
    SHAPE_SLOTS = 20,
    DECAYS = 5,
    RANGES = 4,
    SWING_STEP = 6, /* envelope values */
    SWING_MAX = 230
};

static const size_t RANGE_END[RANGES + 1] = { 0, 4, 12, 24, MEL_BANDS };
static const float DECAY_DB[DECAYS] = { 3, 6, 10, 20, 40 };

static size_t loudest_value(const float *x, size_t count)
{
    size_t at = 0;

    for (size_t i = 1; i < count; i++)
        at = x[i] > x[at] ? i : at;
    return at;
}

/* The loudest RMS of the slots: 0 at -60 dB, 1 at the loudest of the sound. */
static float shape_of(const float *rms, size_t from, size_t to, size_t count, float top)
{
    float most = 0;

    for (size_t i = from; i < to && i < count; i++)
        most = fmaxf(most, rms[i]);
    return fmaxf(0, 1 + log10f(most / top + 1e-9f) / 3);
}

static void put_shape(float **row, const float *rms, size_t count, float top)
{
    double edge = 0, step = 4, grow = 1.28;

    for (size_t k = 0; k < SHAPE_SLOTS; k++, edge += step, step *= grow)
        describe_put(row, 2 * shape_of(rms, (size_t)edge, (size_t)(edge + step), count, top));
}

static void put_attack_and_decay(float **row, const float *rms, size_t count, size_t loudest)
{
    size_t rise = loudest, fall = loudest;

    while (rise > 0 && rms[rise] > rms[loudest] * 0.1f)
        rise--;
    describe_put(row, describe_duration((double)(loudest - rise) / ENVELOPE_RATE));
    for (size_t k = 0; k < DECAYS; k++) {
        float under = rms[loudest] * powf(10, -DECAY_DB[k] / 20);
        for (fall = count; fall > loudest && rms[fall - 1] < under; fall--)
            ;
        describe_put(row, describe_duration((double)(fall - loudest) / ENVELOPE_RATE));
    }
}

/* Writes how fast each range of bands falls by 10 and by 20 dB after its loudest frame. */
static void put_range_decays(float **row, const struct describe_scope *s)
{
    for (size_t r = 0; r < RANGES; r++) {
        float power[DESCRIBE_ACTIVE_MAX], most = 0;
        size_t n = 0, at, ten, twenty;
        for (size_t i = s->start; i < s->end; i++, n++) {
            power[n] = 0;
            for (size_t b = RANGE_END[r]; b < RANGE_END[r + 1]; b++)
                power[n] += expf(s->frame[i].band[b] - s->top);
        }
        at = loudest_value(power, n);
        for (ten = n; ten > at && power[ten - 1] < 0.1f * power[at]; ten--)
            ;
        for (twenty = n; twenty > at && power[twenty - 1] < 0.01f * power[at]; twenty--)
            ;
        most = 1 + log10f(power[at] + 1e-6f) / 6;
        describe_put(row, describe_duration((double)at / MEL_RATE));
        describe_put(row, describe_duration((double)(ten - at) / MEL_RATE));
        describe_put(row, describe_duration((double)(twenty - at) / MEL_RATE));
        describe_put(row, most);
    }
}

/* The strength of the modulation at `hz` over the first two seconds: one bin of a Fourier transform. */
static float measure_swing(const float *windowed, size_t count, double hz)
{
    double turn = 2 * M_PI * hz * SWING_STEP / ENVELOPE_RATE, c = cos(turn), d = sin(turn), x = 1, y = 0, next;
    double re = 0, im = 0;

    for (size_t i = 0; i < count; i++, next = x * c - y * d, y = x * d + y * c, x = next) {
        re += (double)windowed[i] * x;
        im += (double)windowed[i] * y;
    }
    return (float)(sqrt(re * re + im * im) / (double)count);
}

static void put_swings(float **row, const float *rms, size_t count, float top)
{
    static const double HZ[12] = { 1.5, 2.2, 3.2, 4.5, 5.5, 6.5, 8, 11, 15, 21, 30, 42 };
    size_t n = count / SWING_STEP < SWING_MAX ? count / SWING_STEP : SWING_MAX;
    float windowed[SWING_MAX], mean = 0;

    for (size_t i = 0; i < n; i++)
        mean += rms[i * SWING_STEP] / (float)n;
    for (size_t i = 0; i < n; i++)
        windowed[i] = (rms[i * SWING_STEP] - mean) * (1 - cosf(2 * (float)M_PI * ((float)i + 0.5f) / (float)n));
    for (size_t k = 0; k < 12; k++)
        describe_put(row, n ? log10f(measure_swing(windowed, n, HZ[k]) / top + 1e-3f) + 2 : 0);
}

static void describe_amplitude(float **row, const struct sound_analysis *analysis, const struct describe_scope *s)
{
    size_t count = analysis->envelope.count, from = 0, loudest;
    const float *rms = analysis->envelope.rms;
    float top;
    double sum = 0, moment = 0, square = 0;

    loudest = loudest_value(rms, count);
    top = fmaxf(count ? rms[loudest] : 0, 1e-9f);
    while (from < loudest && rms[from] < 0.1f * top)
        from++;
    rms += from;
    count -= from;
    loudest -= from;
    for (size_t i = 0; i < count; i++) {
        sum += (double)rms[i];
        moment += (double)rms[i] * (double)i;
        square += (double)rms[i] * (double)rms[i];
    }
    put_shape(row, rms, count, top);
    put_attack_and_decay(row, rms, count, loudest);
    put_range_decays(row, s);
    put_swings(row, rms, count, top);
    describe_put(row, describe_duration((double)analysis->frames / analysis->rate));
    describe_put(row, describe_duration((double)count / ENVELOPE_RATE));
    describe_put(row, describe_duration(moment / (sum + 1e-9) / ENVELOPE_RATE));
    describe_put(row, describe_duration(square / ((double)top * (double)top) / ENVELOPE_RATE));
    describe_put(row, (float)log10(analysis->peak / sqrt(square / (double)(count + 1) + 1e-12) + 1e-3));
    describe_put(row, count ? shape_of(rms, count - count / 10 - 1, count, count, top) : 0);
    describe_put(row, count ? shape_of(rms, count / 2, count / 2 + 20, count, top) : 0);
    describe_put(row, (float)from / 689.0f);
    for (size_t k = 0; k < 20; k++) /* the shape over the whole length */
        describe_put(row, count ? 2 * shape_of(rms, count * k / 20, count * (k + 1) / 20 + 1, count, top) : 0);
}

static struct describe_scope measure_scope(const struct sound_analysis *analysis)
{
    struct describe_scope s = { .frame = analysis->mel.frame,
                                .count = analysis->mel.count,
                                .start = analysis->start,
                                .top = -INFINITY,
                                .loudest = -INFINITY };
    size_t last = s.start + DESCRIBE_ACTIVE_MAX < s.count ? s.start + DESCRIBE_ACTIVE_MAX : s.count;

    for (size_t i = s.start; i < last; i++) {
        s.loudest = fmaxf(s.loudest, s.frame[i].power);
        for (size_t b = 0; b < MEL_BANDS; b++)
            s.top = s.frame[i].band[b] > s.top ? s.frame[i].band[b] : s.top;
    }
    for (s.end = last; s.end > s.start + 1 && s.frame[s.end - 1].power < s.loudest - 9.2f; s.end--)
        ;
    return s;
}

/* Writes the level of each band's mean power over the frames from `first` to `end`. */
static void put_spectrum(float **row, const struct describe_scope *s, size_t first, size_t end)
{
    end = end < s->end ? end : s->end;
    for (size_t b = 0; b < MEL_BANDS; b++) {
        float sum = 0;
        for (size_t i = first; i < end; i++)
            sum += expf(s->frame[i].band[b] - s->top);
        describe_put(row, end > first ? 2 * describe_level(s, s->top + logf(sum / (float)(end - first) + 1e-9f)) : 0);
    }
}

static void put_low(float **row, const struct tonal_frame *frame)
{
    for (size_t b = 0; b < TONAL_LOW_BANDS; b++)
        describe_put(row, frame ? fmaxf(-1, (frame->low[b] - logf(frame->power + 1e-11f)) / DESCRIBE_RANGE) : 0);
}

static void put_centroid(float **row, const struct describe_scope *s)
{
    float sum = 0, square = 0, n = 0, first = logf(s->frame[s->start].centroid + 20);

    for (size_t i = s->start; i < s->end; i++, n++) {
        float v = logf(s->frame[i].centroid + 20);
        sum += v;
        square += v * v;
    }
    describe_put(row, sum / n - 7);
    describe_put(row, sqrtf(fmaxf(0, square / n - sum * sum / n / n)) * 2);
    describe_put(row, first - 7);
    describe_put(row, first - sum / n);
}

static void describe_spectrum(float **row, const struct sound_analysis *analysis, const struct describe_scope *s)
{
    put_spectrum(row, s, s->start, s->start + 86);
    put_spectrum(row, s, s->start, s->start + 3);
    put_low(row, describe_tonal_at(analysis, 0.1));
    put_low(row, describe_tonal_at(analysis, 0.4));
    put_centroid(row, s);
}

static void describe_signs(float **row, const struct sound_analysis *analysis)
{
    const struct tempo_found *t = &analysis->tempo_found;
    double whole = t->bpm * (double)analysis->frames / analysis->rate / 60;

    describe_put(row, (float)t->confidence * 2);
    describe_put(row, t->beats > 0);
    describe_put(row, t->bpm > 0 ? (float)log2(t->bpm / 110) : 0);
    describe_put(row, (float)log2(whole + 0.25) / 2);
    describe_put(row, 2 * describe_likeness(analysis->tempo.rise, analysis->tempo.count,
                                            t->bpm > 0 ? (size_t)(MEL_RATE * 60 / t->bpm + 0.5) : 0));
    describe_put(row, 2 * describe_likeness(analysis->tempo.rise, analysis->tempo.count,
                                            t->bpm > 0 ? (size_t)(MEL_RATE * 240 / t->bpm + 0.5) : 0));
    for (size_t i = 0; i < TONALITY_SIGNS; i++)
        describe_put(row, 2 * analysis->tonality.signs[i]);
}

void describe_sound(const struct sound_analysis *analysis, float *row)
{
    struct describe_scope s = measure_scope(analysis);

    if (analysis->peak <= 0 || s.end <= s.start) {
        memset(row, 0, DESCRIBE_COUNT * sizeof(*row));
        return;
    }
    describe_spectrum(&row, analysis, &s);
    describe_timbre(&row, analysis, &s);
    describe_pitch(&row, analysis);
    describe_amplitude(&row, analysis, &s);
    describe_rhythm(&row, analysis);
    describe_signs(&row, analysis);
}
