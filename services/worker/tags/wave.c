#include "services/worker/tags/wave.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "services/worker/tags/chunk.h"
#include "services/worker/tags/endian.h"
#include "services/worker/tags/id3.h"
#include "services/worker/tags/ixml.h"

enum { TAG_PCM = 1, TAG_FLOAT = 3, TAG_ALAW = 6, TAG_ULAW = 7, TAG_EXTENSIBLE = 0xFFFE, INFO_MAX = 4096 };

static uint16_t read_two(const struct chunk_walk *walk, const uint8_t *at)
{
    return walk->big ? endian_be16(at) : endian_le16(at);
}

static uint32_t read_four(const struct chunk_walk *walk, const uint8_t *at)
{
    return walk->big ? endian_be32(at) : endian_le32(at);
}

/* ---- the place of the sound ---- */

static void name_codec(struct payload *payload, unsigned tag, unsigned bits, bool big)
{
    const char *order = big ? "be" : "le";
    char *to = payload->codec;
    size_t size = sizeof(payload->codec);

    if (tag == TAG_PCM && bits <= 8)
        snprintf(to, size, "pcm-u%u", bits);
    else if (tag == TAG_PCM)
        snprintf(to, size, "pcm-s%u%s", bits, order);
    else if (tag == TAG_FLOAT)
        snprintf(to, size, "float-%u%s", bits, order);
    else if (tag == TAG_ALAW || tag == TAG_ULAW)
        snprintf(to, size, "%s", tag == TAG_ALAW ? "alaw" : "ulaw");
    else
        snprintf(to, size, "wave-%04x-%u", tag, bits);
}

static bool read_format(struct chunk_walk *walk, const struct chunk *chunk, struct payload *payload)
{
    uint8_t format[40];

    if (chunk_read(walk->input, chunk, format, sizeof(format)) < 16)
        return false;
    unsigned tag = read_two(walk, format), bits = read_two(walk, format + 14);
    if (tag == TAG_EXTENSIBLE)
        tag = read_two(walk, format + 24);
    payload->channels = read_two(walk, format + 2);
    payload->rate = read_four(walk, format + 4);
    if (tag == TAG_PCM || tag == TAG_FLOAT)
        payload->frame_bytes = read_two(walk, format + 12);
    name_codec(payload, tag, bits, walk->big);
    return true;
}

/* The format should come before the sound, but some programs write it after it. */
bool wave_payload(struct input *input, struct payload *payload)
{
    struct chunk_walk walk;
    struct chunk chunk;
    bool format = false;

    *payload = (struct payload){ .announced = -1 };
    if (!chunk_open(&walk, input) || memcmp(walk.form, "WAVE", 4) != 0)
        return false;
    while ((!format || !payload->at) && chunk_next(&walk, &chunk)) {
        if (chunk_is(&chunk, "fmt ") && !format)
            format = read_format(&walk, &chunk, payload);
        if (!chunk_is(&chunk, "data") || payload->at)
            continue;
        payload->at = chunk.at;
        payload->size = chunk.size;
        payload->announced = chunk.announced;
    }
    return format && payload->at;
}

/* ---- facts ---- */

static const struct {
    char id[5];
    const char *attribute;
} info_names[] = {
    { "INAM", "title" },    { "IART", "artist" },  { "IPRD", "album" },         { "IGNR", "genre" },
    { "ICMT", "comment" },  { "ICRD", "year" },    { "ICOP", "copyright" },     { "ISFT", "software" },
    { "IENG", "engineer" }, { "ISBJ", "subject" }, { "IKEY", "keywords" },      { "ITRK", "track" },
    { "IPRT", "track" },    { "IBPM", "bpm" },     { "ISRC", "origin_source" },
};

static void info_facts(struct chunk_walk *outer, const struct chunk *list, struct labels *labels)
{
    struct chunk_walk walk;
    struct chunk chunk;
    uint8_t words[INFO_MAX];

    if (!chunk_inside(&walk, outer, list) || memcmp(walk.form, "INFO", 4) != 0)
        return;
    labels_begin_tag(labels);
    while (chunk_next(&walk, &chunk))
        for (size_t i = 0; i < sizeof(info_names) / sizeof(*info_names); i++)
            if (chunk_is(&chunk, info_names[i].id)) {
                size_t len = chunk_read(walk.input, &chunk, words, sizeof(words));
                labels_words(labels, info_names[i].attribute, words, len, CHARSET_GUESS);
            }
}

