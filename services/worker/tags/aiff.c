#include "services/worker/tags/aiff.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "services/worker/tags/chunk.h"
#include "services/worker/tags/endian.h"
#include "services/worker/tags/id3.h"

enum { COMM_SIZE = 18, SSND_HEAD = 8, WORDS_MAX = 4096, MARKS_SIZE_MAX = 16384 };
/* Programs that cannot seek back to their header write the largest number. */
#define STREAM_FRAMES 0x7FFFF000u

static bool open_form(struct chunk_walk *walk, struct input *input)
{
    return chunk_open(walk, input) && (memcmp(walk->form, "AIFF", 4) == 0 || memcmp(walk->form, "AIFC", 4) == 0);
}

/* ---- the place of the sound ---- */

/* Converts an 80-bit IEEE 754 extended number; a negative or non-finite one gives 0. */
static double read_extended(const uint8_t at[10])
{
    int exponent = endian_be16(at);

    return exponent >= 0x7FFF ? 0 : ldexp((double)endian_be64(at + 2), exponent - 16383 - 63);
}

static const struct {
    char compression[5];
    const char *codec, *order;
    unsigned bits; /* 0: the size in COMM */
    bool alike;    /* all frames have the same size */
} codecs[] = {
    { "NONE", "pcm-s", "be", 0, true },   { "twos", "pcm-s", "be", 0, true },   { "sowt", "pcm-s", "le", 0, true },
    { "raw ", "pcm-u", "", 8, true },     { "fl32", "float-", "be", 32, true }, { "FL32", "float-", "be", 32, true },
    { "fl64", "float-", "be", 64, true }, { "FL64", "float-", "be", 64, true }, { "alaw", "alaw", "", 0, false },
    { "ALAW", "alaw", "", 0, false },     { "ulaw", "ulaw", "", 0, false },     { "ULAW", "ulaw", "", 0, false },
};

static void name_codec(struct payload *payload, const char compression[5], unsigned bits)
{
    char *to = payload->codec;
    size_t size = sizeof(payload->codec);

    for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++) {
        if (memcmp(codecs[i].compression, compression, 4) != 0)
            continue;
        if (codecs[i].bits > 0)
            bits = codecs[i].bits;
        if (!codecs[i].alike) {
            snprintf(to, size, "%s", codecs[i].codec);
            return;
        }
        snprintf(to, size, "%s%u%s", codecs[i].codec, bits, bits <= 8 ? "" : codecs[i].order);
        payload->frame_bytes = (bits + 7) / 8 * payload->channels;
        return;
    }
    snprintf(to, size, "aiff-%08x-%u", endian_be32((const uint8_t *)compression), bits);
}

static bool read_format(struct chunk_walk *walk, const struct chunk *chunk, struct payload *payload)
{
    uint8_t format[COMM_SIZE + 4];
    char compression[5] = "NONE";
    size_t len = chunk_read(walk->input, chunk, format, sizeof(format));

    if (len < COMM_SIZE)
        return false;
    if (memcmp(walk->form, "AIFC", 4) == 0 && len == sizeof(format))
        memcpy(compression, format + COMM_SIZE, 4);
    payload->channels = endian_be16(format);
    payload->rate = read_extended(format + 8);
    name_codec(payload, compression, endian_be16(format + 6));
    if (payload->frame_bytes > 0 && endian_be32(format + 2) < STREAM_FRAMES)
        payload->announced = (int64_t)endian_be32(format + 2) * payload->frame_bytes;
    return true;
}

static bool read_sound(struct chunk_walk *walk, const struct chunk *chunk, struct payload *payload)
{
    uint8_t head[SSND_HEAD];

    if (chunk_read(walk->input, chunk, head, sizeof(head)) < sizeof(head))
        return false;
    int64_t skip = SSND_HEAD + (int64_t)endian_be32(head);
    if (skip > chunk->size)
        skip = SSND_HEAD;
    payload->at = chunk->at + skip;
    payload->size = chunk->size - skip;
    return true;
}

