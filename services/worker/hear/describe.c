#include "services/worker/hear/describe.h"

#include <math.h>
#include <string.h>
#include "services/worker/hear/parts.h"

enum {
    PATCH_SLOTS = 12,
    CEPSTRA = 13,
    SHAPE_SLOTS = 20,
    DECAYS = 5,
    BEATS = 24,
    RANGES = 4,
    ACTIVE_MAX = 345 /* mel frames in four seconds */
};

static const float RANGE = 14; /* a natural logarithm of power: 60 dB */

/* Mel frames behind the start at which the slots of the patch end: about 12 ms at the attack, half a second at last. */
static const int PATCH_END[PATCH_SLOTS + 1] = { -2, 0, 1, 2, 3, 4, 6, 9, 14, 22, 35, 56, 91 };
static const size_t RANGE_END[RANGES + 1] = { 0, 4, 12, 24, MEL_BANDS };
static const float DECAY_DB[DECAYS] = { 3, 6, 10, 20, 40 };

static float put(float **row, float value)
{
    *(*row)++ = isfinite(value) ? fminf(8, fmaxf(-8, value)) : 0;
    return value;
}

/* The stretch of mel frames that is looked at, and the loudest band in it. */
struct scope {
    const struct mel_frame *frame;
    size_t count, start, end; /* start .. end: the active frames */
    float top, loudest;       /* ln power of the loudest band, of the loudest frame */
};

static struct scope look(const struct hear *hear)
{
    struct scope s = { .frame = hear->mel.frame, .count = hear->mel.count, .start = hear->start, .top = -INFINITY,
                       .loudest = -INFINITY };
    size_t last = s.start + ACTIVE_MAX < s.count ? s.start + ACTIVE_MAX : s.count;

    for (size_t i = s.start; i < last; i++) {
        s.loudest = fmaxf(s.loudest, s.frame[i].power);
        for (size_t b = 0; b < MEL_BANDS; b++)
            s.top = fmaxf(s.top, s.frame[i].band[b]);
    }
    for (s.end = last; s.end > s.start + 1 && s.frame[s.end - 1].power < s.loudest - 9.2f; s.end--)
        ;
    return s;
}

/* 0 at RANGE below the loudest band, 1 there. */
static float level(const struct scope *s, float band)
{
    return fmaxf(0, 1 + (band - s->top) / RANGE);
}

/* The mean power of each band over some frames, as a level. */
static void put_spectrum(float **row, const struct scope *s, size_t first, size_t end)
{
    end = end < s->end ? end : s->end;
    for (size_t b = 0; b < MEL_BANDS; b++) {
        float sum = 0;
        for (size_t i = first; i < end; i++)
            sum += expf(s->frame[i].band[b] - s->top);
        put(row, end > first ? 2 * level(s, s->top + logf(sum / (float)(end - first) + 1e-9f)) : 0);
    }
}

static void put_low(float **row, const struct tonal_frame *frame)
{
    for (size_t b = 0; b < TONAL_LOW_BANDS; b++)
        put(row, frame ? fmaxf(-1, (frame->low[b] - logf(frame->power + 1e-11f)) / RANGE) : 0);
}

static const struct tonal_frame *tonal_at(const struct hear *hear, double seconds)
{
    size_t i = (size_t)(((double)hear->start / MEL_RATE + seconds) * TONAL_RATE + 0.5);

    return i < hear->tonal.count ? &hear->tonal.frame[i] : NULL;
}

static void put_centroid(float **row, const struct scope *s)
{
    float sum = 0, square = 0, n = 0, first = logf(s->frame[s->start].centroid + 20);

    for (size_t i = s->start; i < s->end; i++, n++) {
        float v = logf(s->frame[i].centroid + 20);
        sum += v;
        square += v * v;
    }
    put(row, sum / n - 7);
    put(row, sqrtf(fmaxf(0, square / n - sum * sum / n / n)) * 2);
    put(row, first - 7);
    put(row, first - sum / n);
}

static void describe_spectrum(float **row, const struct hear *hear, const struct scope *s)
{
    put_spectrum(row, s, s->start, s->start + 86);
    put_spectrum(row, s, s->start, s->start + 3);
    put_low(row, tonal_at(hear, 0.1));
    put_low(row, tonal_at(hear, 0.4));
    put_centroid(row, s);
}

