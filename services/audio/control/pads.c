#include "services/audio/control/pads.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/rt/midi_moves.h"
#include "services/audio/control/asked.h"
#include "services/audio/control/change.h"
#include "services/audio/control/core.h"
#include "services/audio/control/named_sounds.h"
#include "services/audio/control/pad.h"
#include "services/audio/control/score.h"
#include "services/audio/control/send_cues.h"

static bool has_sound(const struct score_pad *pad)
{
    return pad->sound < SOUNDS || pad->layer_count > 0 || pad->wave > 0;
}

/* True if the pad has a sound or any value of its own: those of an empty pad count when it gets its sound. */
static bool is_set(const struct score_pad *pad)
{
    struct score_pad empty = pad_empty();

    empty.generation = pad->generation;
    return has_sound(pad) || memcmp(pad, &empty, sizeof(empty)) != 0;
}

static void list_pads(const struct audio *audio, struct call *call, struct pads *to)
{
    struct pad *pads = arena_array(call_arena(call), SCORE_PADS, sizeof(*pads));

    to->each = (struct pad_list){ 0, pads };
    for (uint32_t i = 0; i < SCORE_PADS; i++) {
        struct pad pad = pad_write(i, &audio->score.pads[i], call_arena(call));

        if (asked_add_silent(audio, call, &pad) || is_set(&audio->score.pads[i]))
            pads[to->each.count++] = pad;
    }
}

enum err audio_ask_pads(struct audio *audio, struct call *call, const struct audio_pads *ask, struct pads *answer)
{
    (void)ask;
    list_pads(audio, call, answer);
    answer->silent = silent_pads_list(&audio->silent, call_arena(call));
    return ERR_OK;
}

/* An unchanged sound is not checked again: if it was released meanwhile, the pad stays silent. */
static bool keeps_sound(const struct audio *audio, const struct pad *pad)
{
    const struct score_pad *now = &audio->score.pads[pad->pad % SCORE_PADS];

    return pad->has_sound && now->sound == pad->sound && now->generation == pad->generation;
}

/* An empty layer would be silent. */
static enum err check_layers(const struct audio *audio, struct call *call, struct pad *pad)
{
    struct pad_layer *own = arena_array(call_arena(call), pad->layers.count, sizeof(*own));
    enum err e = ERR_OK;

    if (pad->layers.count > 0)
        memcpy(own, pad->layers.at, pad->layers.count * sizeof(*own));
    pad->layers.at = own;
    for (uint32_t i = 0; e == ERR_OK && i < pad->layers.count; i++) {
        if (own[i].has_high && own[i].high <= own[i].low && own[i].high < 1)
            e = refuse(call, ERR_BAD_REQUEST, "layer %u of pad %llu ends at velocity %g, before it begins", i,
                       (unsigned long long)pad->pad, own[i].high);
        else if (own[i].has_until && own[i].until && own[i].until <= own[i].from)
            e = refuse(call, ERR_BAD_REQUEST, "layer %u of pad %llu would end before it begins", i,
                       (unsigned long long)pad->pad);
        else if (!own[i].has_id && !own[i].has_sound)
            e = refuse(call, ERR_BAD_REQUEST, "layer %u of pad %llu has no sound", i, (unsigned long long)pad->pad);
        else if (!own[i].has_id)
            e = named_slot(audio, own[i].sound, &own[i].generation, call_fault(call));
    }
    return e;
}

static enum err check_pad(const struct audio *audio, struct call *call, struct pad *pad, uint32_t index)
{
    char field[32];

    if (pad->until && pad->until <= pad->from)
        return refuse(call, ERR_BAD_REQUEST, "pad %llu would end before it begins", (unsigned long long)pad->pad);
    if (pad->has_wave && pad->wave.value == 0)
        return refuse(call, ERR_BAD_REQUEST, "wave \"%.*s\" is unknown: expected sine, saw, square, triangle or noise",
                      TEXT_ARG(pad->wave.word));
    if (pad->has_keys_until && pad->keys_until < pad->keys_from)
        return refuse(call, ERR_BAD_REQUEST, "the highest key of pad %llu is %llu, below the lowest, %llu",
                      (unsigned long long)pad->pad, (unsigned long long)pad->keys_until,
                      (unsigned long long)pad->keys_from);
    if (pad->has_id || !pad->has_sound || keeps_sound(audio, pad) ||
        named_slot(audio, pad->sound, &pad->generation, call_fault(call)) == ERR_OK)
        return ERR_OK;
    (void)snprintf(field, sizeof(field), "each[%u].sound", index);
    return fault_field(call_fault(call), field);
}

