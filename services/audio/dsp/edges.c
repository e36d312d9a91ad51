#include "services/audio/dsp/edges.h"

static const double FRAME = 0x1p32; /* interpolate.h */

/* As interpolate_run continues a loop. */
static uint64_t wrap_position(const struct interpolate_source *source, uint64_t position)
{
    uint64_t start = (uint64_t)source->loop_start << 32, end = (uint64_t)source->loop_end << 32;

    if (end <= start || position < end)
        return position;
    return start + (position - start) % (end - start);
}

static float gain_at(const struct edges *edges, const struct interpolate_source *source, uint64_t position)
{
    double from_start = (double)position / FRAME, to_end = (double)source->frames - 1 - from_start;
    double from_first = source->reverse ? to_end : from_start, to_last = source->reverse ? from_start : to_end;
    float gain = 1;

    if (from_first < edges->in)
        gain = number_within((float)(from_first / edges->in), 0, 1);
    if (to_last < edges->out)
        gain *= number_within((float)(to_last / edges->out), 0, 1);
    return gain;
}

void edges_apply(const struct edges *edges, const struct interpolate_source *source, uint64_t position, double ratio,
                 float *left, float *right, uint32_t frames)
{
    const double kept = ratio > 1.0 / 64 ? (ratio < 8 ? ratio : 8) : 1.0 / 64;
    const uint64_t step = (uint64_t)(kept * FRAME + 0.5);

    for (uint32_t i = 0; i < frames; i++, position += step) {
        const float gain = gain_at(edges, source, position = wrap_position(source, position));
        left[i] *= gain;
        if (right)
            right[i] *= gain;
    }
}
