#include "services/worker/encode.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/pcm.h"
#include "schema_worker.h"
#include "services/worker/decode/decode.h"
#include "services/worker/jobs.h"
#include "services/worker/tags/content.h"

enum { STEP = 65536, CHANNELS_MAX = 2, SAMPLES = STEP * CHANNELS_MAX, PIECES_MAX = 16, COMMENT_SIZE = 4001 };

struct encoding {
    int wav_fd, flac_fd; /* -1: not open */
    struct input wav, flac;
    struct payload payload; /* of the WAV */
    uint64_t frames, at;    /* of the WAV; the next frame to encode or compare */
    struct encoder *encoder;
    struct decode *decode;
    struct hash_stream *hash;
    struct hash content;
    struct buffer bytes; /* of the pieces in this answer */
    struct encoded_piece pieces[PIECES_MAX];
    uint32_t piece_count;
    char comment[COMMENT_SIZE];
    uint8_t raw[SAMPLES * sizeof(float)];
    int32_t wanted[SAMPLES], found[SAMPLES];
};

/* ---- the WAV ---- */

static void replace_descriptor(int *to, int fd)
{
    if (*to >= 0)
        close(*to);
    *to = fd;
}

static enum err open_wav(struct encoding *encoding, int fd, struct fault *fault)
{
    struct payload *payload = &encoding->payload;

    replace_descriptor(&encoding->wav_fd, fd);
    (void)encoder_close(encoding->encoder);
    encoding->encoder = NULL;
    encoding->at = 0;
    enum err e = input_open(&encoding->wav, fd, fault);
    if (e != ERR_OK)
        return e;
    if (!content_payload(&encoding->wav, CONTAINER_WAV, payload) || strcmp(payload->codec, "float-32le") != 0 ||
        payload->channels < 1 || payload->channels > CHANNELS_MAX ||
        payload->frame_bytes != payload->channels * sizeof(float) || !(payload->rate >= 1))
        return fault_set(fault, ERR_BAD_REQUEST, "the file is not a WAV with one or two channels of 32-bit floats");
    encoding->frames = (uint64_t)payload->size / payload->frame_bytes;
    return ERR_OK;
}

static enum err refuse_over(const struct encoding *encoding, size_t sample, float value, struct fault *fault)
{
    return fault_set(fault, ERR_BAD_REQUEST, "frame %llu is %.1f dB over full scale, which FLAC would clip",
                     (unsigned long long)(encoding->at + sample / encoding->payload.channels),
                     20 * log10((double)fabsf(value)));
}

/* Reads the next frames, at most `most`, into `wanted`. */
static enum err read_wav(struct encoding *encoding, size_t most, size_t *frames, struct fault *fault)
{
    const struct payload *payload = &encoding->payload;
    uint64_t left = encoding->frames - encoding->at;

    *frames = left < most ? (size_t)left : most;
    if (!input_fill(&encoding->wav, payload->at + (int64_t)encoding->at * payload->frame_bytes, encoding->raw,
                    *frames * payload->frame_bytes))
        return fault_errno(fault, ERR_IO, encoding->wav.error, "cannot read the take");
    for (size_t i = 0; i < *frames * payload->channels; i++) {
        float sample;
        memcpy(&sample, encoding->raw + i * sizeof(sample), sizeof(sample));
        if (pcm24_is_over(sample))
            return refuse_over(encoding, i, sample, fault);
        encoding->wanted[i] = (int32_t)((uint32_t)pcm24(sample) << (32 - PCM24_BITS));
    }
    return ERR_OK;
}

/* ---- encoding ---- */

/* Adjacent bytes form one piece. */
static bool keep_piece(void *state, int64_t at, const void *bytes, size_t len)
{
    struct encoding *encoding = state;
    struct encoded_piece *last = encoding->piece_count ? &encoding->pieces[encoding->piece_count - 1] : NULL;

    if (!last || (uint64_t)at != last->at + last->bytes.len) {
        if (encoding->piece_count == PIECES_MAX)
            return false;
        last = &encoding->pieces[encoding->piece_count++];
        *last = (struct encoded_piece){ .at = (uint64_t)at };
    }
    buffer_add(&encoding->bytes, bytes, len);
    last->bytes.len += (uint32_t)len;
    return true;
}

static void show_pieces(struct encoding *encoding, struct encode_done *to)
{
    const uint8_t *at = (const uint8_t *)encoding->bytes.at;

    for (uint32_t i = 0; i < encoding->piece_count; i++) {
        encoding->pieces[i].bytes.at = at;
        at += encoding->pieces[i].bytes.len;
    }
    to->pieces = (struct encoded_piece_list){ encoding->piece_count, encoding->pieces };
}

/* The first ask starts the encoder and carries the title, date and comment of the file. */
static enum err begin_encoding(struct encoding *encoding, const struct encode *ask, struct fault *fault)
{
    char title[256], date[33], comment[COMMENT_SIZE];
    const struct encoder_plan plan = { .rate = (unsigned)encoding->payload.rate,
                                       .channels = encoding->payload.channels,
                                       .title = title,
                                       .date = date,
                                       .comment = comment,
                                       .write = keep_piece,
                                       .state = encoding };

    (void)text_copy(title, sizeof(title), ask->title);
    (void)text_copy(date, sizeof(date), ask->date);
    (void)text_copy(comment, sizeof(comment), ask->comment);
    return encoder_open(&encoding->encoder, &plan, fault);
}

static enum err encode_part(struct encoding *encoding, const struct encode *ask, struct encode_done *answer,
                            struct fault *fault)
{
    enum err e = ERR_OK;
    size_t frames;