/* Items of an ask, at most as many as named_load takes. */
struct items {
    struct named_sound *each; /* room for NAMED_SOUNDS */
    uint32_t count;           /* may be larger than the room */
};

static void add_pad_sound(struct items *to, struct named_sound item)
{
    if (to->count < NAMED_SOUNDS)
        to->each[to->count] = item;
    to->count++;
}

static void list_layers(const struct pad *pad, struct items *to)
{
    for (uint32_t i = 0; i < pad->layers.count; i++) {
        struct pad_layer *layer = &pad->layers.at[i];

        if (layer->has_id)
            add_pad_sound(to, (struct named_sound){ .index = pad->pad,
                                                    .id = layer->id,
                                                    .has_sound = &layer->has_sound,
                                                    .sound = &layer->sound,
                                                    .generation = &layer->generation });
    }
}

static void list_items(struct pad_list *pads, struct items *to)
{
    for (uint32_t i = 0; i < pads->count && i < SCORE_PADS; i++) {
        struct pad *pad = &pads->at[i];

        if (pad->has_id)
            add_pad_sound(to, (struct named_sound){ .index = pad->pad,
                                                    .id = pad->id,
                                                    .has_sound = &pad->has_sound,
                                                    .sound = &pad->sound,
                                                    .generation = &pad->generation });
        list_layers(pad, to);
    }
}

/* ---- changes that wait for their time ---- */

static bool wait_for_time(const struct audio *audio)
{
    struct state state;

    (void)core_state(audio, &state);
    return audio->score.pads_set && state.pads_begun != audio->score.pads_set;
}

/* From now on the earlier pads are hit, until the core begins the change. */
static void begin_wait(struct audio *audio, int32_t at)
{
    struct score *score = &audio->score;
    const uint32_t number = (uint32_t)score->serial + 1;

    if (!wait_for_time(audio)) {
        memcpy(score->earlier_pads, score->pads, sizeof(score->earlier_pads));
        score->pads_replaced = 0;
    } else if (!score->pads_replaced) {
        score->pads_replaced = score->pads_set;
    }
    score->pads_set = number ? number : 1;
    score->pads_at = at == PADS_AT_BAR ? AT_NEXT_BAR : AT_NEXT_STEP;
}

void audio_end_wait_of_pads(struct audio *audio)
{
    if (!audio->score.pads_set || wait_for_time(audio))
        return;
    audio->score.pads_set = audio->score.pads_replaced = 0;
    audio_score_publish_apart(audio);
}

/* Frames of a sound's file → of the loaded sound. */
static uint64_t count_loaded(uint64_t frames, double ratio)
{
    const double loaded = floor((double)frames * ratio + 0.5);

    return loaded < INT32_MAX ? (uint64_t)loaded : INT32_MAX;
}

/* The end of a part; 0 stays the sound's end. */
static uint64_t count_end(uint64_t until, double ratio)
{
    const uint64_t loaded = count_loaded(until, ratio);

    return until && loaded == 0 ? 1 : loaded;
}

/* Frames of a loaded sound for each of its file, which may have another rate; 0: unknown, the points count as loaded
 * frames. */
static double loaded_ratio(const struct audio *audio, bool has_sound, uint64_t sound, uint64_t file_rate)
{
    const uint32_t rate =
        has_sound && sound < SOUNDS ? atomic_load(&studio_sounds(audio->studio)->entries[sound].rate) : 0;

    return file_rate ? (double)rate / (double)file_rate : 0;
}

static void count_layer(const struct audio *audio, struct pad_layer *layer)
{
    const double ratio =
        loaded_ratio(audio, layer->has_sound, layer->sound, layer->has_file_rate ? layer->file_rate : 0);

    if (!(ratio > 0))
        return;
    layer->from = count_loaded(layer->from, ratio);
    layer->until = count_end(layer->until, ratio);
}

