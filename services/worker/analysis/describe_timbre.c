#include <string.h>

#include "services/worker/analysis/describe_parts.h"

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

void describe_timbre(float **row, const struct sound_analysis *analysis, const struct describe_scope *s)
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