static void put_patch(float **row, const struct scope *s)
{
    for (size_t slot = 0; slot < PATCH_SLOTS; slot++)
        for (size_t b = 0; b < MEL_BANDS; b++) {
            float sum = 0;
            for (int at = PATCH_END[slot]; at < PATCH_END[slot + 1]; at++) {
                ptrdiff_t i = (ptrdiff_t)s->start + at;
                sum += i >= 0 && i < (ptrdiff_t)s->count ? level(s, s->frame[i].band[b]) : 0;
            }
            put(row, 2 * sum / (float)(PATCH_END[slot + 1] - PATCH_END[slot]));
        }
}

static void cepstrum(float *to, const struct scope *s, const struct mel_frame *frame)
{
    static const double STEP = M_PI / MEL_BANDS;

    for (size_t k = 0; k < CEPSTRA; k++) {
        double sum = 0;
        for (size_t b = 0; b < MEL_BANDS; b++)
            sum += (double)level(s, frame->band[b]) * cos(STEP * (double)(k + 1) * ((double)b + 0.5));
        to[k] = (float)(sum / 5);
    }
}

struct moments {
    float sum[CEPSTRA], square[CEPSTRA], change[CEPSTRA], n;
};

static void gather_cepstra(struct moments *m, const struct scope *s)
{
    float now[CEPSTRA], before[CEPSTRA];

    memset(m, 0, sizeof(*m));
    for (size_t i = s->start; i < s->end; i += 2, m->n++) {
        cepstrum(now, s, &s->frame[i]);
        for (size_t k = 0; k < CEPSTRA; k++) {
            float d = m->n > 0 ? now[k] - before[k] : 0;
            m->sum[k] += now[k];
            m->square[k] += now[k] * now[k];
            m->change[k] += d * d;
        }
        memcpy(before, now, sizeof(before));
    }
}

static void put_cepstra(float **row, const struct scope *s)
{
    struct moments m;

    gather_cepstra(&m, s);
    for (size_t k = 0; k < CEPSTRA; k++) {
        float mean = m.sum[k] / m.n;
        put(row, mean);
        put(row, sqrtf(fmaxf(0, m.square[k] / m.n - mean * mean)) * 2);
        put(row, sqrtf(m.change[k] / m.n) * 3);
    }
}

static void put_flatness(float **row, const struct scope *s)
{
    float sum = 0, n = 0;

    for (size_t i = s->start; i < s->end; i++, n++)
        sum += s->frame[i].flatness;
    put(row, logf(sum / n + 1e-4f) / 4);
    put(row, logf(s->frame[s->start].flatness + 1e-4f) / 4);
}

/* How the strongest partials lie: their share, their number, and the power at the first multiples of the pitch. */
static void put_partials(float **row, const struct hear *hear, const struct tonal_frame *frame)
{
    enum { MULTIPLES = 12 };
    float at[MULTIPLES] = { 0 }, beside = 0, sum = 1e-12f;

    for (size_t i = 0; frame && i < frame->count; i++) {
        const struct tonal_peak *p = &frame->peak[i];
        float ratio = exp2f((p->note - hear->track.middle) / 12), near = roundf(ratio);
        sum += p->power;
        if (hear->track.middle > 0 && near >= 1 && near <= MULTIPLES && fabsf(12 * log2f(ratio / near)) < 0.4f)
            at[(size_t)near - 1] += p->power;
        else
            beside += p->power;
    }
    put(row, frame ? frame->tonal : 0);
    put(row, frame ? (float)frame->count / TONAL_PEAKS : 0);
    put(row, beside / sum);
    for (size_t k = 0; k < MULTIPLES; k++)
        put(row, 1 + log10f(at[k] / sum + 1e-5f) / 5);
}

static void put_contrast(float **row, const struct scope *s)
{
    for (size_t o = 0; o < 5; o++) {
        float sum = 0, n = 0;
        for (size_t i = s->start; i < s->end; i += 2, n++) {
            float most = 0, total = 0;
            for (size_t b = 8 * o; b < 8 * o + 8; b++) {
                float v = level(s, s->frame[i].band[b]);
                most = fmaxf(most, v);
                total += v;
            }
            sum += most - total / 8;
        }
        put(row, sum / n * 4);
    }
}

static void describe_timbre(float **row, const struct hear *hear, const struct scope *s)
{
    put_patch(row, s);
    put_cepstra(row, s);
    put_flatness(row, s);
    put_contrast(row, s);
    put_partials(row, hear, tonal_at(hear, 0.15));
    for (size_t i = 0; i < 13; i++) {
        const struct tonal_frame *frame = tonal_at(hear, 0.1 * (double)i);
        put(row, frame ? frame->tonal : 0);
    }
}

