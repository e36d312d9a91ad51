/* payload.h: where the sound itself is in a file, apart from everything that is said about it. */
#ifndef LOOPHOLE_WORKER_PAYLOAD_H
#define LOOPHOLE_WORKER_PAYLOAD_H

#include <stdint.h>

struct payload {
    char codec[32]; /* the same for the same bytes: "pcm-s16le", "flac", "vorbis" */
    double rate;    /* Hz */
    unsigned channels;
    int64_t at;           /* its first byte */
    int64_t size;         /* bytes that are there */
    int64_t announced;    /* bytes that its header says; -1: does not say */
    unsigned frame_bytes; /* of one frame where all are alike (PCM), else 0 */
};

#endif