/* Fixed fields, padded with zeros (EBU Tech 3285). */
static void bext_facts(struct chunk_walk *walk, const struct chunk *chunk, struct labels *labels)
{
    uint8_t bext[346];

    if (chunk_read(walk->input, chunk, bext, sizeof(bext)) < sizeof(bext))
        return;
    labels_words(labels, "description", bext, 256, CHARSET_GUESS);
    labels_words(labels, "originator", bext + 256, 32, CHARSET_GUESS);
    labels_words(labels, "originator_reference", bext + 288, 32, CHARSET_GUESS);
    labels_words(labels, "year", bext + 320, 10, CHARSET_GUESS);
    uint64_t start = read_four(walk, bext + 338) | (uint64_t)read_four(walk, bext + 342) << 32;
    if (start > 0)
        labels_number(labels, "time_reference", (double)start, 0, 9e15);
}

/* The sampler chunk of the Multimedia Data Standards Update (1994): 36 bytes, then 24 for each loop. */
static void smpl_facts(struct chunk_walk *walk, const struct chunk *chunk, struct labels *labels)
{
    uint8_t smpl[60];
    size_t len = chunk_read(walk->input, chunk, smpl, sizeof(smpl));

    if (len < 36)
        return;
    labels_number(labels, "root_note", read_four(walk, smpl + 12), 0, 127);
    if (read_four(walk, smpl + 28) == 0 || len < sizeof(smpl))
        return;
    labels_loop(labels, read_four(walk, smpl + 44), (int64_t)read_four(walk, smpl + 48) + 1);
}

static void inst_facts(struct chunk_walk *walk, const struct chunk *chunk, struct labels *labels)
{
    uint8_t inst[7];

    if (chunk_read(walk->input, chunk, inst, sizeof(inst)) == sizeof(inst))
        labels_number(labels, "root_note", inst[0], 0, 127);
}

enum acid_flag { ACID_ONE_SHOT = 1, ACID_ROOT_SET = 2 };

/* Flags (4 bytes), root note (2), unknown (6), beats (4), meter (4), tempo as a 32-bit float. */
static void acid_facts(struct chunk_walk *walk, const struct chunk *chunk, struct labels *labels)
{
    uint8_t acid[24];
    float tempo;

    if (chunk_read(walk->input, chunk, acid, sizeof(acid)) < sizeof(acid))
        return;
    uint32_t flags = read_four(walk, acid), beats = read_four(walk, acid + 12), bits = read_four(walk, acid + 20);
    memcpy(&tempo, &bits, sizeof(tempo));
    bool one_shot = flags & ACID_ONE_SHOT, loop = !one_shot && tempo >= LABELS_BPM_MIN && tempo <= LABELS_BPM_MAX;
    /* Editors write the chunk empty: without the flag and without a tempo, one_shot is not shown. */
    labels_number(labels, "one_shot", one_shot, one_shot || loop ? 0 : INFINITY, 1);
    if (flags & ACID_ROOT_SET)
        labels_number(labels, "root_note", read_two(walk, acid + 4), 0, 127);
    labels_number(labels, "beats", beats, loop ? 1 : INFINITY, 100000);
    labels_number(labels, "bpm", (double)tempo, loop ? LABELS_BPM_MIN : INFINITY, LABELS_BPM_MAX);
}

static void id3_facts_inside(struct chunk_walk *walk, const struct chunk *chunk, struct labels *labels)
{
    id3_facts(walk->input, chunk->at, chunk->at + chunk->size, labels);
}

static const struct {
    char id[5];
    void (*read)(struct chunk_walk *walk, const struct chunk *chunk, struct labels *labels);
} readers[] = { { "LIST", info_facts },      { "bext", bext_facts }, { "smpl", smpl_facts },
                { "inst", inst_facts },      { "acid", acid_facts }, { "id3 ", id3_facts_inside },
                { "ID3 ", id3_facts_inside } };

/* It names its values, so it comes before chunks whose programs have uses of their own for them (acid). */
static void read_ixml(struct chunk_walk walk, struct labels *labels)
{
    struct chunk chunk;

    while (chunk_next(&walk, &chunk))
        if (chunk_is(&chunk, "iXML")) {
            ixml_facts(walk.input, &chunk, labels);
            return;
        }
}

void wave_facts(struct input *input, struct labels *labels)
{
    struct chunk_walk walk;
    struct chunk chunk;

    if (!chunk_open(&walk, input) || memcmp(walk.form, "WAVE", 4) != 0)
        return;
    read_ixml(walk, labels);
    while (chunk_next(&walk, &chunk))
        for (size_t i = 0; i < sizeof(readers) / sizeof(*readers); i++)
            if (chunk_is(&chunk, readers[i].id))
                readers[i].read(&walk, &chunk, labels);
}
