/* sine.h: the sine of an integer phase, 2^32 per turn. RT. Its error is at most 2e-7; no branches, vectorises. */
#ifndef LOOPHOLE_AUDIO_RT_SINE_H
#define LOOPHOLE_AUDIO_RT_SINE_H

#include <math.h>
#include <stdint.h>

/* The phase in turns, -0.5..0.5. */
static inline float sine_turn(uint32_t phase)
{
    return (float)(int32_t)phase * 0x1p-32f;
}

/* The second half of each half turn mirrors the first; a Taylor series covers the remaining quarter turn. */
static inline float sine_of(uint32_t phase)
{
    float turn = sine_turn(phase), mirrored = copysignf(0.5f, turn) - turn;
    float x = 6.28318530718f * (fabsf(turn) > 0.25f ? mirrored : turn), y = x * x;

    return x + x * y * (-1 / 6.0f + y * (1 / 120.0f + y * (-1 / 5040.0f + y * (1 / 362880.0f - y / 39916800.0f))));
}

#endif
