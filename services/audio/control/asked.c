#include "services/audio/control/asked.h"

#include <string.h>

#include "proto/wire/codec_copy.h"
#include "services/audio/control/named_sounds.h"

static struct bytes encode_asked(struct call *call, const struct shape *shape, const void *value)
{
    struct buffer buffer = { 0 };
    struct bytes bytes = { 0 };

    if (codec_encode(shape, value, &buffer, NULL) == ERR_OK)
        bytes = arena_bytes(call_arena(call), buffer_bytes(&buffer));
    buffer_free(&buffer);
    return bytes;
}

/* Sets `id` to the id of the item in the slot. False: the sound is not an item, so no project can store it. */
static bool name_slot(const struct audio *audio, bool has_sound, uint64_t sound, uint64_t generation, bool *has_id,
                      struct id *id)
{
    if (!*has_id && has_sound)
        *has_id = named_item(audio, sound, generation, id);
    return *has_id || !has_sound;
}

bool asked_name_rows(const struct audio *audio, struct row_list *rows)
{
    bool all = true;

    for (uint32_t i = 0; i < rows->count; i++) {
        struct row *row = &rows->at[i];
        all &= name_slot(audio, row->has_sound, row->sound, row->generation, &row->has_id, &row->id);
    }
    return all;
}

struct asked_sound asked_encode_pattern(const struct audio *audio, struct call *call, const struct pattern *pattern)
{
    struct pattern own;

    if (codec_copy(&pattern_shape, pattern, call_arena(call), &own) != ERR_OK)
        return (struct asked_sound){ 0 };
    const bool is_whole = asked_name_rows(audio, &own.sequencer.tracks);
    return (struct asked_sound){ encode_asked(call, &pattern_shape, &own), is_whole };
}

struct asked_sound asked_encode_pad(const struct audio *audio, struct call *call, const struct pad *pad)
{
    struct pad own;
    bool all;

    if (codec_copy(&pad_shape, pad, call_arena(call), &own) != ERR_OK)
        return (struct asked_sound){ 0 };
    all = name_slot(audio, own.has_sound, own.sound, own.generation, &own.has_id, &own.id);
    for (uint32_t i = 0; i < own.layers.count; i++) {
        struct pad_layer *layer = &own.layers.at[i];
        all &= name_slot(audio, layer->has_sound, layer->sound, layer->generation, &layer->has_id, &layer->id);
    }
    return (struct asked_sound){ encode_asked(call, &pad_shape, &own), all };
}

void asked_note(struct buffer *to, struct bytes asked)
{
    buffer_reset(to);
    buffer_add(to, asked.at, asked.len);
}

/* After the queued pattern was withdrawn: the playing pattern is the requested one again, unless it is unknown. */
void asked_note_playing(struct audio *audio, struct call *call)
{
    struct bytes playing = { 0 };

    if (audio->now.number)
        playing = asked_encode_pattern(audio, call, &audio->now.pattern).bytes;
    audio->rows_again = 0;
    asked_note(&audio->pattern_asked, playing);
}

void asked_forget(struct audio *audio)
{
    buffer_free(&audio->pattern_asked);
    for (uint32_t i = 0; i < SCORE_PADS; i++)
        buffer_free(&audio->pad_asked[i]);
}

static bool decode_asked(struct call *call, const struct shape *shape, const struct buffer *from, void *to)
{
    struct bytes bytes;

    if (from->len == 0)
        return false;
    bytes = arena_bytes(call_arena(call), buffer_bytes(from)); /* a later ask may replace the buffer */
    return codec_decode(shape, bytes, call_arena(call), to, NULL) == ERR_OK;
}

void asked_note_row(struct audio *audio, struct call *call, uint32_t number, const struct score_row *now)
{
    struct pattern pattern = { 0 };

    if (!decode_asked(call, &pattern_shape, &audio->pattern_asked, &pattern) ||
        number >= pattern.sequencer.tracks.count)
        return;
    pattern.sequencer.tracks.at[number].mute = now->muted != 0;
    pattern.sequencer.tracks.at[number].has_solo = pattern.sequencer.tracks.at[number].solo = now->solo != 0;
    asked_note(&audio->pattern_asked, encode_asked(call, &pattern_shape, &pattern));
}

static bool is_of_layer(const struct audio *audio, const struct pad_layer *loaded, const struct pad_layer *asked)
{
    struct id id;

    if (!asked->has_id)
        return loaded->sound == asked->sound && loaded->generation == asked->generation;
    return named_item(audio, loaded->sound, loaded->generation, &id) && id_equal(id, asked->id);
}

/* Removes the slot, which the next engine does not have. */
static void drop_slot(bool *has_sound, uint64_t *sound, uint64_t *generation)
{
    *has_sound = false;
    *sound = *generation = 0;
}

/* The layers that are loaded, and those that are not as they were asked for, with their ids. */
static void add_silent_layers(const struct audio *audio, struct pad_layer_list *layers, struct pad_layer_list asked)
{
    uint32_t next = 0;

    for (uint32_t i = 0; i < asked.count; i++) {
        struct pad_layer *layer = &asked.at[i];

        if (next < layers->count && is_of_layer(audio, &layers->at[next], layer))
            *layer = layers->at[next++];
        else if (layer->has_id)
            drop_slot(&layer->has_sound, &layer->sound, &layer->generation);
    }
    *layers = asked;
}

bool asked_add_silent(const struct audio *audio, struct call *call, struct pad *pad)
{
    struct pad asked = { 0 };

    if (!decode_asked(call, &pad_shape, &audio->pad_asked[pad->pad % SCORE_PADS], &asked))
        return false;
    pad->has_id = asked.has_id && !pad->has_sound;
    pad->id = asked.id;
    if (pad->layers.count == asked.layers.count)
        return pad->has_id;
    add_silent_layers(audio, &pad->layers, asked.layers);
    return true;
}

static void drop_slots_of_pad(struct pad *pad)
{
    uint32_t kept = 0;

    drop_slot(&pad->has_sound, &pad->sound, &pad->generation);
    for (uint32_t i = 0; i < pad->layers.count; i++) {
        struct pad_layer layer = pad->layers.at[i];
        drop_slot(&layer.has_sound, &layer.sound, &layer.generation);
        if (layer.has_id)
            pad->layers.at[kept++] = layer;
    }
    pad->layers.count = kept;
}

static void drop_slots_of_pattern(struct pattern *pattern)
{
    struct row_list *rows = &pattern->sequencer.tracks;

    for (uint32_t i = 0; i < rows->count; i++) {
        struct row *row = &rows->at[i];
        row->mute |= row->has_sound && !row->has_id; /* a row without its sound would play the synthesised voice */
        drop_slot(&row->has_sound, &row->sound, &row->generation);
    }
}

void asked_pads(const struct audio *audio, struct call *call, struct pad_list *to)
{
    to->at = arena_array(call_arena(call), SCORE_PADS, sizeof(*to->at));
    for (uint32_t i = 0; i < SCORE_PADS; i++)
        if (decode_asked(call, &pad_shape, &audio->pad_asked[i], &to->at[to->count]))
            drop_slots_of_pad(&to->at[to->count++]);
}

bool asked_pattern(const struct audio *audio, struct call *call, struct pattern *to)
{
    if (!decode_asked(call, &pattern_shape, &audio->pattern_asked, to))
        return false;
    drop_slots_of_pattern(to);
    return true;
}
