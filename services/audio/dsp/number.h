/* number.h: what every unit does with numbers that come from outside. RT.
 *
 * The units of this folder share one contract:
 * - Audio is float32, planar, 1 is full scale. A block has any number of frames up to LINE_PERIOD_MAX (line.h). How
 *   a stretch of audio is cut into blocks changes no bit of the result, as long as the parameters stay the same.
 * - A struct UNIT is plain state without pointers. All zero bytes are its initial state; any bytes are a state that
 *   it recovers from (rt/heal.h heals the limiters' state before they run). It is copied each period, so that a
 *   successor goes on where the dead one's last period ended.
 * - Parameters come in physical units by value and are brought into their range; one that is not a number becomes
 *   the lower end. What they change, changes without a click.
 * - A sample that is not a number, or beyond NUMBER_MOST, counts as 0: it can not stay in a filter or a delay.
 * - Only memcpy, memmove, memset and libm are called; `make check-rt` holds it. Every loop is bounded. */
#ifndef LOOPHOLE_AUDIO_RT_NUMBER_H
#define LOOPHOLE_AUDIO_RT_NUMBER_H

#include <math.h>
#include <stdint.h>

enum { NUMBER_RATE_LEAST = 22050, NUMBER_RATE_MOST = 192000 };

static const float NUMBER_PI = 3.14159265359f;
static const float NUMBER_MOST = 1024; /* +60 dBFS: beyond it a sample is taken for damage */

/* x within low..high; not a number gives low. */
static inline float number_within(float x, float low, float high)
{
    return x > low ? (x < high ? x : high) : low;
}

/* Frames a second as the units count them: 22,050..192,000. */
static inline float number_rate(uint32_t rate)
{
    return rate < NUMBER_RATE_LEAST ? NUMBER_RATE_LEAST : rate > NUMBER_RATE_MOST ? NUMBER_RATE_MOST : (float)rate;
}

static inline uint32_t number_least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* The frames that come nearest to so many seconds. */
static inline uint32_t number_frames(float seconds, uint32_t rate)
{
    return (uint32_t)(seconds * number_rate(rate) + 0.5f);
}

static inline float number_sane(float x)
{
    return fabsf(x) <= NUMBER_MOST ? x : 0;
}

/* number_sane for what is fed back: numbers too small to hear end, before they become denormal and slow. */
static inline float number_kept(float x)
{
    return fabsf(x) <= NUMBER_MOST && fabsf(x) > 1e-15f ? x : 0;
}

#endif
