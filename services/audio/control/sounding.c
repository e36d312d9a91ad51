/* sounding.c: reports patterns and pads as clients set them, for the project that stores them. The score contains slots
 * of sounds, which the next engine does not have. So this file keeps the asks, with the ids of the items, as long as
 * this process lives. After a restart the project service notes the pattern (audio.note_pattern), but not the pads. */
#include <string.h>

#include "services/audio/control/audio.h"
#include "services/audio/control/named_sounds.h"
#include "services/audio/control/song.h"

enum {
    REPORT_US = 100000,
    REPORT_AWAITED_US = 10000,
    REPORT_AGAIN_US = 200000,
    REPORT_LACK_US = 500000,
    LACK_US = 30000000
};

/* ---- asks for patterns and pads ---- */

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

bool audio_name_rows(const struct audio *audio, struct row_list *rows)
{
    bool all = true;

    for (uint32_t i = 0; i < rows->count; i++) {
        struct row *row = &rows->at[i];
        all &= name_slot(audio, row->has_sound, row->sound, row->generation, &row->has_id, &row->id);
    }
    return all;
}

struct asked_sound audio_encode_pattern(const struct audio *audio, struct call *call, const struct pattern *pattern)
{
    struct pattern own;

    if (codec_copy(&pattern_shape, pattern, call_arena(call), &own) != ERR_OK)
        return (struct asked_sound){ 0 };
    const bool is_whole = audio_name_rows(audio, &own.sequencer.tracks);
    return (struct asked_sound){ encode_asked(call, &pattern_shape, &own), is_whole };
}

struct asked_sound audio_encode_pad(const struct audio *audio, struct call *call, const struct pad *pad)
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

void audio_note_asked(struct buffer *to, struct bytes asked)
{
    buffer_reset(to);
    buffer_add(to, asked.at, asked.len);
}

/* After the queued pattern was withdrawn: the playing pattern is the requested one again, unless it is unknown. */
void audio_note_playing(struct audio *audio, struct call *call)
{
    struct bytes playing = { 0 };

    if (audio->now.number)
        playing = audio_encode_pattern(audio, call, &audio->now.pattern).bytes;
    audio_note_asked(&audio->pattern_asked, playing);
}

void audio_forget_asked(struct audio *audio)
{
    buffer_free(&audio->pattern_asked);
    for (uint32_t i = 0; i < SCORE_PADS; i++)
        buffer_free(&audio->pad_asked[i]);
}

/* ---- the answer ---- */

static bool decode_asked(struct call *call, const struct shape *shape, const struct buffer *from, void *to)
{
    struct bytes bytes;

    if (from->len == 0)
        return false;
    bytes = arena_bytes(call_arena(call), buffer_bytes(from)); /* a later ask may replace the buffer */
    return codec_decode(shape, bytes, call_arena(call), to, NULL) == ERR_OK;
}

