#include "store/artefact_old.h"

#include <string.h>

#include "common/little.h"
#include "proto/wire/codec.h"
#include "schema_artefact.h"

enum { LEVELS_MAX = 24 };

/* Reads consecutive little-endian numbers. Beyond the end all are 0 and `broken` is set. */
struct old {
    struct bytes data;
    uint32_t at;
    bool broken, full;
    struct arena *arena;
};

static const uint8_t *take_old_bytes(struct old *old, uint32_t count)
{
    static const uint8_t nothing[16];

    if (count > old->data.len - old->at) {
        old->broken = true;
        return nothing;
    }
    old->at += count;
    return old->data.at + old->at - count;
}

static uint32_t take_u32(struct old *old)
{
    return little_u32(take_old_bytes(old, 4));
}

static double take_f32(struct old *old)
{
    return (double)little_f32(take_old_bytes(old, 4));
}

/* Returns `count` elements of `width` bytes, in place. */
static struct bytes take_numbers(struct old *old, uint32_t count, uint32_t width)
{
    if (count > (old->data.len - old->at) / width) {
        old->broken = true;
        return (struct bytes){ 0 };
    }
    return bytes_of(take_old_bytes(old, count * width), (size_t)count * width);
}

/* Copies from each row of `step` bytes the `width` bytes at `first`. */
static struct bytes copy_column(struct old *old, struct bytes rows, uint32_t step, uint32_t first, uint32_t width)
{
    uint32_t count = rows.len / step;
    uint8_t *to = arena_array(old->arena, count, width);

    old->full = old->full || !to;
    for (uint32_t i = 0; to && i < count; i++)
        memcpy(to + i * width, rows.at + i * step + first, width);
    return bytes_of(to, to ? (size_t)count * width : 0);
}

static void read_level(struct old *old, struct artefact_level *level)
{
    struct bytes bins = take_numbers(old, take_u32(old), 3);

    level->low = copy_column(old, bins, 3, 0, 1);
    level->high = copy_column(old, bins, 3, 1, 1);
    level->rms = copy_column(old, bins, 3, 2, 1);
}

/* u32 frames a bin; u64 frames; levels: u32 count, then i8 low, i8 high, u8 rms of each bin */
static void read_waveform(struct old *old, void *record)
{
    struct artefact_waveform *to = record;

    to->frames_a_bin = take_u32(old);
    to->frames = take_u32(old);
    to->frames |= (uint64_t)take_u32(old) << 32;
    to->levels.at = arena_array(old->arena, LEVELS_MAX, sizeof(*to->levels.at));
    old->full = !to->levels.at;
    while (!old->full && old->at < old->data.len && to->levels.count < LEVELS_MAX && !old->broken)
        read_level(old, &to->levels.at[to->levels.count++]);
}

/* u32 values in 10 seconds; u32 count; i8 each */
static void read_loudness(struct old *old, void *record)
{
    struct artefact_loudness *to = record;

    to->values_a_second = take_u32(old) / 10.0;
    to->lufs = take_numbers(old, take_u32(old), 1);
}

/* u32 count; f32 seconds, f32 strength of each */
static void read_onsets(struct old *old, void *record)
{
    struct artefact_onsets *to = record;
    struct bytes pairs = take_numbers(old, take_u32(old), 8);

    to->seconds = copy_column(old, pairs, 8, 0, 4);
    to->strength = copy_column(old, pairs, 8, 4, 4);
}

/* f32 bpm; f32 confidence; u32 count; f32 seconds of each */
static void read_beats(struct old *old, void *record)
{
    struct artefact_beats *to = record;

    to->bpm = take_f32(old);
    to->confidence = take_f32(old);
    to->seconds = take_numbers(old, take_u32(old), 4);
}

/* u32 count; f32 lowest Hz; f32 highest Hz; f32 dB each */
static void read_spectrum(struct old *old, void *record)
{
    struct artefact_spectrum *to = record;
    uint32_t count = take_u32(old);

    to->lowest_hz = take_f32(old);
    to->highest_hz = take_f32(old);
    to->db = take_numbers(old, count, 4);
}

/* u32 samples a second; u32 count; i8 each */
static void read_print(struct old *old, void *record)
{
    struct artefact_print *to = record;

    to->rate = take_u32(old);
    to->samples = take_numbers(old, take_u32(old), 1);
}

/* 16 bytes of hash; f32 seconds; u32 count; i8 each */
static void read_gist(struct old *old, void *record)
{
    struct artefact_gist *to = record;

    to->samples_hash = bytes_of(take_old_bytes(old, 16), 16);
    to->seconds = take_f32(old);
    to->bands = take_numbers(old, take_u32(old), 1);
}

static const struct layout {
    const char *type, *begins_with;
    const struct shape *shape;
    void (*read)(struct old *old, void *record);
} LAYOUTS[] = {
    { "waveform", "LHW1", &artefact_waveform_shape, read_waveform },
    { "loudness", "LHL1", &artefact_loudness_shape, read_loudness },
    { "onsets", "LHO1", &artefact_onsets_shape, read_onsets },
    { "beats", "LHB1", &artefact_beats_shape, read_beats },
    { "spectrum", "LHS1", &artefact_spectrum_shape, read_spectrum },
    { "print", "LHP1", &artefact_print_shape, read_print },
    { "gist", "LHG1", &artefact_gist_shape, read_gist },
};

static const struct layout *layout_of(struct text type, struct bytes data)
{
    for (size_t i = 0; i < sizeof(LAYOUTS) / sizeof(*LAYOUTS); i++)
        if (data.len >= 4 && memcmp(data.at, LAYOUTS[i].begins_with, 4) == 0 && text_is(type, LAYOUTS[i].type))
            return &LAYOUTS[i];
    return NULL;
}

/* A number that the schema refuses is damage too. */
static enum err encode_record(const struct layout *layout, const void *record, struct arena *arena, struct bytes *data)
{
    struct buffer buffer = { 0 };
    enum err e = codec_encode(layout->shape, record, &buffer, NULL);

    if (e == ERR_OK) {
        *data = arena_bytes(arena, buffer_bytes(&buffer));
        e = data->len == buffer.len ? ERR_OK : ERR_FULL;
    }
    buffer_free(&buffer);
    return e == ERR_OK || e == ERR_FULL ? e : ERR_NOT_FOUND;
}

enum err artefact_convert_old(struct text type, struct arena *arena, struct bytes *data)
{
    const struct layout *layout = layout_of(type, *data);
    struct old old = { .data = *data, .at = 4, .arena = arena };
    union {
        struct artefact_waveform waveform;
        struct artefact_loudness loudness;
        struct artefact_onsets onsets;
        struct artefact_beats beats;
        struct artefact_spectrum spectrum;
        struct artefact_print print;
        struct artefact_gist gist;
    } record = { 0 };

    if (!layout)
        return ERR_OK;
    layout->read(&old, &record);
    if (old.full)
        return ERR_FULL;
    if (old.broken || old.at != data->len)
        return ERR_NOT_FOUND;
    return encode_record(layout, &record, arena, data);
}
