#include "services/worker/analysis/describe.h"

#include <string.h>

#include "services/worker/analysis/describe_parts.h"

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