bool aiff_payload(struct input *input, struct payload *payload)
{
    struct chunk_walk walk;
    struct chunk chunk;
    bool format = false, sound = false;

    *payload = (struct payload){ .announced = -1 };
    if (!open_form(&walk, input))
        return false;
    while (!(format && sound) && chunk_next(&walk, &chunk)) {
        if (chunk_is(&chunk, "COMM") && !format)
            format = read_format(&walk, &chunk, payload);
        if (chunk_is(&chunk, "SSND") && !sound)
            sound = read_sound(&walk, &chunk, payload);
    }
    return format && sound;
}

/* ---- facts ---- */

static const struct {
    char id[5];
    const char *attribute;
} word_names[] = { { "NAME", "title" }, { "AUTH", "artist" }, { "(c) ", "copyright" }, { "ANNO", "comment" } };

static void word_facts(struct chunk_walk *walk, const struct chunk *chunk, struct labels *labels)
{
    uint8_t words[WORDS_MAX];

    for (size_t i = 0; i < sizeof(word_names) / sizeof(*word_names); i++)
        if (chunk_is(chunk, word_names[i].id)) {
            size_t len = chunk_read(walk->input, chunk, words, sizeof(words));
            labels_begin_tag(labels);
            labels_words(labels, word_names[i].attribute, words, len, CHARSET_GUESS);
        }
}

struct instrument {
    bool loops;
    unsigned begin, end; /* ids of markers */
};

/* The chunk contains notes (3 bytes), gain and velocities, then the sustain loop: play mode, begin marker, end
 * marker. */
static void inst_facts(struct chunk_walk *walk, const struct chunk *chunk, struct labels *labels, struct instrument *to)
{
    uint8_t inst[20];

    if (chunk_read(walk->input, chunk, inst, sizeof(inst)) < sizeof(inst))
        return;
    labels_number(labels, "root_note", inst[0], 0, 127);
    *to = (struct instrument){ endian_be16(inst + 8) != 0, endian_be16(inst + 10), endian_be16(inst + 12) };
}

/* A marker is an id, a position (4 bytes), and a Pascal string padded to an even length. -1: unknown marker. */
static int64_t mark_position(const uint8_t *marks, size_t len, unsigned id)
{
    for (size_t at = 2; at + 7 <= len; at += 6 + ((marks[at + 6] + 2u) & ~1u))
        if (endian_be16(marks + at) == id)
            return endian_be32(marks + at + 2);
    return -1;
}

static void loop_facts(struct chunk_walk *walk, const struct chunk *marks, const struct instrument *instrument,
                       struct labels *labels)
{
    uint8_t bytes[MARKS_SIZE_MAX];

    if (!instrument->loops || marks->size == 0)
        return;
    size_t len = chunk_read(walk->input, marks, bytes, sizeof(bytes));
    int64_t start = mark_position(bytes, len, instrument->begin), end = mark_position(bytes, len, instrument->end);
    if (start >= 0 && end >= 0)
        labels_loop(labels, start, end);
}

void aiff_facts(struct input *input, struct labels *labels)
{
    struct chunk_walk walk;
    struct chunk chunk, marks = { .size = 0 };
    struct instrument instrument = { .loops = false };

    if (!open_form(&walk, input))
        return;
    while (chunk_next(&walk, &chunk)) {
        word_facts(&walk, &chunk, labels);
        if (chunk_is(&chunk, "INST"))
            inst_facts(&walk, &chunk, labels, &instrument);
        if (chunk_is(&chunk, "MARK"))
            marks = chunk;
        if (chunk_is(&chunk, "ID3 ") || chunk_is(&chunk, "id3 "))
            id3_facts(input, chunk.at, chunk.at + chunk.size, labels);
    }
    loop_facts(&walk, &marks, &instrument, labels);
}
