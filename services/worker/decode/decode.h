/* decode.h: the sound of a file as numbers, and numbers as a FLAC file. The only file with libsndfile is decode.c; it
 * reads through the descriptor alone, and writes through a function. Hostile input is expected: everything it says is
 * bounded here, the sandbox holds the rest. One thread. */
#ifndef LOOPHOLE_WORKER_DECODE_H
#define LOOPHOLE_WORKER_DECODE_H

#include "services/worker/decode/input.h"

enum { DECODE_CHANNELS_MAX = 64, DECODE_RATE_MIN = 1000, DECODE_RATE_MAX = 768000 };

struct decode;

struct decode_format {
    const char *container;     /* "wav", "aiff", "flac", "ogg", "mp3", "au", … */
    const char *sample_format; /* "pcm", "float", "ulaw", "vorbis", "flac", "mpeg", … */
    unsigned bit_depth;        /* 0 where it means nothing */
    unsigned rate;             /* Hz */
    unsigned channels;
    int64_t frames; /* as the file says, which may be a lie; -1: does not say */
};

/* `begin` is where in the file the decoder is to see its first byte. Errors: bad_request (not an audio file,
 * damaged, outside the limits; the fault says which). */
enum err decode_open(struct decode **decode, struct input *input, int64_t begin, struct decode_format *format,
                     struct fault *fault);

/* The next frames, interleaved, every sample finite and within ±1e6; fewer than asked for, or 0, at the end or
 * where decoding fails. */
size_t decode_read(struct decode *decode, float *to, size_t frames);

/* The next read begins at `frame`; false: there is no such frame, or no way to it. */
bool decode_seek(struct decode *decode, int64_t frame);

/* True when frame `frame` is really there. Moves the place to read from. */
bool decode_has_frame(struct decode *decode, int64_t frame);

/* As decode_read, as integers: full scale of the file is 2^31. */
size_t decode_read_integers(struct decode *decode, int32_t *to, size_t frames);

/* The file's word of comment, to `to` of `size` bytes; "" where there is none. */
void decode_comment(struct decode *decode, char *to, size_t size);

void decode_close(struct decode *decode); /* NULL is allowed */

/* ---- a FLAC file of 24 bit ---- */

struct encoder;

struct encoder_plan {
    unsigned rate, channels;            /* Hz; what FLAC cannot hold is bad_request */
    const char *title, *date, *comment; /* "" where there is none */
    /* Takes bytes at their place in the file; what stood there is replaced. False ends the encoding. */
    bool (*write)(void *state, int64_t at, const void *bytes, size_t len);
    void *state;
};

/* Errors: bad_request, full. */
enum err encoder_open(struct encoder **encoder, const struct encoder_plan *plan, struct fault *fault);

/* Interleaved, of 24 bit in the upper ones: full scale is 2^31. False: it cannot go on. */
bool encoder_write(struct encoder *encoder, const int32_t *from, size_t frames);

/* Writes what is left, and the header once more; frees it. NULL is allowed. False: the file is not whole. */
bool encoder_close(struct encoder *encoder);

#endif
