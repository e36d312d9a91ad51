#include "services/worker/tags/form.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/buffer.h"
#include "common/hash.h"
#include "services/worker/tags/charset.h"
#include "services/worker/tags/chunk.h"
#include "services/worker/tags/end_tags.h"
#include "services/worker/tags/endian.h"
#include "services/worker/tags/flac.h"
#include "services/worker/tags/id3.h"
#include "services/worker/tags/mpeg.h"
#include "services/worker/tags/ogg.h"

enum { WRITER_MOST = 256, NUMBER = 4 };
enum form_hash { PARTS, HEAD, WRITER, SIZES };

struct forming {
    struct buffer of[FORM_HASHES];
};

static void add_number(struct buffer *to, uint32_t number)
{
    buffer_add(to,
               &(uint8_t[NUMBER]){ (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                                   (uint8_t)number },
               NUMBER);
}

static void add_part(struct forming *f, const void *name, size_t len)
{
    buffer_add(&f->of[PARTS], name, len);
    buffer_add(&f->of[PARTS], "", 1);
}

/* Texts end at their first zero character: what follows may be left from another file. */
static void add_program(struct buffer *to, const uint8_t *text, size_t len)
{
    buffer_add(to, text, charset_length(text, len, CHARSET_LATIN1));
    buffer_add(to, "", 1);
}

/* ---- WAV and AIFF ---- */

/* Parts whose size is that of the sound or of texts. */
static bool is_of_any_size(const struct chunk *chunk)
{
    static const char *const any[] = { "data", "SSND", "LIST", "id3 ", "ID3 ", "iXML", "NAME", "AUTH", "(c) ",
                                       "ANNO", "COMT", "MARK", "cue ", "_PMX", "axml", "levl", "PEAK", "fact" };

    for (size_t i = 0; i < sizeof(any) / sizeof(*any); i++)
        if (chunk_is(chunk, any[i]))
            return true;
    return false;
}

static void add_software(struct forming *f, struct chunk_walk *outer, const struct chunk *list)
{
    struct chunk_walk walk;
    struct chunk chunk;
    uint8_t text[WRITER_MOST];

    if (!chunk_inside(&walk, outer, list) || memcmp(walk.form, "INFO", 4) != 0)
        return;
    while (chunk_next(&walk, &chunk))
        if (chunk_is(&chunk, "ISFT"))
            add_program(&f->of[WRITER], text, chunk_read(outer->input, &chunk, text, sizeof(text)));
}

/* The encoding without rate, channels, bits and lengths, which are facts of their own. */
static void add_head(struct forming *f, struct chunk_walk *walk, const struct chunk *chunk)
{
    enum { WAVE_ENCODING = 2, WAVE_MORE = 16, AIFF_MORE = 18, BEXT_ORIGINATOR = 256, ORIGINATOR = 32, MOST = 512 };
    uint8_t head[MOST];
    const size_t len = chunk_read(walk->input, chunk, head, sizeof(head));

    if (chunk_is(chunk, "fmt ")) {
        buffer_add(&f->of[HEAD], head, WAVE_ENCODING);
        buffer_add(&f->of[HEAD], head + WAVE_MORE, len > WAVE_MORE ? len - WAVE_MORE : 0);
    } else if (chunk_is(chunk, "COMM")) {
        buffer_add(&f->of[HEAD], head + AIFF_MORE, len > AIFF_MORE ? len - AIFF_MORE : 0);
    } else if (chunk_is(chunk, "bext")) {
        add_program(&f->of[WRITER], head + BEXT_ORIGINATOR, ORIGINATOR);
    } else if (chunk_is(chunk, "APPL")) {
        buffer_add(&f->of[WRITER], head, 4);
    }
}

static bool read_chunks(struct forming *f, struct input *input)
{
    struct chunk_walk walk;
    struct chunk chunk;

    if (!chunk_open(&walk, input))
        return false;
    add_part(f, walk.form, 4);
    while (chunk_next(&walk, &chunk)) {
        add_part(f, chunk.id, 4);
        add_head(f, &walk, &chunk);
        if (chunk_is(&chunk, "LIST"))
            add_software(f, &walk, &chunk);
        if (!is_of_any_size(&chunk)) {
            buffer_add(&f->of[SIZES], chunk.id, 4);
            add_number(&f->of[SIZES], (uint32_t)chunk.announced);
        }
    }
    return f->of[HEAD].len > 0 || f->of[PARTS].len > 5;
}

/* ---- FLAC, Ogg, MP3 ---- */

/* The vendor at the beginning of Vorbis comments. */
static void add_vendor(struct forming *f, const uint8_t *comments, size_t len)
{
    const size_t vendor = len > NUMBER ? endian_le32(comments) : 0;

    if (vendor <= WRITER_MOST && NUMBER + vendor <= len)
        add_program(&f->of[WRITER], comments + NUMBER, vendor);
}

static bool add_block(void *state, struct input *input, const struct flac_block *block)
{
    enum { STREAMINFO = 0, PADDING = 1, APPLICATION = 2, COMMENTS = 4, BLOCK_SIZES = 4 };
    struct forming *f = state;
    uint8_t bytes[NUMBER + WRITER_MOST];
    const uint8_t type = (uint8_t)block->type;
    const size_t len =
        input_read(input, block->at, bytes, block->size < (int64_t)sizeof(bytes) ? (size_t)block->size : sizeof(bytes));

    add_part(f, &type, 1);
    if (type == STREAMINFO && len >= BLOCK_SIZES)
        buffer_add(&f->of[HEAD], bytes, BLOCK_SIZES);
    if (type == COMMENTS)
        add_vendor(f, bytes, len);
    if (type == PADDING || type == APPLICATION)
        add_number(&f->of[SIZES], (uint32_t)block->size);
    return true;
}

static bool read_flac(struct forming *f, struct input *input)
{
    if (id3_skip(input, 0) > 0)
        add_part(f, "ID3", 3);
    return flac_each(input, add_block, f) && f->of[HEAD].len > 0;
}

static bool read_ogg(struct forming *f, struct input *input)
{
    enum { TYPE = 7, OPUS_TYPE = 8, RATES = 16, RATES_END = 29 };
    struct ogg *ogg = alloc_zeroed(1, sizeof(*ogg));
    struct ogg_piece piece;
    bool is_there = ogg_open(ogg, input);

    for (unsigned packets = 0; is_there && packets < 2 && ogg_next(ogg, &piece) && piece.header;) {
        const bool is_vorbis = piece.len > TYPE && memcmp(piece.at + 1, "vorbis", 6) == 0;
        const bool is_opus = piece.len > OPUS_TYPE && memcmp(piece.at, "Opus", 4) == 0;
        if (packets == 0 && (is_vorbis || is_opus))
            add_part(f, piece.at, TYPE);
        if (packets == 0 && is_vorbis && piece.len >= RATES_END)
            buffer_add(&f->of[HEAD], piece.at + RATES, RATES_END - RATES);
        if (packets == 1 && (is_vorbis || is_opus))
            add_vendor(f, piece.at + (is_opus ? OPUS_TYPE : TYPE), piece.len - (is_opus ? OPUS_TYPE : TYPE));
        packets += piece.ends;
    }
    is_there = f->of[PARTS].len > 0;
    free(ogg);
    return is_there;
}

/* The encoder after the numbers and the table of a Xing header, each of which a flag announces. */
static void add_encoder(struct forming *f, struct input *input, int64_t at)
{
    enum { FLAGS = 8, TABLE = 100, ENCODER = 9 };
    uint8_t xing[FLAGS], encoder[ENCODER];
    unsigned flags;

    if (!input_fill(input, at, xing, sizeof(xing)) || (memcmp(xing, "Xing", 4) != 0 && memcmp(xing, "Info", 4) != 0))
        return;
    add_part(f, xing, 4);
    flags = xing[FLAGS - 1];
    at += FLAGS + (flags & 1 ? NUMBER : 0) + (flags & 2 ? NUMBER : 0) + (flags & 4 ? TABLE : 0) +
          (flags & 8 ? NUMBER : 0);
    if (input_fill(input, at, encoder, sizeof(encoder)))
        add_program(&f->of[WRITER], encoder, sizeof(encoder));
}

/* The frames of ID3 are what a person wrote, and are no part of the form: only its versions are. */
static bool read_mpeg(struct forming *f, struct input *input)
{
    enum { VERSION = 5, KEPT_BITS = 0xC0 /* mono, joint stereo */ };
    uint8_t head[MPEG_HEAD_SIZE], tag[VERSION];
    struct mpeg_frame frame;
    const int64_t begin = id3_skip(input, 0), at = mpeg_find(input, begin, &frame);

    if (at < 0 || !input_fill(input, at, head, sizeof(head)))
        return false;
    if (begin > 0 && input_fill(input, 0, tag, sizeof(tag)))
        add_part(f, tag, sizeof(tag));
    if (end_tags_start(input) < input->size)
        add_part(f, "end", 3);
    buffer_add(&f->of[HEAD], &(uint8_t[]){ head[1], head[3] & KEPT_BITS }, 2);
    add_encoder(f, input, at + MPEG_HEAD_SIZE + frame.side);
    return true;
}

/* ---- all ---- */

static bool (*const readers[CONTAINER_COUNT])(struct forming *f, struct input *input) = {
    [CONTAINER_WAV] = read_chunks, [CONTAINER_AIFF] = read_chunks, [CONTAINER_FLAC] = read_flac,
    [CONTAINER_OGG] = read_ogg,    [CONTAINER_MP3] = read_mpeg,
};

bool form_read(struct input *input, enum container container, uint8_t to[FORM_SIZE])
{
    struct forming f = { 0 };
    const bool is_known = readers[container] && readers[container](&f, input);

    for (int i = 0; i < FORM_HASHES; i++) {
        const struct hash hash = hash_of(f.of[i].at, f.of[i].len);
        memcpy(to + i * FORM_HASH, hash.b, FORM_HASH);
        buffer_free(&f.of[i]);
    }
    return is_known && input->error == 0;
}
