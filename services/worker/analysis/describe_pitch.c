#include "services/worker/analysis/describe_parts.h"

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

void describe_pitch(float **row, const struct sound_analysis *analysis)
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
