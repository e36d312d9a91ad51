/* number.h: how every unit treats numbers from outside. RT.
 *
 * The units of this folder share one contract:
 *   - Audio is float32, planar, 1 is full scale. A block has any number of frames up to LINE_PERIOD_MAX (line.h). While
 *     parameters stay the same, the cut into blocks changes no bit of the result.
 *   - A struct UNIT is plain state without pointers. All zero bytes are its initial state. It recovers from any bytes
 *     (rt/repair.h repairs the limiters' state before they run). It is copied each period, so that a successor
 *     continues from the end of the dead process's last whole period.
 *   - Parameters have physical units and are passed by value. They are limited to their range; NaN becomes the lower
 *     end. A change of a parameter causes no click.
 *   - A sample that is NaN or beyond NUMBER_MOST counts as 0, so it cannot stay in a filter or a delay.
 *   - Only memcpy, memmove, memset and libm are called; `make check-rt` checks this. Every loop is bounded. */
#ifndef LOOPHOLE_AUDIO_RT_NUMBER_H
#define LOOPHOLE_AUDIO_RT_NUMBER_H

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { NUMBER_RATE_LEAST = 22050, NUMBER_RATE_MOST = 192000 };

static const float NUMBER_PI = 3.14159265359f;
static const float NUMBER_MOST = 1024; /* +60 dBFS: a larger sample is damage */

/* Limits x to low..high; NaN gives low. */
static inline float number_within(float x, float low, float high)
{
    return x > low ? (x < high ? x : high) : low;
}

/* Limits the rate to 22,050..192,000 Hz. */
static inline float number_rate(uint32_t rate)
{
    return rate < NUMBER_RATE_LEAST ? NUMBER_RATE_LEAST : rate > NUMBER_RATE_MOST ? NUMBER_RATE_MOST : (float)rate;
}

static inline uint32_t number_least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Converts seconds to the nearest number of frames. */
static inline uint32_t number_frames(float seconds, uint32_t rate)
{
    return (uint32_t)(seconds * number_rate(rate) + 0.5f);
}

/* The bits of |x| have the order of the values, and NaN is above all. The maximum of integers vectorises. */
static inline int32_t number_magnitude(float x)
{
    int32_t bits;

    memcpy(&bits, &x, sizeof(bits));
    return bits & INT32_MAX;
}

/* 0 for a sample that is NaN or beyond NUMBER_MOST. */
static inline float number_sane(float x)
{
    return fabsf(x) <= NUMBER_MOST ? x : 0;
}

/* number_sane for feedback: also ends inaudible numbers before they become denormal and slow. */
static inline float number_kept(float x)
{
    return fabsf(x) <= NUMBER_MOST && fabsf(x) > 1e-15f ? x : 0;
}

#endif
