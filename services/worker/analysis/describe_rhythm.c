#include "services/worker/analysis/describe_parts.h"

enum { BEATS = 24 };

void describe_rhythm(float **row, const struct sound_analysis *analysis)
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
