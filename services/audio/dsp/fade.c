#include "services/audio/dsp/fade.h"

#include <stddef.h>
#include <string.h>

enum { FADE_CHUNK = 64 };
static const float FADE_SECONDS = 0.005f;

uint32_t fade_frames(uint32_t rate)
{
    return number_frames(FADE_SECONDS, rate);
}

/* The rest of the way takes the same fraction of the time. */
static void move_fade(struct fade *fade, float to, uint32_t rate)
{
    float way = fabsf(to - number_within(ramp_now(&fade->place), 0, 1));

    ramp_to(&fade->place, to, (uint32_t)(way * (float)fade_frames(rate) + 0.5f));
}

void fade_in(struct fade *fade, uint32_t rate)
{
    move_fade(fade, 1, rate);
}

void fade_out(struct fade *fade, uint32_t rate)
{
    move_fade(fade, 0, rate);
}

void fade_open(struct fade *fade)
{
    ramp_set(&fade->place, 1);
}

void fade_cut(struct fade *fade)
{
    ramp_set(&fade->place, 0);
}

/* Gain 1 until the next fade_out or fade_cut: audio passes unchanged. */
static bool is_open(const struct fade *fade)
{
    return !fade->place.left && fade->place.target >= 1;
}

static void apply_chunk(struct fade *fade, float *left, float *right, uint32_t frames)
{
    float gain[FADE_CHUNK];

    ramp_fill(&fade->place, gain, frames);
    for (uint32_t i = 0; i < frames; i++) {
        float place = number_within(gain[i], 0, 1);
        gain[i] = place * place * (3 - 2 * place);
    }
    for (uint32_t i = 0; i < frames; i++)
        left[i] *= gain[i];
    for (uint32_t i = 0; right && i < frames; i++)
        right[i] *= gain[i];
}

void fade_apply(struct fade *fade, float *left, float *right, uint32_t frames)
{
    uint32_t done = 0;

    while (done < frames && !is_open(fade) && !fade_is_silent(fade)) {
        uint32_t n = frames - done < FADE_CHUNK ? frames - done : FADE_CHUNK;
        apply_chunk(fade, left + done, right ? right + done : NULL, n);
        done += n;
    }
    if (done == frames || is_open(fade))
        return;
    memset(left + done, 0, (frames - done) * sizeof(*left));
    if (right)
        memset(right + done, 0, (frames - done) * sizeof(*right));
}