static void put_chroma(float **row, const struct hear *hear)
{
    float chroma[12] = { 0 }, sum = 1e-12f;

    for (size_t i = 0; i < hear->tonal.count && i < 64; i++)
        for (size_t k = 0; k < hear->tonal.frame[i].count; k++) {
            const struct tonal_peak *p = &hear->tonal.frame[i].peak[k];
            float weight = sqrtf(p->power);
            chroma[(size_t)(p->note + 0.5f) % 12] += weight;
            sum += weight;
        }
    for (size_t k = 0; k < 12; k++)
        put(row, chroma[k] / sum * 2);
}

static void put_strongest(float **row, const struct tonal_frame *frame)
{
    for (size_t k = 0; k < 4; k++) {
        int there = frame && k < frame->count;
        put(row, there ? (frame->peak[k].note - 60) / 24 : 0);
        put(row, there ? 1 + log10f(frame->peak[k].power / (frame->power + 1e-11f) + 1e-4f) / 4 : 0);
    }
}

static void describe_pitch(float **row, const struct hear *hear)
{
    const struct pitch_track *t = &hear->track;
    float first = 0, last = 0;

    put(row, t->middle > 0 ? (t->middle - 60) / 24 : 0);
    put(row, t->agreement);
    for (size_t i = 0; i < PITCH_MOMENTS; i++) {
        int sure = t->confidence[i] > 0.6f;
        first = sure && first <= 0 ? t->note[i] : first;
        last = sure ? t->note[i] : last;
        put(row, t->note[i] > 0 ? (t->note[i] - 60) / 24 : 0);
        put(row, t->confidence[i]);
    }
    put(row, (first - last) / 12);
    for (size_t k = 0; k < 6; k++)
        put(row, t->middle > 0 ? fmaxf(0, 1 - fabsf(t->middle - (float)(30 + 12 * k)) / 12) * t->agreement * 2 : 0);
    put_chroma(row, hear);
    put_strongest(row, tonal_at(hear, 0.05));
    put_strongest(row, tonal_at(hear, 0.3));
    for (size_t k = 0; k < 4; k++) {
        const struct tonal_frame *frame = tonal_at(hear, 0.25 * (double)k);
        put(row, frame ? frame->tonal : 0);
    }
}

static size_t loudest_value(const float *x, size_t count)
{
    size_t at = 0;

    for (size_t i = 1; i < count; i++)
        at = x[i] > x[at] ? i : at;
    return at;
}

/* Seconds, as a logarithm: 0 at a tenth of a second. */
static float duration(double seconds)
{
    return (float)log10(seconds * 10 + 0.003);
}

/* The loudest RMS of some slots, 0 at -60 dB, 1 at the sound's loudest. */
static float shape(const float *rms, size_t from, size_t to, size_t count, float top)
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
        put(row, 2 * shape(rms, (size_t)edge, (size_t)(edge + step), count, top));
}

static void put_attack_and_decay(float **row, const float *rms, size_t count, size_t loudest)
{
    size_t rise = loudest, fall = loudest;

    while (rise > 0 && rms[rise] > rms[loudest] * 0.1f)
        rise--;
    put(row, duration((double)(loudest - rise) / ENVELOPE_RATE));
    for (size_t k = 0; k < DECAYS; k++) {
        float under = rms[loudest] * powf(10, -DECAY_DB[k] / 20);
        for (fall = count; fall > loudest && rms[fall - 1] < under; fall--)
            ;
        put(row, duration((double)(fall - loudest) / ENVELOPE_RATE));
    }
}

/* How fast each range of bands falls by 10 and by 20 dB behind its loudest frame. */
static void put_range_decays(float **row, const struct scope *s)
{
    for (size_t r = 0; r < RANGES; r++) {
        float power[ACTIVE_MAX], most = 0;
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
        put(row, duration((double)at / MEL_RATE));
        put(row, duration((double)(ten - at) / MEL_RATE));
        put(row, duration((double)(twenty - at) / MEL_RATE));
        put(row, most);
    }
}

/* Swing of the level at some rates, 2..40 Hz, by a Goertzel sum over the first two seconds. */
static void put_modulation(float **row, const float *rms, size_t count, float top)
{
    enum { STEP = 6, LONGEST = 230 };
    static const double HZ[12] = { 1.5, 2.2, 3.2, 4.5, 5.5, 6.5, 8, 11, 15, 21, 30, 42 };
    size_t n = count / STEP < LONGEST ? count / STEP : LONGEST;

    for (size_t k = 0; k < 12; k++) {
        double re = 0, im = 0, mean = 0;
        for (size_t i = 0; i < n; i++)
            mean += (double)rms[i * STEP];
        mean /= n ? (double)n : 1;
        for (size_t i = 0; i < n; i++) {
            double window = 1 - cos(2 * M_PI * ((double)i + 0.5) / (double)n);
            double phase = 2 * M_PI * HZ[k] * (double)(i * STEP) / ENVELOPE_RATE, v = (double)rms[i * STEP] - mean;
            re += window * v * cos(phase);
            im += window * v * sin(phase);
        }
        put(row, n ? (float)log10(sqrt(re * re + im * im) / ((double)top * (double)n) + 1e-3) + 2 : 0);
    }
}

