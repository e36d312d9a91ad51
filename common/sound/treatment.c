#include "common/sound/treatment.h"

#include <math.h>

bool treatment_changes(const struct treatment *treatment)
{
    return treatment->fade_in > 0 || treatment->fade_out > 0 || treatment->gain_db < 0 || treatment->gain_db > 0;
}

bool treatment_is_none(const struct treatment *treatment)
{
    return treatment->from == 0 && treatment->until == 0 && !treatment_changes(treatment);
}

void treatment_end(struct treatment *treatment, int64_t frames)
{
    if (frames >= 0 && (treatment->until == 0 || treatment->until > frames))
        treatment->until = frames;
}

static double shape_fades(const struct treatment *treatment, int64_t frame)
{
    double gain = 1;

    if (frame - treatment->from < treatment->fade_in)
        gain = fmax(0, (double)(frame - treatment->from) / (double)treatment->fade_in);
    if (treatment->until > 0 && treatment->until - 1 - frame < treatment->fade_out)
        gain *= fmax(0, (double)(treatment->until - 1 - frame) / (double)treatment->fade_out);
    return gain;
}

static double linear_gain(const struct treatment *treatment)
{
    return pow(10, treatment->gain_db / 20);
}

void treatment_apply(const struct treatment *treatment, int64_t frame, float *samples, uint32_t frames,
                     unsigned channels)
{
    double gain = linear_gain(treatment);

    if (!treatment_changes(treatment))
        return;
    for (uint32_t i = 0; i < frames; i++) {
        float factor = (float)(gain * shape_fades(treatment, frame + i));

        for (unsigned c = 0; c < channels; c++)
            samples[(uint64_t)i * channels + c] *= factor;
    }
}
