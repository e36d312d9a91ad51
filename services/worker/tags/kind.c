#include "services/worker/tags/kind.h"

#include <string.h>

#include "services/worker/tags/id3.h"
#include "services/worker/tags/mend.h"
#include "services/worker/tags/mpeg.h"
#include "services/worker/tags/ogg.h"

enum { HEAD_SIZE = 132 /* see `signatures` */ };

static const struct {
    const char *word;
    enum kind kind;
    bool decoded;
} containers[CONTAINER_COUNT] = {
    [CONTAINER_UNKNOWN] = { "", KIND_AUDIO, true },   [CONTAINER_WAV] = { "wav", KIND_AUDIO, true },
    [CONTAINER_AIFF] = { "aiff", KIND_AUDIO, true },  [CONTAINER_FLAC] = { "flac", KIND_AUDIO, true },
    [CONTAINER_OGG] = { "ogg", KIND_AUDIO, true },    [CONTAINER_MP3] = { "mp3", KIND_AUDIO, true },
    [CONTAINER_M4A] = { "m4a", KIND_AUDIO, false },   [CONTAINER_AAC] = { "aac", KIND_AUDIO, false },
    [CONTAINER_WMA] = { "wma", KIND_AUDIO, false },   [CONTAINER_MIDI] = { "midi", KIND_MIDI, false },
    [CONTAINER_MP4] = { "mp4", KIND_VIDEO, false },   [CONTAINER_MOV] = { "mov", KIND_VIDEO, false },
    [CONTAINER_MKV] = { "mkv", KIND_VIDEO, false },   [CONTAINER_WEBM] = { "webm", KIND_VIDEO, false },
    [CONTAINER_AVI] = { "avi", KIND_VIDEO, false },   [CONTAINER_OGV] = { "ogv", KIND_VIDEO, false },
    [CONTAINER_MPEG] = { "mpeg", KIND_VIDEO, false }, [CONTAINER_FLV] = { "flv", KIND_VIDEO, false },
};

/* Up to two runs of letters at fixed offsets; the first matching row wins. */
static const struct {
    uint8_t at, len;
    const char *letters;
    uint8_t then_at;
    const char *then; /* 4 letters, or NULL */
    enum container container;
} signatures[] = {
    { 0, 4, "RIFF", 8, "WAVE", CONTAINER_WAV },  { 0, 4, "RIFX", 8, "WAVE", CONTAINER_WAV },
    { 0, 4, "RF64", 8, "WAVE", CONTAINER_WAV },  { 0, 4, "BW64", 8, "WAVE", CONTAINER_WAV },
    { 0, 4, "RIFF", 8, "AVI ", CONTAINER_AVI },  { 0, 4, "RIFF", 8, "RMID", CONTAINER_MIDI },
    { 0, 4, "FORM", 8, "AIFF", CONTAINER_AIFF }, { 0, 4, "FORM", 8, "AIFC", CONTAINER_AIFF },
    { 0, 4, "fLaC", 0, NULL, CONTAINER_FLAC },   { 0, 4, "MThd", 0, NULL, CONTAINER_MIDI },
    { 4, 4, "ftyp", 8, "M4A ", CONTAINER_M4A },  { 4, 4, "ftyp", 8, "M4B ", CONTAINER_M4A },
    { 4, 4, "ftyp", 8, "qt  ", CONTAINER_MOV },  { 4, 4, "ftyp", 0, NULL, CONTAINER_MP4 },
    { 4, 4, "moov", 0, NULL, CONTAINER_MOV },    { 4, 4, "mdat", 0, NULL, CONTAINER_MOV },
    { 4, 4, "wide", 0, NULL, CONTAINER_MOV },    { 0, 4, "\0\0\1\272", 0, NULL, CONTAINER_MPEG },
    { 0, 4, "FLV\1", 0, NULL, CONTAINER_FLV },   { 0, 4, "\x30\x26\xB2\x75", 0, NULL, CONTAINER_WMA },
    { 128, 4, "MThd", 0, NULL, CONTAINER_MIDI }, /* after the head of MacBinary */
};

static enum container by_signature(const uint8_t head[HEAD_SIZE])
{
    for (size_t i = 0; i < sizeof(signatures) / sizeof(*signatures); i++)
        if (memcmp(head + signatures[i].at, signatures[i].letters, signatures[i].len) == 0 &&
            (!signatures[i].then || memcmp(head + signatures[i].then_at, signatures[i].then, 4) == 0))
            return signatures[i].container;
    return CONTAINER_UNKNOWN;
}

/* The EBML header names the document type within its first bytes. */
static enum container by_ebml(const uint8_t head[HEAD_SIZE])
{
    if (memcmp(head, "\x1A\x45\xDF\xA3", 4) != 0)
        return CONTAINER_UNKNOWN;
    return memmem(head, HEAD_SIZE, "webm", 4) ? CONTAINER_WEBM : CONTAINER_MKV;
}

static enum container by_ogg(struct input *input)
{
    struct ogg ogg;

    if (!ogg_open(&ogg, input))
        return CONTAINER_UNKNOWN;
    return ogg.codec == OGG_VIDEO ? CONTAINER_OGV : CONTAINER_OGG;
}

/* ADTS has the sync word of MPEG audio with layer 0. */
static bool is_adts(const uint8_t head[HEAD_SIZE])
{
    return head[0] == 0xFF && (head[1] & 0xF6) == 0xF0;
}

/* Finds frames of MPEG audio or FLAC after a tag. Without a tag an MP3 begins with a frame, or has its extension. */
static enum container by_frames(struct input *input, struct text extension)
{
    struct mpeg_frame frame;
    int64_t tags_end = id3_skip(input, 0);
    uint8_t head[HEAD_SIZE] = { 0 };

    input_read(input, tags_end, head, sizeof(head));
    if (memcmp(head, "fLaC", 4) == 0)
        return CONTAINER_FLAC;
    if (is_adts(head))
        return CONTAINER_AAC;
    if (tags_end == 0 && head[0] != 0xFF && !text_is(extension, "mp3"))
        return CONTAINER_UNKNOWN;
    int64_t found = mpeg_find(input, tags_end, &frame);
    bool anywhere = tags_end > 0 || text_is(extension, "mp3");
    return found == 0 || (found > 0 && anywhere) ? CONTAINER_MP3 : CONTAINER_UNKNOWN;
}

enum container kind_container(struct input *input, struct text extension)
{
    uint8_t head[HEAD_SIZE] = { 0 };

    mend_input(input);
    input_read(input, 0, head, sizeof(head));
    enum container container = by_signature(head);
    if (container == CONTAINER_UNKNOWN)
        container = by_ebml(head);
    if (container == CONTAINER_UNKNOWN)
        container = by_ogg(input);
    if (container == CONTAINER_UNKNOWN)
        container = by_frames(input, extension);
    return container;
}

enum kind kind_of(enum container container)
{
    return containers[container].kind;
}

const char *kind_word(enum container container)
{
    return containers[container].word;
}

bool kind_is_decoded(enum container container)
{
    return containers[container].decoded;
}

bool kind_is_foreign(enum container container)
{
    return !containers[container].decoded && containers[container].kind != KIND_MIDI;
}