static void describe_amplitude(float **row, const struct hear *hear, const struct scope *s)
{
    size_t count = hear->envelope.count, from = 0, loudest;
    const float *rms = hear->envelope.rms;
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
    put_modulation(row, rms, count, top);
    put(row, duration((double)hear->frames / hear->rate));
    put(row, duration((double)count / ENVELOPE_RATE));
    put(row, duration(moment / (sum + 1e-9) / ENVELOPE_RATE));
    put(row, duration(square / ((double)top * (double)top) / ENVELOPE_RATE));
    put(row, (float)log10(hear->peak / sqrt(square / (double)(count + 1) + 1e-12) + 1e-3));
    put(row, count ? shape(rms, count - count / 10 - 1, count, count, top) : 0);
    put(row, count ? shape(rms, count / 2, count / 2 + 20, count, top) : 0);
    put(row, (float)from / 689.0f);
    for (size_t k = 0; k < 20; k++) /* the shape over the whole length */
        put(row, count ? 2 * shape(rms, count * k / 20, count * (k + 1) / 20 + 1, count, top) : 0);
}

static float likeness(const float *flux, size_t count, size_t lag)
{
    double sum = 0, square = 1e-9;

    for (size_t i = 0; i < count; i++) {
        square += (double)flux[i] * (double)flux[i];
        sum += i + lag < count ? (double)flux[i] * (double)flux[i + lag] : 0;
    }
    return (float)(sum / square);
}

static void describe_rhythm(float **row, const struct hear *hear)
{
    const struct onset *o = &hear->onset;
    size_t count = o->count < 1032 ? o->count : 1032, strong = 0;
    double seconds = (double)hear->frames / hear->rate, lag = 10;
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
    put(row, (float)log10((double)o->peaks + 1));
    put(row, (float)log10((double)strong + 1));
    put(row, (float)log10((double)o->peaks / (seconds + 0.1) + 0.1));
    put(row, (float)log10((double)strong / (seconds + 0.1) + 0.1));
    put(row, mean);
    put(row, 4 * most);
    put(row, most / (sum + 1e-6f));
    for (size_t r = 0; r < ONSET_RANGES; r++)
        put(row, 2 * part[r] / (sum + 1e-6f));
    for (size_t k = 0; k < BEATS; k++, lag *= 1.13)
        put(row, 2 * likeness(o->flux, count, (size_t)lag));
    put(row, count > 1 ? 4 * o->flux[count / 2] : 0);
    put(row, o->peaks > 1 ? duration((double)(o->time[1] - o->time[0])) : 0);
    put(row, o->peaks > 1 ? duration((double)(o->time[o->peaks - 1] - o->time[0])) : 0);
    put(row, duration(seconds));
}

static void describe_signs(float **row, const struct hear *hear)
{
    const struct tempo_found *t = &hear->tempo_found;
    double whole = t->bpm * (double)hear->frames / hear->rate / 60;

    put(row, (float)t->confidence * 2);
    put(row, t->beats > 0);
    put(row, t->bpm > 0 ? (float)log2(t->bpm / 110) : 0);
    put(row, (float)log2(whole + 0.25) / 2);
    put(row, 2 * likeness(hear->tempo.rise, hear->tempo.count, t->bpm > 0 ? (size_t)(MEL_RATE * 60 / t->bpm + 0.5) : 0));
    put(row, 2 * likeness(hear->tempo.rise, hear->tempo.count, t->bpm > 0 ? (size_t)(MEL_RATE * 240 / t->bpm + 0.5) : 0));
    for (size_t i = 0; i < TONALITY_SIGNS; i++)
        put(row, 2 * hear->tonality.signs[i]);
}

void describe_sound(const struct hear *hear, float *row)
{
    struct scope s = look(hear);

    if (hear->peak <= 0 || s.end <= s.start) {
        memset(row, 0, DESCRIBE_COUNT * sizeof(*row));
        return;
    }
    describe_spectrum(&row, hear, &s);
    describe_timbre(&row, hear, &s);
    describe_pitch(&row, hear);
    describe_amplitude(&row, hear, &s);
    describe_rhythm(&row, hear);
    describe_signs(&row, hear);
}
