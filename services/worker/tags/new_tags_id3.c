#include "services/worker/tags/new_tags_id3.h"

#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "services/worker/decode/input.h"
#include "services/worker/tags/charset.h"
#include "services/worker/tags/endian.h"

enum { HEAD_SIZE = 10, FRAMES_MOST = 2048, TAG_MOST = 64 << 20, DESCRIBED = 64, BLOCK = 4096 };
#define KEYWORDS "KEYWORDS"

struct id3_writer {
    struct input *input;
    const struct label_job *job;
    struct text tags;
    unsigned version; /* 3 or 4 */
    struct pieces frames;
};

/* ---- the tag that is there ---- */

static uint32_t seven_bits(const uint8_t at[4])
{
    return (uint32_t)at[0] << 21 | (uint32_t)at[1] << 14 | (uint32_t)at[2] << 7 | at[3];
}

static bool is_frame_id(const uint8_t *id)
{
    for (int i = 0; i < 4; i++)
        if ((id[i] < 'A' || id[i] > 'Z') && (id[i] < '0' || id[i] > '9'))
            return false;
    return true;
}

/* TXXX: the charset's byte, a description that ends in a zero, then the text. */
static bool has_keywords(struct id3_writer *writer, int64_t at, int64_t len)
{
    uint8_t bytes[DESCRIBED];
    size_t got = input_read(writer->input, at, bytes, len < DESCRIBED ? (size_t)len : DESCRIBED);

    return got > 1 && bytes[0] <= CHARSET_UTF8 &&
           text_is(charset_read(writer->frames.arena, bytes + 1, got - 1, bytes[0], DESCRIBED), KEYWORDS);
}

static bool is_replaced(struct id3_writer *writer, const uint8_t *id, int64_t at, int64_t len)
{
    if (memcmp(id, "TBPM", 4) == 0)
        return writer->job->bpm > 0;
    if (memcmp(id, "TKEY", 4) == 0)
        return writer->job->key.len > 0;
    return memcmp(id, "TXXX", 4) == 0 && writer->tags.len > 0 && has_keywords(writer, at, len);
}

static bool is_padding(struct input *input, int64_t at, int64_t end)
{
    uint8_t bytes[BLOCK];

    while (at < end) {
        size_t len = end - at < BLOCK ? (size_t)(end - at) : BLOCK;

        if (!input_fill(input, at, bytes, len))
            return false;
        for (size_t i = 0; i < len; i++)
            if (bytes[i] != 0)
                return false;
        at += (int64_t)len;
    }
    return true;
}

static enum err report_damage(int64_t at, struct fault *fault)
{
    return fault_set(fault, ERR_BAD_REQUEST, "its ID3 tag is damaged at byte %lld", (long long)at);
}

/* Keeps the frames from `at` to `end` that the job does not replace; the padding goes. */
static enum err keep_frames(struct id3_writer *writer, int64_t at, int64_t end, struct fault *fault)
{
    uint8_t head[HEAD_SIZE];

    for (int i = 0; at + HEAD_SIZE <= end && input_fill(writer->input, at, head, sizeof(head)) && head[0] != 0; i++) {
        int64_t len = writer->version == 3 ? endian_be32(head + 4) : seven_bits(head + 4), next = at + HEAD_SIZE + len;
        bool is_sane = writer->version == 3 || ((head[4] | head[5] | head[6] | head[7]) & 0x80) == 0;

        if (!is_frame_id(head) || !is_sane || next > end || i == FRAMES_MOST)
            return report_damage(at, fault);
        if (!is_replaced(writer, head, at + HEAD_SIZE, len))
            pieces_copy(&writer->frames, at, HEAD_SIZE + len);
        at = next;
    }
    return is_padding(writer->input, at, end) ? ERR_OK : report_damage(at, fault);
}

static enum err read_old_tag(struct id3_writer *writer, int64_t at, int64_t end, int64_t *after, struct fault *fault)
{
    uint8_t head[HEAD_SIZE];

    *after = at;
    writer->version = 3;
    if (end - at < HEAD_SIZE || !input_fill(writer->input, at, head, sizeof(head)) || memcmp(head, "ID3", 3) != 0)
        return ERR_OK;
    if (head[3] != 3 && head[3] != 4)
        return fault_set(fault, ERR_BAD_REQUEST, "its tag is ID3v2.%u; expected 2.3 or 2.4", head[3]);
    if (head[5] != 0)
        return fault_set(fault, ERR_BAD_REQUEST,
                         "its ID3 tag has flags 0x%02x: unsynchronised, extended or with a footer", head[5]);
    int64_t size = seven_bits(head + 6);
    if ((head[6] | head[7] | head[8] | head[9]) & 0x80 || size > end - at - HEAD_SIZE || size > TAG_MOST)
        return fault_set(fault, ERR_BAD_REQUEST, "its ID3 tag is damaged: it is longer than the file");
    writer->version = head[3];
    *after = at + HEAD_SIZE + size;
    return keep_frames(writer, at + HEAD_SIZE, *after, fault);
}

