/* decode.h: decodes a sound file to samples, and encodes samples as FLAC. Only decode.c uses libsndfile; it reads only
 * through the descriptor and writes only through a function. Input may be hostile: this file checks all numbers of the
 * input, and the sandbox contains other damage. One thread. */
#ifndef LOOPHOLE_WORKER_DECODE_H
#define LOOPHOLE_WORKER_DECODE_H

#include "services/worker/decode/input.h"

enum { DECODE_CHANNELS_MAX = 64, DECODE_RATE_MIN = 1000, DECODE_RATE_MAX = 768000 };

struct decode;

struct decode_format {
    const char *container;     /* "wav", "aiff", "flac", "ogg", "mp3", "au", … */
    const char *sample_format; /* "pcm", "float", "ulaw", "vorbis", "flac", "mpeg", … */
    unsigned bit_depth;        /* 0: not applicable */
    unsigned rate;             /* Hz */
    unsigned channels;
    int64_t frames; /* as the file says, which may be wrong; -1: unknown */
};

/* Opens a sound; `begin` is the offset in the file of the decoder's first byte. `input` must outlive `decode`. Errors:
 * bad_request (not an audio file, damaged, out of bounds; the fault says which). */
enum err decode_open(struct decode **decode, struct input *input, int64_t begin, struct decode_format *format,
                     struct fault *fault);

/* Reads the next frames, interleaved; every sample is finite and within ±1e6. Returns fewer than `frames`, or 0, at the
 * end or where decoding fails. */
size_t decode_read(struct decode *decode, float *to, size_t frames);

/* Sets the next read to `frame`. False: the frame does not exist or cannot be reached. */
bool decode_seek(struct decode *decode, int64_t frame);

/* True if `frame` can be read. Moves the read position. */
bool decode_has_frame(struct decode *decode, int64_t frame);

/* Like decode_read, but as integers: 2^31 is full scale. */
size_t decode_read_integers(struct decode *decode, int32_t *to, size_t frames);

/* Copies the file's comment to `to` of `size` bytes; "" if there is none. */
void decode_comment(struct decode *decode, char *to, size_t size);

void decode_close(struct decode *decode); /* NULL is allowed */

/* ---- encoding to 24-bit FLAC ---- */

struct encoder;

struct encoder_plan {
    unsigned rate, channels;            /* Hz; bad_request if FLAC cannot hold them */
    const char *title, *date, *comment; /* "": none */
    /* Writes bytes at offset `at` of the file, over earlier ones. False ends the encoding. */
    bool (*write)(void *state, int64_t at, const void *bytes, size_t len);
    void *state;
};

/* Copies `plan`; its strings need to live only for the call. Errors: bad_request (rate or channels). */
enum err encoder_open(struct encoder **encoder, const struct encoder_plan *plan, struct fault *fault);

/* Takes interleaved frames, 24 bit in the upper bits: 2^31 is full scale. False: encoding has failed. */
bool encoder_write(struct encoder *encoder, const int32_t *from, size_t frames);

/* Writes the remaining frames and the final header, then frees the encoder. NULL is allowed. False: the file is
 * incomplete. */
bool encoder_close(struct encoder *encoder);

#endif
