#include "services/worker/analysis/describe_parts.h"

const struct tonal_frame *describe_tonal_at(const struct sound_analysis *analysis, double seconds)
{
    size_t i = (size_t)(((double)analysis->start / MEL_RATE + seconds) * TONAL_RATE + 0.5);

    return i < analysis->tonal.count ? &analysis->tonal.frame[i] : NULL;
}

float describe_likeness(const float *flux, size_t count, size_t lag)
{
    double sum = 0, square = 1e-9;

    for (size_t i = 0; i < count; i++) {
        square += (double)flux[i] * (double)flux[i];
        sum += i + lag < count ? (double)flux[i] * (double)flux[i + lag] : 0;
    }
    return (float)(sum / square);
}
