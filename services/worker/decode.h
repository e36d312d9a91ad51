/* decode.h: the sound of a file as floats. The only file with libsndfile is decode.c; it reads through the
 * descriptor alone. Hostile input is expected: everything it says is bounded here, the sandbox holds the rest.
 * One thread. */
#ifndef LOOPHOLE_WORKER_DECODE_H
#define LOOPHOLE_WORKER_DECODE_H

#include "services/worker/input.h"

enum { DECODE_CHANNELS_MAX = 64, DECODE_RATE_MIN = 1000, DECODE_RATE_MAX = 768000 };

struct decode;

struct decode_format {
    const char *container;     /* "wav", "aiff", "flac", "ogg", "mp3", "au", … */
    const char *sample_format; /* "pcm", "float", "ulaw", "vorbis", "flac", "mpeg", … */
    unsigned bit_depth;        /* 0 where it means nothing */
    unsigned rate;             /* Hz */
    unsigned channels;
    int64_t frames;            /* as the file says, which may be a lie; -1: does not say */
};

/* `begin` is where in the file the decoder is to see its first byte. Errors: bad_request (not an audio file,
 * damaged, outside the limits; the fault says which), full. */
enum err decode_open(struct decode **decode, struct input *input, int64_t begin, struct decode_format *format,
                     struct fault *fault);

/* The next frames, interleaved, every sample finite and within ±1e6; fewer than asked for, or 0, at the end or
 * where decoding fails. */
size_t decode_read(struct decode *decode, float *to, size_t frames);

/* The next read begins at `frame`; false: there is no such frame, or no way to it. */
bool decode_seek(struct decode *decode, int64_t frame);

/* True when frame `frame` is really there. Moves the place to read from. */
bool decode_has_frame(struct decode *decode, int64_t frame);

void decode_close(struct decode *decode); /* NULL is allowed */

#endif
