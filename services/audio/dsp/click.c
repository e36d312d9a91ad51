#include "services/audio/dsp/click.h"

#include "services/audio/dsp/sine.h"

static const float CLICK_SECONDS = 0.06f, CLICK_FALL = -6.90775527898f; /* 60 dB */

void click_start(struct click *click, bool accent)
{
    *click = (struct click){ .sounds = 1, .accent = accent };
}

void click_add(struct click *click, float gain, uint32_t rate, float *left, float *right, uint32_t frames)
{
    uint32_t length = number_frames(CLICK_SECONDS, rate),
             step = (uint32_t)((click->accent ? 1500 : 1000) * 0x1p32f / number_rate(rate));
    float fall = CLICK_FALL / (float)length, level = number_within(gain, 0, 1);

    for (uint32_t i = 0; i < frames && click->sounds; i++) {
        float x = level * expf(fall * (float)click->frame) * sine_of((click->frame + 1) * step);
        left[i] += x;
        right[i] += x;
        click->sounds = ++click->frame < length;
    }
}
