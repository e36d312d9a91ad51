/* convert_wav.h: the bytes of a WAV: its header and its samples, as integers of 16 or 24 bits or as floats. One
 * thread. */
#ifndef LOOPHOLE_WORKER_CONVERT_WAV_H
#define LOOPHOLE_WORKER_CONVERT_WAV_H

#include "common/buffer.h"

enum { CONVERT_WAV_HEAD = 58 }; /* bytes at most */

/* Zeroed but for the form. */
struct convert_wav {
    unsigned rate, channels, bits; /* 16, 24, or 32 for floats */
    float gain;
    bool dither;     /* integers of 16 bits are dithered: triangular, of one step */
    uint64_t bytes;  /* of samples so far */
    uint64_t after;  /* of chunks after the samples */
    uint64_t frames; /* so far */
    uint64_t clipped;
    uint32_t noise; /* state of the dither, so the same sound always gives the same bytes */
};

/* Writes the header for what was added so far; returns its length, which depends on the form only. */
size_t convert_wav_head(const struct convert_wav *wav, uint8_t to[CONVERT_WAV_HEAD]);

/* Appends frames to `to`. Samples beyond full scale are clipped and counted, but not in floats. */
void convert_wav_add(struct convert_wav *wav, const float *frames, size_t count, struct buffer *to);

/* True if the file would be larger than a WAV can be (4 GiB). */
bool convert_wav_is_full(const struct convert_wav *wav);

#endif