/* The pad with points of the loaded sounds. Its layers are counted in place, once. */
static struct pad in_loaded_frames(struct audio *audio, const struct pad *from)
{
    const double ratio = loaded_ratio(audio, from->has_sound, from->sound, from->has_file_rate ? from->file_rate : 0);
    struct pad to = *from;

    for (uint32_t i = 0; i < to.layers.count; i++)
        count_layer(audio, &to.layers.at[i]);
    if (!(ratio > 0))
        return to;
    to.from = count_loaded(from->from, ratio);
    to.until = count_end(from->until, ratio);
    to.loop_from = count_loaded(from->loop_from, ratio);
    to.loop_until = count_end(from->loop_until, ratio);
    return to;
}

/* A change that does not wait also changes the earlier pads. */
static void set_pad(struct audio *audio, uint64_t number, bool waits, const struct pad *pad)
{
    struct score *score = &audio->score;

    score->pads[number] = pad_read(pad);
    if (!waits && score->pads_set)
        score->earlier_pads[number] = score->pads[number];
}

/* ---- setting ---- */

/* The pads of an ask, and its number. */
struct asked_pads {
    struct pad_list each;
    int32_t at; /* enum pads_at */
    bool is_of_keeper;
    struct asked_sound *as_asked; /* each */
    uint64_t number;
    bool is_repeated; /* the number is that of the ask up to which the pads were read */
};

/* Sounds load in any order; of two asks for a pad, the later one wins. */
static enum err set_pads(struct audio *audio, struct call *call, void *own, struct silent_sound_list silent,
                         void *answer)
{
    const struct asked_pads *asked = own;
    struct pads *pads = answer;
    const bool waits = asked->at == PADS_AT_STEP || asked->at == PADS_AT_BAR;

    if (waits)
        begin_wait(audio, asked->at);
    for (uint32_t i = 0; i < asked->each.count; i++) {
        const struct pad *pad = &asked->each.at[i];
        uint64_t *number = &audio->pad_set[pad->pad % SCORE_PADS];

        if (asked->number < *number)
            continue;
        if (!asked->is_repeated) /* else one that was asked for before, and still loads, wins */
            *number = asked->number;
        const struct pad loaded = in_loaded_frames(audio, pad);
        set_pad(audio, pad->pad % SCORE_PADS, waits, &loaded);
        silent_pads_note(&audio->silent, pad->pad, &silent);
        asked_note(&audio->pad_asked[pad->pad % SCORE_PADS], asked->as_asked[i].bytes);
        held_mark(&pads->has_unkept, &pads->unkept, asked->as_asked[i].is_whole);
    }
    audio_score_publish(audio);
    audio->held.is_of_keeper = asked->is_of_keeper;
    pads->silent = silent;
    list_pads(audio, call, pads);
    return ERR_OK;
}

enum err audio_ask_set_pads(struct audio *audio, struct call *call, const struct audio_set_pads *ask,
                            struct pads *answer)
{
    struct asked_pads *asked = arena_alloc(call_arena(call), sizeof(*asked));
    struct pad_list *own = &asked->each;
    struct items items = { arena_array(call_arena(call), NAMED_SOUNDS, sizeof(*items.each)), 0 };
    enum err e = ERR_OK;

    own->at = arena_array(call_arena(call), ask->each.count + 1, sizeof(*own->at));
    asked->as_asked = arena_array(call_arena(call), ask->each.count + 1, sizeof(*asked->as_asked));
    asked->is_repeated = ask->has_made_from;
    asked->number = ask->has_made_from ? ask->made_from : ++audio->sets;
    asked->at = ask->has_at ? ask->at.value : PADS_AT_NOW;
    asked->is_of_keeper = ask->has_of_keeper && ask->of_keeper;
    own->count = ask->each.count;
    if (own->count)
        memcpy(own->at, ask->each.at, own->count * sizeof(*own->at));
    for (uint32_t i = 0; e == ERR_OK && i < own->count; i++) {
        e = check_pad(audio, call, &own->at[i], i);
        if (e == ERR_OK)
            e = check_layers(audio, call, &own->at[i]);
        if (!own->at[i].mode.value)
            own->at[i].mode.value = PAD_MODE_ONE_SHOT;
        if (e == ERR_OK)
            asked->as_asked[i] = asked_encode_pad(audio, call, &own->at[i]);
    }
    if (e != ERR_OK)
        return e;
    list_items(own, &items);
    return items.count
               ? named_load(audio, call, items.each, items.count, set_pads, asked)
               : change_end(audio, call, set_pads(audio, call, asked, (struct silent_sound_list){ 0 }, answer), answer);
}

