/* endian.h: reads integers in either byte order. Any thread. */
#ifndef LOOPHOLE_WORKER_ENDIAN_H
#define LOOPHOLE_WORKER_ENDIAN_H

#include <stdint.h>

static inline uint16_t endian_le16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint16_t endian_be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t endian_be24(const uint8_t *at)
{
    return (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
}

static inline uint32_t endian_le32(const uint8_t *at)
{
    return (uint32_t)endian_le16(at) | (uint32_t)endian_le16(at + 2) << 16;
}

static inline uint32_t endian_be32(const uint8_t *at)
{
    return (uint32_t)endian_be16(at) << 16 | endian_be16(at + 2);
}

static inline uint64_t endian_le64(const uint8_t *at)
{
    return endian_le32(at) | (uint64_t)endian_le32(at + 4) << 32;
}

static inline uint64_t endian_be64(const uint8_t *at)
{
    return (uint64_t)endian_be32(at) << 32 | endian_be32(at + 4);
}

#endif
