/* little.h: little-endian numbers, as in the arrays of artefacts and the chunks of a WAV. Any thread. */
#ifndef LOOPHOLE_COMMON_LITTLE_H
#define LOOPHOLE_COMMON_LITTLE_H

#include <stdint.h>
#include <string.h>

static inline uint32_t little_u32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline float little_f32(const uint8_t *at)
{
    uint32_t bits = little_u32(at);
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* Writes the lowest `bytes` bytes of `value` and returns the address after them. */
static inline uint8_t *little_put(uint8_t *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *to++ = (uint8_t)(value >> 8 * i);
    return to;
}

static inline void little_put_f32(uint8_t *to, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(bits >> 8 * i);
}

#endif
