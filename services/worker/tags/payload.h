/* payload.h: the place of the encoded sound in a file, without its metadata. One thread. */
#ifndef LOOPHOLE_WORKER_PAYLOAD_H
#define LOOPHOLE_WORKER_PAYLOAD_H

#include <stdint.h>

struct payload {
    char codec[32]; /* for example "pcm-s16le", "flac", "vorbis" */
    double rate;    /* Hz */
    unsigned channels;
    int64_t at;           /* offset of its first byte */
    int64_t size;         /* bytes that are present */
    int64_t announced;    /* bytes according to the header; -1: unknown */
    unsigned frame_bytes; /* bytes of one frame if all are alike (PCM), else 0 */
};

#endif
