#include "services/worker/tags/mpeg.h"

#include <stdio.h>
#include <string.h>

#include "services/worker/tags/end_tags.h"
#include "services/worker/tags/id3.h"

enum { SEARCH_MAX = 64 << 10, VBRI_AT = 36 };

/* kbit/s; first index: version 1 layers I, II, III, then versions 2 and 2.5 layers I, and II or III. */
static const uint16_t bit_rates[5][16] = {
    { 0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0 },
    { 0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0 },
    { 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0 },
    { 0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0 },
    { 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0 },
};
static const uint16_t rates[4][3] = { { 11025, 12000, 8000 }, { 0 }, { 22050, 24000, 16000 }, { 44100, 48000, 32000 } };

enum { VERSION_25 = 0, VERSION_NONE = 1, VERSION_1 = 3 };

/* False: not a frame header, or one of free format, which does not state its length. */
static bool read_frame(const uint8_t head[MPEG_HEAD_SIZE], struct mpeg_frame *frame)
{
    unsigned version = head[1] >> 3 & 3, layer = 4 - (head[1] >> 1 & 3), rate = head[2] >> 2 & 3;
    bool first = version == VERSION_1, mono = head[3] >> 6 == 3;

    if (head[0] != 0xFF || (head[1] & 0xE0) != 0xE0 || version == VERSION_NONE || layer == 4 || rate == 3)
        return false;
    unsigned kbits = bit_rates[first ? layer - 1 : layer == 1 ? 3 : 4][head[2] >> 4];
    if (kbits == 0)
        return false;
    *frame = (struct mpeg_frame){ .layer = layer, .rate = rates[version][rate], .channels = mono ? 1 : 2 };
    frame->samples = layer == 1 ? 384 : layer == 2 || first ? 1152 : 576;
    frame->side = first ? (mono ? 17 : 32) : (mono ? 9 : 17);
    unsigned slot = layer == 1 ? 4 : 1, padding = head[2] >> 1 & 1;
    frame->bytes = (frame->samples / 8 / slot * kbits * 1000 / frame->rate + padding) * slot;
    return true;
}

static bool frame_follows(struct input *input, int64_t at, const struct mpeg_frame *frame)
{
    uint8_t head[MPEG_HEAD_SIZE];
    struct mpeg_frame next;

    if (at >= input->size)
        return true;
    return input_fill(input, at, head, sizeof(head)) &&
           (memcmp(head, "TAG", 3) == 0 || memcmp(head, "APET", 4) == 0 ||
            (read_frame(head, &next) && next.layer == frame->layer && next.rate == frame->rate));
}

int64_t mpeg_find(struct input *input, int64_t at, struct mpeg_frame *frame)
{
    uint8_t bytes[4096];

    for (int64_t stop = at + SEARCH_MAX; at < stop; at += (int64_t)sizeof(bytes) - MPEG_HEAD_SIZE + 1) {
        size_t len = input_read(input, at, bytes, sizeof(bytes));
        for (size_t i = 0; i + MPEG_HEAD_SIZE <= len; i++)
            if (bytes[i] == 0xFF && read_frame(bytes + i, frame) &&
                frame_follows(input, at + (int64_t)i + frame->bytes, frame))
                return at + (int64_t)i;
        if (len < sizeof(bytes))
            break;
    }
    return -1;
}

int64_t mpeg_begin(struct input *input)
{
    struct mpeg_frame frame;
    int64_t at = mpeg_find(input, id3_skip(input, 0), &frame);

    return at > 0 ? at : 0;
}

/* True for a Xing, Info or VBRI frame, which only describes the others; tag editors rewrite it. */
static bool is_about_others(struct input *input, int64_t at, const struct mpeg_frame *frame)
{
    uint8_t word[4];

    if (input_fill(input, at + MPEG_HEAD_SIZE + frame->side, word, 4) &&
        (memcmp(word, "Xing", 4) == 0 || memcmp(word, "Info", 4) == 0))
        return true;
    return input_fill(input, at + VBRI_AT, word, 4) && memcmp(word, "VBRI", 4) == 0;
}

bool mpeg_payload(struct input *input, struct payload *payload)
{
    struct mpeg_frame frame;
    int64_t at = mpeg_find(input, id3_skip(input, 0), &frame);

    *payload = (struct payload){ .announced = -1 };
    if (at < 0)
        return false;
    snprintf(payload->codec, sizeof(payload->codec), "mpeg-%u", frame.layer);
    payload->rate = frame.rate;
    payload->channels = frame.channels;
    payload->at = is_about_others(input, at, &frame) ? at + frame.bytes : at;
    payload->size = end_tags_start(input) - payload->at;
    return payload->size > 0;
}
