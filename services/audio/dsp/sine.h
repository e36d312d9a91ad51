/* sine.h: the sine of a phase that is an integer, 2^32 a turn. RT. Off by 2e-7 at most, no branch, vectorises. */
#ifndef LOOPHOLE_AUDIO_RT_SINE_H
#define LOOPHOLE_AUDIO_RT_SINE_H

#include <math.h>
#include <stdint.h>

/* -0.5..0.5 of a turn. */
static inline float sine_turn(uint32_t phase)
{
    return (float)(int32_t)phase * 0x1p-32f;
}

/* The second half of each half turn mirrors the first; the quarter turn that is left is a Taylor series. */
static inline float sine_of(uint32_t phase)
{
    float turn = sine_turn(phase), mirrored = copysignf(0.5f, turn) - turn;
    float x = 6.28318530718f * (fabsf(turn) > 0.25f ? mirrored : turn), y = x * x;

    return x + x * y * (-1 / 6.0f + y * (1 / 120.0f + y * (-1 / 5040.0f + y * (1 / 362880.0f - y / 39916800.0f))));
}

#endif