/* ---- new frames ---- */

static bool is_ascii(struct text words)
{
    for (uint32_t i = 0; i < words.len; i++)
        if ((uint8_t)words.at[i] >= 0x80)
            return false;
    return true;
}

static void add_unit(struct buffer *to, unsigned unit)
{
    buffer_add(to, (const uint8_t[]){ (uint8_t)unit, (uint8_t)(unit >> 8) }, 2);
}

/* One character of valid UTF-8; returns its length. */
static uint32_t take_letter(struct text words, uint32_t at, uint32_t *letter)
{
    uint8_t first = (uint8_t)words.at[at];
    uint32_t len = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    *letter = len == 1 ? first : first & (0x7Fu >> len);
    for (uint32_t i = 1; i < len && at + i < words.len; i++)
        *letter = *letter << 6 | ((uint8_t)words.at[at + i] & 0x3F);
    return len;
}

static void add_utf16(struct buffer *to, struct text words)
{
    uint32_t letter;

    add_unit(to, 0xFEFF);
    for (uint32_t at = 0; at < words.len;) {
        at += take_letter(words, at, &letter);
        if (letter >= 0x10000) {
            add_unit(to, 0xD800 + ((letter - 0x10000) >> 10 & 0x3FF));
            add_unit(to, 0xDC00 + ((letter - 0x10000) & 0x3FF));
        } else {
            add_unit(to, letter);
        }
    }
}

/* Latin 1 is ASCII here. Version 2.3 knows no UTF-8. */
static void encode_words(struct buffer *to, enum charset charset, struct text words)
{
    if (charset == CHARSET_UTF16)
        add_utf16(to, words);
    else
        buffer_add(to, words.at, words.len);
}

static void add_frame(struct id3_writer *writer, const char *id, const char *description, struct text words)
{
    enum charset charset = is_ascii(words) ? CHARSET_LATIN1 : writer->version == 3 ? CHARSET_UTF16 : CHARSET_UTF8;
    struct buffer body = { 0 };
    uint8_t head[HEAD_SIZE] = { 0 };

    buffer_add(&body, (const uint8_t[]){ (uint8_t)charset }, 1);
    if (description) {
        encode_words(&body, charset, text_of(description));
        buffer_add(&body, (const uint8_t[2]){ 0 }, charset_zero(charset));
    }
    encode_words(&body, charset, words);
    memcpy(head, id, 4);
    for (int i = 0; i < 4; i++)
        head[4 + i] = writer->version == 3 ? (uint8_t)(body.len >> 8 * (3 - i)) : body.len >> 7 * (3 - i) & 0x7F;
    pieces_add(&writer->frames, head, sizeof(head));
    pieces_add(&writer->frames, body.at, body.len);
    buffer_free(&body);
}

enum err new_tags_id3_whole(struct input *input, int64_t at, int64_t end, const struct label_job *job, struct text tags,
                            struct pieces *pieces, struct fault *fault)
{
    int64_t after;
    enum err e = new_tags_id3(input, at, end, job, tags, pieces, &after, fault);

    return e != ERR_OK || is_padding(input, after, end) ? e : report_damage(after, fault);
}

enum err new_tags_id3(struct input *input, int64_t at, int64_t end, const struct label_job *job, struct text tags,
                      struct pieces *pieces, int64_t *after, struct fault *fault)
{
    struct id3_writer writer = { .input = input, .job = job, .tags = tags };
    uint8_t head[HEAD_SIZE] = { 'I', 'D', '3' };
    char tempo[32];

    pieces_begin(&writer.frames, pieces->arena);
    enum err e = read_old_tag(&writer, at, end, after, fault);
    if (e != ERR_OK)
        return e;
    (void)snprintf(tempo, sizeof(tempo), "%.6g", job->bpm);
    if (job->bpm > 0)
        add_frame(&writer, "TBPM", NULL, text_of(tempo));
    if (job->key.len > 0)
        add_frame(&writer, "TKEY", NULL, job->key);
    if (tags.len > 0)
        add_frame(&writer, "TXXX", KEYWORDS, tags);
    head[3] = (uint8_t)writer.version;
    for (int i = 0; i < 4; i++)
        head[6 + i] = writer.frames.size >> 7 * (3 - i) & 0x7F;
    pieces_add(pieces, head, sizeof(head));
    pieces_append(pieces, &writer.frames);
    return ERR_OK;
}