    if (encoding->wav_fd < 0)
        return fault_set(fault, ERR_BAD_REQUEST, "no WAV is open");
    if (!encoding->encoder)
        e = begin_encoding(encoding, ask, fault);
    if (e == ERR_OK)
        e = read_wav(encoding, STEP, &frames, fault);
    if (e != ERR_OK)
        return e;
    bool is_good = frames == 0 || encoder_write(encoding->encoder, encoding->wanted, frames);
    encoding->at += frames;
    answer->frames = encoding->at;
    answer->end = encoding->at == encoding->frames;
    if (answer->end) {
        is_good = encoder_close(encoding->encoder) && is_good;
        encoding->encoder = NULL;
    }
    show_pieces(encoding, answer);
    return is_good ? ERR_OK : fault_set(fault, ERR_INTERNAL, "FLAC cannot be written");
}

/* ---- reading back ---- */

static enum err open_flac(struct encoding *encoding, int fd, struct fault *fault)
{
    struct decode_format format;

    decode_close(encoding->decode);
    encoding->decode = NULL;
    replace_descriptor(&encoding->flac_fd, fd);
    encoding->at = 0;
    enum err e = input_open(&encoding->flac, fd, fault);
    if (e == ERR_OK)
        e = decode_open(&encoding->decode, &encoding->flac, 0, &format, fault);
    if (e != ERR_OK)
        return e;
    decode_comment(encoding->decode, encoding->comment, sizeof(encoding->comment));
    if (strcmp(format.container, "flac") != 0 || format.channels > CHANNELS_MAX)
        return fault_set(fault, ERR_BAD_REQUEST, "not the FLAC of a take");
    if (encoding->wav_fd < 0)
        encoding->payload = (struct payload){ .channels = format.channels };
    else if (format.channels != encoding->payload.channels || (double)format.rate != encoding->payload.rate)
        return fault_set(fault, ERR_BAD_REQUEST, "it has other channels or another rate");
    return ERR_OK;
}

/* The FLAC must have as many frames as the WAV, and equal samples. */
static enum err compare_step(struct encoding *encoding, struct encode_done *answer, struct fault *fault)
{
    size_t found = decode_read_integers(encoding->decode, encoding->found, STEP), wanted = found;
    enum err e = encoding->wav_fd < 0 ? ERR_OK : read_wav(encoding, STEP, &wanted, fault);

    if (e != ERR_OK)
        return e;
    if (found != wanted || (encoding->wav_fd >= 0 && memcmp(encoding->found, encoding->wanted,
                                                            found * encoding->payload.channels * sizeof(int32_t)) != 0))
        return fault_set(fault, ERR_CONFLICT, "the FLAC differs from the take after frame %llu",
                         (unsigned long long)encoding->at);
    encoding->at += found;
    answer->frames = encoding->at;
    answer->end = found < STEP;
    return ERR_OK;
}

static enum err compare_part(struct encoding *encoding, int fd, struct encode_done *answer, struct fault *fault)
{
    enum err e = fd < 0 ? ERR_OK : open_flac(encoding, fd, fault);

    if (e == ERR_OK && !encoding->decode)
        e = fault_set(fault, ERR_BAD_REQUEST, "no FLAC is open");
    if (e == ERR_OK)
        e = compare_step(encoding, answer, fault);
    answer->comment = text_of(encoding->comment);
    if (e == ERR_OK && answer->end)
        encoding->content = content_hash(&encoding->flac, CONTAINER_FLAC, encoding->hash);
    if (encoding->flac.error != 0) /* what was found is no verdict about the file */
        return fault_errno(fault, ERR_IO, encoding->flac.error, "cannot read the FLAC");
    if (e != ERR_OK || !answer->end)
        return e;
    answer->content = bytes_of(encoding->content.b, sizeof(encoding->content.b));
    return ERR_OK;
}

/* ---- asks ---- */

static enum err do_verb(struct encoding *encoding, const struct encode *ask, struct job_call *call,
                        struct encode_done *answer, struct fault *fault)
{
    if (ask->verb.value == ENCODE_VERB_COMPARE)
        return compare_part(encoding, jobs_take_fd(call), answer, fault);
    if (ask->verb.value == ENCODE_VERB_OPEN && call->fd >= 0) {
        enum err e = open_wav(encoding, jobs_take_fd(call), fault);
        answer->frames = encoding->frames;
        return e;
    }
    return encode_part(encoding, ask, answer, fault);
}

static enum err answer_encode(void *state, struct job_call *call, struct fault *fault)
{
    struct encoding *encoding = state;
    const struct encode *ask = call->job;
    struct encode_done answer = { .number = ask->number };
    struct fault why = { 0 };

    buffer_reset(&encoding->bytes);
    encoding->piece_count = 0;
    if (do_verb(encoding, ask, call, &answer, &why) != ERR_OK)
        answer = (struct encode_done){ .number = ask->number,
                                       .failure = text_of(why.what),
                                       .has_disk = why.code == ERR_IO,
                                       .disk = why.code == ERR_IO };
    return pipe_send(call->pipe, &encode_done_shape, &answer, -1, fault);
}

static void free_encoding(struct encoding *encoding)
{
    (void)encoder_close(encoding->encoder);
    decode_close(encoding->decode);
    replace_descriptor(&encoding->wav_fd, -1);
    replace_descriptor(&encoding->flac_fd, -1);
    hash_free(encoding->hash);
    buffer_free(&encoding->bytes);
    free(encoding);
}

enum err encode_run(struct pipe *pipe, struct fault *fault)
{
    struct encoding *encoding = alloc_zeroed(1, sizeof(*encoding));
    enum err e;

    encoding->wav_fd = encoding->flac_fd = -1;
    encoding->hash = hash_new();
    e = jobs_answer(pipe, &encode_shape, answer_encode, encoding, fault);
    free_encoding(encoding);
    return e;
}