void audio_note_row(struct audio *audio, struct call *call, uint32_t number, const struct score_row *now)
{
    struct pattern pattern = { 0 };

    if (!decode_asked(call, &pattern_shape, &audio->pattern_asked, &pattern) ||
        number >= pattern.sequencer.tracks.count)
        return;
    pattern.sequencer.tracks.at[number].mute = now->muted != 0;
    pattern.sequencer.tracks.at[number].has_solo = pattern.sequencer.tracks.at[number].solo = now->solo != 0;
    audio_note_asked(&audio->pattern_asked, encode_asked(call, &pattern_shape, &pattern));
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

/* The layers as they were asked for: those that are loaded have their slots, the others their ids. */
static void add_silent_layers(const struct audio *audio, struct pad_layer_list *layers, struct pad_layer_list asked)
{
    uint32_t next = 0;

    for (uint32_t i = 0; i < asked.count; i++) {
        struct pad_layer *layer = &asked.at[i];

        if (next < layers->count && is_of_layer(audio, &layers->at[next], layer)) {
            layer->has_sound = true;
            layer->sound = layers->at[next].sound;
            layer->generation = layers->at[next++].generation;
            layer->has_id = false;
        } else if (layer->has_id) {
            drop_slot(&layer->has_sound, &layer->sound, &layer->generation);
        }
    }
    *layers = asked;
}

bool audio_add_silent(const struct audio *audio, struct call *call, struct pad *pad)
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

static void report_pads(const struct audio *audio, struct call *call, struct pad_list *to)
{
    to->at = arena_array(call_arena(call), SCORE_PADS, sizeof(*to->at));
    for (uint32_t i = 0; i < SCORE_PADS; i++)
        if (decode_asked(call, &pad_shape, &audio->pad_asked[i], &to->at[to->count]))
            drop_slots_of_pad(&to->at[to->count++]);
}

static void report_tempo(const struct audio *audio, struct sounding *to)
{
    static const int32_t sources[] = {
        [SYNC_NONE] = SYNC_SOURCE_NONE,
        [SYNC_FOLLOW_JACK] = SYNC_SOURCE_JACK,
        [SYNC_LEAD_JACK] = SYNC_SOURCE_LEAD,
        [SYNC_FOLLOW_MIDI] = SYNC_SOURCE_MIDI,
    };
    const struct score *score = &audio->score;

    to->has_bpm = to->has_swing = to->has_sync = to->has_clock_out = to->has_clock_stopped = to->has_clock_offset =
        true;
    to->has_metronome = true;
    to->bpm = score->tempo;
    to->swing = score->swing;
    to->sync.value = sources[score->sync <= SYNC_FOLLOW_MIDI ? score->sync : SYNC_NONE];
    to->clock_out = score->midi_clock_out != 0;
    to->clock_stopped = score->midi_clock_stopped != 0;
    to->clock_offset = audio_clock_offset(audio);
    to->metronome = score->metronome != 0;
}

enum err audio_ask_sounding(struct audio *audio, struct call *call, const struct audio_sounding *ask,
                            struct sounding *answer)
{
    const struct score *score = &audio->score;

    (void)ask;
    memcpy(answer->project.b, score->project, sizeof(answer->project.b));
    answer->has_project = !id_is_zero(answer->project);
    answer->revision = score->kept_revision;
    answer->serial = score->serial;
    answer->touched = score->serial > score->kept_serial;
    answer->has_tempo_lock = true;
    answer->tempo_lock = score->tempo_locked != 0;
    answer->has_keeper = audio->held.keeper != 0;
    answer->keeper.value = audio->held.keeper;
    report_tempo(audio, answer);
    audio_report_inserts(audio, call, &answer->inserts);
    report_pads(audio, call, &answer->pads);
    answer->has_pattern = decode_asked(call, &pattern_shape, &audio->pattern_asked, &answer->pattern);
    if (answer->has_pattern)
        drop_slots_of_pattern(&answer->pattern);
    answer->has_mixer = true;
    return audio_ask_mixer(audio, call, NULL, &answer->mixer);
}

/* A pattern that is still queued loses its tempo and swing; one that has begun has changed them before the lock. */
static void lock_tempo(struct audio *audio, bool is_locked)
{
    struct score *score = &audio->score;

    audio_take_begun(audio);
    if (is_locked && song_playing(audio) != &score->next) {
        score->next_tempo = 0;
        score->next_swing = -1;
    }
    score->tempo_locked = is_locked;
}

/* Changes after this serial still count as touched. */
enum err audio_ask_sounding_kept(struct audio *audio, struct call *call, const struct audio_sounding_kept *ask,
                                 struct nothing *answer)
{
    struct score *score = &audio->score;
    struct id before;

    (void)answer;
    lock_tempo(audio, ask->has_tempo_lock && ask->tempo_lock);
    const bool is_all = ask->serial >= audio->changed && ask->serial <= score->serial;
    memcpy(before.b, score->project, sizeof(before.b));
    if (!id_equal(before, ask->project))
        song_leave(audio, call);
    memcpy(score->project, ask->project.b, sizeof(score->project));
    score->kept_revision = ask->revision;
    score->kept_serial = is_all ? score->serial : ask->serial;
    audio->sounding_reported = is_all ? audio->changed : audio->sounding_reported;
    audio_score_publish_apart(audio);
    held_keep(&audio->held, ask->has_keeper && ask->keeper.value ? ask->keeper.value : KEEPER_KEEPS, id_is_zero(before),
              ask->has_seen ? ask->seen : ask->serial);
    audio->sounding_is_open = false;
    if (audio->held.count)
        audio_report_sounding(audio);
    return ERR_OK;
}

enum err audio_end_change(struct audio *audio, struct call *call, enum err e, void *answer)
{
    e = held_end(&audio->held, call, audio->score.serial, e, answer);
    if (audio->held.count)
        audio_report_sounding(audio);
    return e;
}

void audio_send_change(struct audio *audio, struct call *call, struct ticket ticket, void *answer)
{
    held_send(&audio->held, call, ticket, audio->score.serial, answer);
    if (audio->held.count)
        audio_report_sounding(audio);
}

/* True if a predecessor set the pattern that plays: the project may have it. The event is repeated, because at a start
 * no service may be subscribed. */
static bool lacks_pattern(struct audio *audio, usec_t now)
{
    if (audio->lacks_pattern_until == 0)
        audio->lacks_pattern_until = now + LACK_US;
    return audio->pattern_asked.len == 0 && audio->score.now.serial > 0 && now < audio->lacks_pattern_until;
}

void audio_report_sounding(struct audio *audio)
{
    const bool awaited = audio->held.count > 0;
    struct audio_sounding_changed event = { .serial = audio->score.serial, .has_awaited = awaited, .awaited = awaited };
    const usec_t now = clock_steady(), ago = now - audio->sounding_reported_at;
    const usec_t pause = !awaited ? REPORT_US : audio->sounding_is_open ? REPORT_AWAITED_US : 0;
    const bool again = (awaited && ago >= REPORT_AGAIN_US) || (lacks_pattern(audio, now) && ago >= REPORT_LACK_US);

    if (audio->sounding_reported == audio->changed ? !again : ago < pause)
        return;
    audio->sounding_is_open = true;
    audio->sounding_reported = audio->changed;
    audio->sounding_reported_at = now;
    service_publish(audio->service, "sounding_changed", &event);
}