static enum err refuse_hit(const struct audio *audio, struct call *call, uint64_t pad)
{
    const char *why = silent_pads_why(&audio->silent, pad);

    if (why)
        (void)refuse(call, ERR_NOT_FOUND, "pad %llu is silent: %s", (unsigned long long)pad, why);
    else
        (void)refuse(call, ERR_NOT_FOUND, "pad %llu has no sound", (unsigned long long)pad);
    fault_field(call_fault(call), "pad");
    return why ? fault_hint(call_fault(call), "the pad keeps its sound; it plays when the sound is here again")
               : fault_hint(call_fault(call), "`loophole pads set %llu sound=FILE` gives it one",
                            (unsigned long long)pad);
}

enum err audio_ask_hit(struct audio *audio, struct call *call, const struct audio_hit *ask, struct nothing *answer)
{
    const struct score_pad *pad = &audio->score.pads[ask->pad % SCORE_PADS];
    uint64_t generation = pad->generation;

    if (!has_sound(pad))
        return refuse_hit(audio, call, ask->pad);
    if (pad->layer_count == 0 && !pad->wave && named_slot(audio, pad->sound, &generation, call_fault(call)) != ERR_OK)
        return fault_field(call_fault(call), "pad");
    return audio_cue_at(audio, call,
                        (struct cue){ .verb = CUE_PAD_HIT, .voice = (uint32_t)ask->pad, .value = (float)ask->velocity },
                        ask->has_at, ask->at, answer);
}

enum err audio_ask_release(struct audio *audio, struct call *call, const struct audio_release *ask,
                           struct nothing *answer)
{
    return audio_cue_at(audio, call, (struct cue){ .verb = CUE_PAD_RELEASE, .voice = (uint32_t)ask->pad }, ask->has_at,
                        ask->at, answer);
}

/* ---- MIDI controls of pads ---- */

static struct score_control read_control(const struct pad_control *from)
{
    static const uint8_t kinds[] = {
        [PAD_CONTROL_KIND_KEY] = MIDI_NOTE,          [PAD_CONTROL_KIND_CONTROLLER] = MIDI_CC,
        [PAD_CONTROL_KIND_PROGRAM] = MIDI_PROGRAM,   [PAD_CONTROL_KIND_PRESSURE] = MIDI_PRESSURE,
        [PAD_CONTROL_KIND_CONTROLLER14] = MIDI_CC14, [PAD_CONTROL_KIND_NRPN] = MIDI_NRPN,
        [PAD_CONTROL_KIND_BEND] = MIDI_BEND,
    };
    const uint64_t port = from->has_port ? from->port : 0;

    return (struct score_control){ .kind = from->kind.value > 0 ? (uint8_t)(kinds[from->kind.value] + 1) : 0,
                                   .place = (uint8_t)(from->channel | port << 4),
                                   .number = (uint32_t)from->number,
                                   .pad = (uint8_t)from->pad,
                                   .from = (float)from->from,
                                   .until = (float)from->until };
}

enum err audio_ask_set_pad_controls(struct audio *audio, struct call *call, const struct audio_set_pad_controls *ask,
                                    struct pad_controls_taken *answer)
{
    struct score *score = &audio->score;
    struct state state;

    (void)call;
    score->has_controls = 1;
    score->controls_wait = ask->waits;
    score->control_count = ask->each.count < SCORE_CONTROLS ? ask->each.count : SCORE_CONTROLS;
    for (uint32_t i = 0; i < score->control_count; i++)
        score->controls[i] = read_control(&ask->each.at[i]);
    audio_score_publish_apart(audio); /* a project keeps them elsewhere */
    answer->has_frame = core_state(audio, &state);
    answer->frame = state.frame;
    return ERR_OK;
}
