/* delay.h: delay1. RT.
 *
 *   in ──(+)── line ── time ── low cut ── high cut ──┬── × mix ── out
 *         └───────────────── × feedback ─────────────┘
 *
 * The two cuts are first-order filters (trapezoidal, -3 dB at their frequency) inside the loop: each echo is thinner
 * than the one before. The time need not be whole frames: between them a cubic (Lagrange, 4 points) is read; what is
 * within a fiftieth of a frame of a whole one is whole. Another time is cross-faded to in 20 ms, without a change of
 * pitch. Left and right are two delays of one setting. A line shorter than delay_size shortens the longest time. */
#ifndef LOOPHOLE_AUDIO_RT_DELAY_H
#define LOOPHOLE_AUDIO_RT_DELAY_H

#include "services/audio/dsp/glide.h"
#include "services/audio/dsp/line.h"

enum { DELAY_LINES = 2 };

struct delay_params {
    float time;     /* seconds, 0.001..4; synced to the tempo by the caller */
    float feedback; /* 0..0.95 */
    float mix;      /* 0..1, gain of what comes out: the dry sound is the sender's */
    float lowcut;   /* Hz, 5 .. 0.45 of the rate */
    float highcut;  /* Hz, 5 .. 0.49 of the rate */
};

#define DELAY_DEFAULTS                                                                                                 \
    ((struct delay_params){ .time = 0.25f, .feedback = 0.4f, .mix = 0.3f, .lowcut = 100, .highcut = 5000 })

struct delay {
    struct glide feedback, mix, low, high;
    double from, to; /* frames of delay that are faded between */
    float low_at[2], high_at[2];
    uint32_t fading;   /* frames of the cross-fade that are left */
    uint32_t position; /* frames run */
    uint32_t phase;
    uint32_t spare;
};

uint32_t delay_size(uint32_t rate); /* of each line (line.h): 262,144 at 48 kHz */

/* lines: DELAY_LINES x size floats. Writes the echoes of in (a send bus) to out; in and out may be the same. */
void delay_run(struct delay *delay, float *lines, uint32_t size, const struct delay_params *params, uint32_t rate,
               const float *in_left, const float *in_right, float *out_left, float *out_right, uint32_t frames);

#endif
