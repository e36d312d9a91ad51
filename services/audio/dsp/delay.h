/* delay.h: delay1. RT.
 *
 *     in ──(+)── line ── time ── low cut ── high cut ──┬── × mix ── out
 *           └───────────────── × feedback ─────────────┘
 *
 * The two cuts are first-order filters (trapezoidal, -3 dB at their frequency) in the loop. So each echo has less
 * bass and treble than the one before. The time may be a fraction of frames: a cubic (Lagrange, 4 points)
 * interpolates. A time within a fiftieth of a frame of a whole frame is rounded to it. A new time is cross-faded in
 * within 20 ms, without a change of pitch. Left and right are two delays with the same setting. A short line limits
 * the longest time. */
#ifndef LOOPHOLE_AUDIO_RT_DELAY_H
#define LOOPHOLE_AUDIO_RT_DELAY_H

#include "services/audio/dsp/glide.h"
#include "services/audio/dsp/line.h"

enum { DELAY_LINES = 2 };

struct delay_params {
    float time;     /* seconds, 0.001..4; the caller syncs it to the tempo */
    float feedback; /* 0..0.95 */
    float mix;      /* 0..1, gain of the echoes; the dry sound stays with the caller */
    float lowcut;   /* Hz, 5 .. 0.45 of the rate */
    float highcut;  /* Hz, 5 .. 0.49 of the rate */
};

#define DELAY_DEFAULTS                                                                                                 \
    ((struct delay_params){ .time = 0.25f, .feedback = 0.4f, .mix = 0.3f, .lowcut = 100, .highcut = 5000 })

struct delay {
    struct glide feedback, mix, low, high;
    double from, to; /* frames of delay at both ends of the cross-fade */
    float low_at[2], high_at[2];
    uint32_t fading;   /* frames left of the cross-fade */
    uint32_t position; /* frames run */
    uint32_t phase;
    uint32_t spare;
};

/* Writes the echoes of in (what the channels send) to out; in and out may be the same. lines: DELAY_LINES x size floats
 * (line.h); 4 s at 48 kHz need a size of 262,144. */
void delay_run(struct delay *delay, float *lines, uint32_t size, const struct delay_params *params, uint32_t rate,
               const float *in_left, const float *in_right, float *out_left, float *out_right, uint32_t frames);

#endif
