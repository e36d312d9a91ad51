#include "services/worker/tags/content.h"

#include <stdio.h>
#include <string.h>

#include "services/worker/tags/aiff.h"
#include "services/worker/tags/flac.h"
#include "services/worker/tags/mpeg.h"
#include "services/worker/tags/ogg.h"
#include "services/worker/tags/wave.h"

#define PART_MAX ((int64_t)1 << 30)
enum { CHUNK = 128 << 10 };

static bool (*const payloads[CONTAINER_COUNT])(struct input *, struct payload *) = {
    [CONTAINER_WAV] = wave_payload,
    [CONTAINER_AIFF] = aiff_payload,
    [CONTAINER_FLAC] = flac_payload,
    [CONTAINER_MP3] = mpeg_payload,
};

bool content_payload(struct input *input, enum container container, struct payload *payload)
{
    return payloads[container] && payloads[container](input, payload);
}

bool content_may_be_foreign(struct input *input, enum container container)
{
    struct payload payload;
    char head[4];

    if (container == CONTAINER_OGG)
        return true;
    if (container == CONTAINER_UNKNOWN)
        return input_fill(input, 0, head, sizeof(head)) && memcmp(head, "caff", sizeof(head)) == 0;
    return content_payload(input, container, &payload) && payload.size > 0;
}

static void add_format(struct hash_stream *stream, const struct payload *payload)
{
    char words[80];
    int len = snprintf(words, sizeof(words), "%s %.12g %u\n", payload->codec, payload->rate, payload->channels);

    hash_add(stream, words, (size_t)len);
}

static void add_bytes(struct hash_stream *stream, struct input *input, int64_t at, int64_t size)
{
    uint8_t chunk[CHUNK];

    while (size > 0) {
        size_t got = input_read(input, at, chunk, size < CHUNK ? (size_t)size : CHUNK);
        if (got == 0)
            return;
        hash_add(stream, chunk, got);
        at += (int64_t)got;
        size -= (int64_t)got;
    }
}

static void add_range(struct hash_stream *stream, struct input *input, int64_t at, int64_t size)
{
    if (size <= 2 * PART_MAX) {
        add_bytes(stream, input, at, size);
        return;
    }
    char words[32];
    int len = snprintf(words, sizeof(words), "%lld bytes\n", (long long)size);
    hash_add(stream, words, (size_t)len);
    add_bytes(stream, input, at, PART_MAX);
    add_bytes(stream, input, at + size - PART_MAX, PART_MAX);
}

static void add_length(struct hash_stream *stream, uint32_t len)
{
    hash_add(stream, (const uint8_t[]){ (uint8_t)len, (uint8_t)(len >> 8), (uint8_t)(len >> 16), (uint8_t)(len >> 24) },
             4);
}

/* Adds the bytes of each packet, then its length, so that different packets never give the same bytes. False: no
 * sound. */
static bool add_packets(struct hash_stream *stream, struct input *input)
{
    struct ogg ogg;
    struct ogg_piece piece;
    struct payload payload;
    uint32_t packet_len = 0;
    bool sound = false;

    if (!ogg_open(&ogg, input) || !ogg_payload(&ogg, &payload))
        return false;
    add_format(stream, &payload);
    while (ogg.next < 2 * PART_MAX + OGG_PAGE_MAX && ogg_next(&ogg, &piece)) {
        if (piece.header)
            continue;
        sound = true;
        hash_add(stream, piece.at, piece.len);
        packet_len += (uint32_t)piece.len;
        if (!piece.ends)
            continue;
        add_length(stream, packet_len);
        packet_len = 0;
    }
    return sound;
}

struct hash content_hash(struct input *input, enum container container, struct hash_stream *stream)
{
    struct payload payload;

    hash_restart(stream);
    if (container == CONTAINER_OGG && add_packets(stream, input))
        return hash_so_far(stream);
    hash_restart(stream);
    /* A WAV that was never closed says that its sound has no bytes, but has sound. */
    if (content_payload(input, container, &payload) && payload.size > 0) {
        add_format(stream, &payload);
        add_range(stream, input, payload.at, payload.size);
    } else {
        add_range(stream, input, 0, input->size);
    }
    return hash_so_far(stream);
}
