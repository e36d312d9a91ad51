#include "services/worker/convert_wav.h"

#include <math.h>
#include <string.h>

#include "common/little.h"

enum { TAG_PCM = 1, TAG_FLOAT = 3, ROOM_FOR_CHUNKS = 65536, PART = 4096 };

static uint8_t *put_word(uint8_t *to, const char word[4])
{
    memcpy(to, word, 4);
    return to + 4;
}

/* Floats need an extension of no bytes in their format, and a chunk with the number of frames. */
size_t convert_wav_head(const struct convert_wav *wav, uint8_t to[CONVERT_WAV_HEAD])
{
    unsigned frame = wav->channels * wav->bits / 8;
    bool floats = wav->bits == 32;
    uint64_t head = floats ? CONVERT_WAV_HEAD : 44, pad = wav->bytes & 1;
    uint8_t *at = to;

    at = little_put(put_word(at, "RIFF"), head - 8 + wav->bytes + pad + wav->after, 4);
    at = little_put(put_word(put_word(at, "WAVE"), "fmt "), floats ? 18 : 16, 4);
    at = little_put(little_put(little_put(at, floats ? TAG_FLOAT : TAG_PCM, 2), wav->channels, 2), wav->rate, 4);
    at = little_put(little_put(little_put(at, (uint64_t)wav->rate * frame, 4), frame, 2), wav->bits, 2);
    if (floats)
        at = little_put(little_put(put_word(little_put(at, 0, 2), "fact"), 4, 4), wav->frames, 4);
    at = little_put(put_word(at, "data"), wav->bytes, 4);
    return (size_t)(at - to);
}

bool convert_wav_is_full(const struct convert_wav *wav)
{
    return wav->bytes > UINT32_MAX - ROOM_FOR_CHUNKS;
}

/* ---- samples ---- */

/* In [-0.5, 0.5). The constants are those of Numerical Recipes, 7.1. */
static double draw_noise(struct convert_wav *wav)
{
    wav->noise = wav->noise * 1664525u + 1013904223u;
    return (double)wav->noise / 4294967296.0 - 0.5;
}

/* Silence stays silent. */
static int32_t round_sample(struct convert_wav *wav, double sample, double full)
{
    double value = sample * full;

    if (wav->dither && wav->bits == 16 && value != 0)
        value += draw_noise(wav) + draw_noise(wav);
    value = nearbyint(value);
    if (value > full - 1 || value < -full) {
        wav->clipped += sample > 1 || sample < -1; /* full scale is one step lower, and does not count as clipped */
        value = value < 0 ? -full : full - 1;
    }
    return (int32_t)value;
}

static uint8_t *put_sample(struct convert_wav *wav, double sample, uint8_t *to)
{
    if (wav->bits == 32) {
        little_put_f32(to, (float)sample);
        return to + sizeof(float);
    }
    double full = wav->bits == 16 ? 32768 : 8388608;
    return little_put(to, (uint32_t)round_sample(wav, sample, full), (int)wav->bits / 8);
}

void convert_wav_add(struct convert_wav *wav, const float *frames, size_t count, struct buffer *to)
{
    size_t left = count * wav->channels;

    while (left > 0) {
        size_t part = left < PART ? left : PART;
        uint8_t bytes[PART * sizeof(float)], *at = bytes;

        for (size_t i = 0; i < part; i++)
            at = put_sample(wav, (double)frames[i] * (double)wav->gain, at);
        buffer_add(to, bytes, (size_t)(at - bytes));
        wav->bytes += (uint64_t)(at - bytes);
        frames += part;
        left -= part;
    }
    wav->frames += count;
}
