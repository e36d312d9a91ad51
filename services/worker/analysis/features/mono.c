#include "services/worker/analysis/features/mono.h"

#include <string.h>

enum { MIDDLE = MONO_TAPS / 2 };

/* Half-band taps at odd distances from the middle: a sinc under a Hamming window. The other taps are 0, the middle is
 * 1/2. */
static const float HALF_BAND[MIDDLE / 2 + 1] = { 0.31638837f, -0.09815446f, 0.05079026f, -0.02871710f,
                                                 0.01596966f, -0.00825412f, 0.00386794f, -0.00189055f };

void mono_mix(float *mono, const float *interleaved, size_t frames, size_t channels)
{
    float scale = 1.0f / (float)channels;

    if (channels == 1) {
        memcpy(mono, interleaved, frames * sizeof(*mono));
        return;
    }
    for (size_t i = 0; i < frames; i++, interleaved += channels) {
        float sum = interleaved[0] + interleaved[1];
        for (size_t c = 2; c < channels; c++)
            sum += interleaved[c];
        mono[i] = sum * scale;
    }
}

static float half_band(const float *x)
{
    float sum = 0.5f * x[MIDDLE];

    for (int k = 0; k <= MIDDLE / 2; k++)
        sum += HALF_BAND[k] * (x[MIDDLE - 1 - 2 * k] + x[MIDDLE + 1 + 2 * k]);
    return sum;
}

static size_t halve_rate(struct mono_halver *halver, float *samples, size_t frames)
{
    size_t out = 0, i;

    memcpy(halver->line + MONO_TAPS - 1, samples, frames * sizeof(*samples));
    for (i = halver->odd; i < frames; i += 2)
        samples[out++] = half_band(halver->line + i);
    halver->odd = i - frames;
    memmove(halver->line, halver->line + frames, (MONO_TAPS - 1) * sizeof(*samples));
    return out;
}

double mono_chain_start(struct mono_chain *chain, double rate, double most)
{
    memset(chain, 0, sizeof(*chain));
    for (; rate > most && chain->count < MONO_HALVINGS_MAX; rate /= 2)
        chain->count++;
    return rate;
}

size_t mono_chain_run(struct mono_chain *chain, float *samples, size_t frames)
{
    for (size_t i = 0; i < chain->count; i++)
        frames = halve_rate(&chain->at[i], samples, frames);
    return frames;
}
