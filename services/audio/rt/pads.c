#include "services/audio/rt/pads.h"

#include <math.h>
#include <string.h>

#include "services/audio/rt/cues_queue.h"
#include "services/audio/rt/instance.h"
#include "services/audio/rt/notes.h"
#include "services/audio/rt/sequencer.h"
#include "services/audio/rt/sounds.h"
#include "services/audio/rt/sounds_cues.h"
#include "services/audio/rt/streams.h"
#include "services/audio/rt/sync_follow.h"

enum { NOTE_OFF = 8, NOTE_ON = 9, CONTROL = 11, BEND = 14, ROOT = 60, HIGHEST = 127 };
enum { CC_SUSTAIN = 64, CC_SOUND_OFF = 120, CC_RESET = 121, CC_NOTES_OFF = 123, CC_LAST = 127 };
enum { QUANTISE_MOST = 64 };
enum { SYSTEM = 0xf0, CLOCK = 0xf8, SENSING = 0xfe, NO_NOTE = 255, ANY_CHANNEL = 255 };

/* ---- the pads of this frame ---- */

static bool wait_for_time(const struct engine *engine)
{
    return engine->score->pads_set && engine->half->pads_begun != engine->score->pads_set;
}

static void choose_pads(struct engine *engine)
{
    engine->pads = wait_for_time(engine) ? engine->score->earlier_pads : engine->score->pads;
}

/* The earlier pads are those before all replaced changes. Numbers may wrap around. */
static bool replaces_begun(const struct score *score, uint32_t begun)
{
    return score->pads_replaced && begun - score->pads_replaced < score->pads_set - score->pads_replaced;
}

void pads_period(struct engine *engine)
{
    if (replaces_begun(engine->score, engine->half->pads_begun))
        engine->half->pads_begun = engine->score->pads_set;
    choose_pads(engine);
}

void pads_due(struct engine *engine)
{
    const int64_t unit = engine->score->pads_at == AT_NEXT_BAR ? SCORE_BAR : 1;

    if (wait_for_time(engine) && (!engine->half->transport.running || sequencer_reaches(engine, unit)))
        engine->half->pads_begun = engine->score->pads_set;
    choose_pads(engine);
}

/* ---- hits ---- */

static bool matches_layer(const struct score_layer *layer, float velocity)
{
    return velocity >= layer->low && (velocity < layer->high || layer->high >= 1);
}

/* The layers that a velocity hits take turns: each sounds once, then they begin again. So each zone of velocities has
 * turns of its own, also where zones overlap. A layer without a part of its own has that of the pad. */
static struct score_layer choose_layer(struct engine *engine, uint32_t number, float velocity)
{
    const struct score_pad *pad = &engine->pads[number];
    const uint32_t count = core_least(pad->layer_count, SCORE_LAYERS);
    uint32_t *sounded = &engine->half->sounds.sounded[number], fitting = 0, chosen = 0;
    struct score_layer layer = { .sound = pad->sound, .generation = pad->generation, .gain = 1, .ratio = 1 };

    for (uint32_t i = 0; i < count; i++)
        fitting |= (uint32_t)matches_layer(&pad->layers[i], velocity) << i;
    if (fitting) {
        if ((fitting & ~*sounded) == 0)
            *sounded &= ~fitting;
        while (!((fitting & ~*sounded) >> chosen & 1))
            chosen++;
        *sounded |= 1u << chosen;
        layer = pad->layers[chosen];
    }
    if (!layer.from && !layer.until) {
        layer.from = pad->from;
        layer.until = pad->until;
    }
    return layer;
}

static uint32_t flags_of(const struct score_pad *pad)
{
    bool loops = pad->mode == PAD_LOOP || (pad->mode == PAD_GATE && pad->loop_until > 0);

    return (loops ? CUE_LOOP : 0u) | (pad->reverse ? CUE_REVERSE : 0u);
}

static struct cue_shape shape_of(const struct score_pad *pad)
{
    return (struct cue_shape){ .attack = pad->attack,
                               .decay = pad->decay,
                               .sustain = pad->sustain,
                               .release = pad->release,
                               .cutoff = pad->cutoff,
                               .resonance = pad->resonance,
                               .reverb = pad->reverb,
                               .delay = pad->delay };
}

static float pitch_of(float semitones)
{
    return powf(2, semitones / 12);
}

static int root_of(const struct score_pad *pad)
{
    return pad->note == NO_NOTE ? ROOT : pad->note;
}

/* A one-shot passes its attack and decay, and then its release. */
static void choose_oscillator(const struct engine *engine, const struct score_pad *pad, struct sounds_start *start)
{
    start->wave = core_least(pad->wave, WAVES);
    start->hz = pad->hz > 0 ? number_within(pad->hz, 1, 20000) : 440 * pitch_of((float)(root_of(pad) - 69));
    if (pad->mode == PAD_ONE_SHOT)
        start->gate =
            core_most(core_frames(pad->attack, engine->half->rate) + core_frames(pad->decay, engine->half->rate), 1);
}

struct hit {
    float velocity;
    uint32_t held;    /* becomes that of the voice */
    uint64_t started; /* starts before the message, which may hit several pads */
};

/* Starts the sound of a pad. `pitch` multiplies the ratio of the pad. */
static bool start_pad(struct engine *engine, uint32_t number, struct hit by, float pitch)
{
    const struct score_pad *pad = &engine->pads[number];
    const float hit = number_within(by.velocity, 0, 1);
    const struct score_layer layer = choose_layer(engine, number, hit);
    const bool loops_all = layer.until && pad->loop_from >= layer.until; /* the pad's loop begins after the part */
    struct sounds_start start = { .voice = CUE_ANY_VOICE,
                                  .pan = pad->pan,
                                  .from = layer.from,
                                  .until = layer.until,
                                  .loop_from = loops_all ? layer.from : core_most(pad->loop_from, layer.from),
                                  .loop_until = pad->loop_until,
                                  .shape = shape_of(pad),
                                  .flags = flags_of(pad),
                                  .group = GROUP_PADS,
                                  .row = SOUNDS_NOBODY,
                                  .pad = number,
                                  .producer = SOUNDS_NOBODY,
                                  .choke = pad->choke,
                                  .beside = engine->half->sounds.started - by.started,
                                  .output = pad->output <= SCORE_OUTPUTS ? pad->output : 0,
                                  .gate = UINT32_MAX,
                                  .held = by.held,
                                  .slot = layer.sound,
                                  .generation = layer.generation };

    if (pad->wave)
        choose_oscillator(engine, pad, &start);
    start.gain = number_within(pad->gain, 0, 16) * number_within(layer.gain, 0, 16);
    start.gain *= powf(hit, number_within(pad->curve, 0, 8));
    start.ratio = pad->ratio * layer.ratio * pitch;
    if (!sounds_play(engine, &start))
        return false;
    notes_send_hit(engine, number, 0, pad->wave ? SOUNDS_NOBODY : layer.sound, layer.generation, hit);
    return true;
}

static bool hit_pad(struct engine *engine, uint32_t number, struct hit by)
{
    const uint32_t mode = engine->pads[number].mode;

    if (mode == PAD_LOOP && sounds_pad_plays(engine, number)) {
        sounds_pad_release(engine, number);
        return true;
    }
    if (mode != PAD_GATE)
        by.held &= ~(uint32_t)SOUND_HELD;
    return start_pad(engine, number, by, 1);
}

static void release_pad(struct engine *engine, uint32_t number)
{
    if (engine->pads[number].mode == PAD_GATE)
        sounds_pad_release(engine, number);
}

static void tell_streamer(struct engine *engine, uint32_t kind, uint32_t number, float velocity)
{
    notes_tell_pad(engine, kind, number, velocity, 0);
}

/* ---- the grid ----
 *
 * A hit that comes at most half the distance of two lines before a line waits for it, as a cue of the core's own. Any
 * other hit sounds at once: it is late, and sound cannot begin earlier. A release of the key waits as long as its hit.
 * So the record of the streamer has the hit at the frame at which it was heard. */

/* False: it does not wait, or there is no room: it sounds at once. */
static bool wait_for_line(struct engine *engine, uint32_t number, struct hit by)
{
    const uint32_t lines = core_least(engine->score->quantise, QUANTISE_MOST);
    const int64_t frame =
        lines ? transport_near_line(&engine->half->transport, engine->now, lines, sequencer_swing(engine)) : 0;
    const struct cue cue = { .frame = frame,
                             .verb = CUE_PAD_HIT,
                             .voice = number,
                             .sound = by.held,
                             .value = by.velocity,
                             .flags = CUE_ON_LINE,
                             .from = (uint32_t)engine->now };

    return frame > 0 && cues_wait(engine, &cue, CUES_CONTROL);
}

/* ---- cues ---- */

/* The hit of a cue. One that waited for a line has the bits of its key. */
static struct hit hit_of_cue(struct engine *engine, const struct cue *cue)
{
    const uint64_t started = engine->half->sounds.started;
    struct core_burst *burst = &engine->burst;

    if (!(cue->flags & CUE_ON_LINE))
        return (struct hit){ cue->value, 0, started };
    if (!cue->sound || burst->held != cue->sound || burst->frame != engine->now)
        *burst = (struct core_burst){ .frame = engine->now, .held = cue->sound, .started = started };
    return (struct hit){ cue->value, cue->sound, burst->started };
}

/* A loop that was stopped hits no more pads. At its first frame it does not sound yet. */
static bool may_hit(const struct engine *engine, const struct cue *cue)
{
    const struct streams_voice *voice = &engine->half->streams.voice[(cue->tag - 1) % STREAMS];

    return cue->tag == 0 || (cue->tag <= STREAMS && (streams_sounds(voice) || voice->state == STREAM_WAITS));
}

static uint32_t loop_bits(const struct cue *cue)
{
    return SOUND_BY_LOOP | ((cue->generation - 1) & HIGHEST) << 8 | cue->tag << 16;
}

/* A loop plays a key of a keyboard. */
static bool loop_key(struct engine *engine, const struct cue *cue, struct hit by)
{
    const struct score_pad *pad = &engine->pads[cue->voice];
    const int note = (int)((cue->generation - 1) & HIGHEST);

    by.held = pad->mode == PAD_ONE_SHOT ? 0 : loop_bits(cue);
    return start_pad(engine, cue->voice, by, pitch_of((float)(note - root_of(pad))));
}

static bool is_of_key(const struct cue *cue, uint32_t producer)
{
    return producer == CUES_STREAMER && cue->generation > 0 && cue->tag > 0 && cue->tag <= STREAMS;
}

bool pads_cue_hit(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    const struct hit by = hit_of_cue(engine, cue);

    if (cue->voice >= SCORE_PADS || (producer == CUES_STREAMER && !may_hit(engine, cue)))
        return false;
    if (is_of_key(cue, producer))
        return loop_key(engine, cue, by);
    if (producer != CUES_STREAMER && !(cue->flags & CUE_ON_LINE) && wait_for_line(engine, cue->voice, by))
        return true;
    if (producer != CUES_STREAMER)
        tell_streamer(engine, NOTE_PAD_HIT, cue->voice, cue->value);
    return hit_pad(engine, cue->voice, by);
}

bool pads_cue_release(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    if (cue->voice < SCORE_PADS && is_of_key(cue, producer)) {
        sounds_held_release(engine, loop_bits(cue));
        return true;
    }
    if (cue->voice >= SCORE_PADS || (producer == CUES_STREAMER && !may_hit(engine, cue)))
        return false;
    if (producer != CUES_STREAMER && !(cue->flags & CUE_ON_LINE) && cues_release_on_line(engine, cue->voice, 0))
        return true;
    if (producer != CUES_STREAMER)
        tell_streamer(engine, NOTE_PAD_RELEASED, cue->voice, 0);
    release_pad(engine, cue->voice);
    return true;
}

/* ---- a keyboard ---- */

static bool has_channel(const struct score_pad *pad, uint8_t channel)
{
    return pad->channel == channel || pad->channel == ANY_CHANNEL;
}

static bool has_key(const struct score_pad *pad, uint8_t note)
{
    return pad->keys_until > 0 && note >= pad->keys_from && note <= pad->keys_until;
}

static uint32_t key_bits(uint8_t channel, uint8_t note)
{
    return SOUND_HELD | SOUND_BY_KEYBOARD | (uint32_t)note << 8 | (uint32_t)channel << 16;
}

static uint8_t channel_of(const struct sounds_voice *voice)
{
    return voice->held >> 16 & 15;
}

static bool is_keyed(const struct sounds_voice *voice, uint8_t channel)
{
    return voice->state == SOUND_PLAYS && voice->held & SOUND_BY_KEYBOARD && channel_of(voice) == channel;
}

/* Semitones that the wheel of the channel adds. */
static float bend_of(const struct engine *engine, const struct score_pad *pad, uint8_t channel)
{
    return number_within(pad->bend, 0, 24) * (float)engine->half->sounds.bend[channel] / 8192;
}

static void press_key(struct engine *engine, uint32_t number, uint8_t channel, uint8_t note, struct hit by)
{
    const struct score_pad *pad = &engine->pads[number];

    notes_tell_pad(engine, NOTE_PAD_HIT, number, by.velocity, note + 1u);
    by.held = key_bits(channel, note);
    if (pad->mode == PAD_ONE_SHOT)
        by.held &= ~(uint32_t)SOUND_HELD;
    (void)start_pad(engine, number, by, pitch_of((float)(note - root_of(pad)) + bend_of(engine, pad, channel)));
}

static void stop_noted(struct engine *engine, struct sounds_voice *voice, uint32_t frames)
{
    if (voice->held & SOUND_BY_KEYBOARD && voice->held & SOUND_HELD && voice->pad < SCORE_PADS)
        notes_tell_pad(engine, NOTE_PAD_RELEASED, voice->pad, 0, (voice->held >> 8 & HIGHEST) + 1);
    sounds_stop(engine, voice, frames);
}

/* Releases a sound whose key is up; a held pedal keeps it. */
static void release_voice(struct engine *engine, struct sounds_voice *voice, uint8_t channel)
{
    if (engine->half->sounds.pedals >> channel & 1)
        voice->held |= SOUND_BY_PEDAL;
    else
        stop_noted(engine, voice, voice->release);
}

/* Releases the sounds that these bits hold; a pad's keys or binding may have changed since. A one-shot plays to its
 * end. */
static void release_held(struct engine *engine, uint8_t channel, uint32_t bits)
{
    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];

        if (voice->state == SOUND_PLAYS && voice->held == bits)
            release_voice(engine, voice, channel);
    }
}

/* A note of the channel started the voice: of a keyboard, or of a pad. */
static bool is_noted(const struct sounds_voice *voice, uint8_t channel)
{
    const bool is_pad = voice->held & SOUND_BY_CONTROL && (voice->held >> 26 & 7) == MIDI_NOTE;

    return is_keyed(voice, channel) || (voice->state == SOUND_PLAYS && is_pad && (voice->held >> 22 & 15) == channel);
}

/* Releases the sounds of a channel's keys: those that only the pedal holds, or all. */
static void release_keys(struct engine *engine, uint8_t channel, uint32_t bits, bool at_once)
{
    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];

        if (is_noted(voice, channel) && (voice->held & bits) == bits)
            stop_noted(engine, voice, at_once ? 0 : voice->release);
    }
}

static void set_pedal(struct engine *engine, uint8_t channel, bool down)
{
    struct rt_sounds *sounds = &engine->half->sounds;

    sounds->pedals = (sounds->pedals & ~(1u << channel)) | (uint32_t)down << channel;
    if (!down)
        release_keys(engine, channel, SOUND_HELD | SOUND_BY_PEDAL, false);
}

/* Moves the pitch of the sounds that keys of the channel started. */
static void set_bend(struct engine *engine, uint8_t channel, int bend)
{
    struct rt_sounds *sounds = &engine->half->sounds;
    const float moved = (float)(bend - sounds->bend[channel]) / 8192;

    sounds->bend[channel] = (int16_t)bend;
    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct sounds_voice *voice = &sounds->voice[i];

        if (is_keyed(voice, channel) && voice->pad < SCORE_PADS)
            voice->ratio =
                sounds_ratio(voice->ratio * pitch_of(moved * number_within(engine->pads[voice->pad].bend, 0, 24)));
    }
}

static void take_control(struct engine *engine, uint8_t channel, uint8_t control, uint8_t value)
{
    if (control == CC_SUSTAIN)
        set_pedal(engine, channel, value >= 64);
    if (control == CC_RESET) {
        set_pedal(engine, channel, false);
        set_bend(engine, channel, 0);
    }
    if (control == CC_SOUND_OFF)
        release_keys(engine, channel, 0, true);
    if (control >= CC_NOTES_OFF && control <= CC_LAST)
        release_keys(engine, channel, SOUND_HELD, false);
}

/* ---- controls that a person bound to pads ---- */

/* The bits of `held` of a voice that this control holds. */
static uint32_t control_bits(struct midi_control control)
{
    return SOUND_HELD | SOUND_BY_CONTROL | control.number << 8 | control.channel << 22 | (uint32_t)control.kind << 26 |
           control.port << 29;
}

/* Releases the voices that a control holds. The pedal keeps those of a key. */
static void release_control(struct engine *engine, struct midi_control control)
{
    const uint32_t bits = control_bits(control);

    if (cues_release_on_line(engine, 0, bits))
        return;
    if (control.kind == MIDI_NOTE) {
        release_held(engine, (uint8_t)control.channel, bits);
        return;
    }
    sounds_held_release(engine, bits);
}

/* The key of a pad with a gate is up: all of its sounds are released, also those that another client started. */
static void release_gate(struct engine *engine, uint32_t number, uint8_t channel)
{
    for (uint32_t i = 0; i < SOUND_VOICES && engine->pads[number].mode == PAD_GATE; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (voice->state == SOUND_PLAYS && voice->pad == number)
            release_voice(engine, voice, channel);
    }
}

/* Records the half in which a control is. Returns true if it comes from the lower half, or is sent again at its highest
 * value. */
static bool remember_half(uint32_t *bits, uint32_t bit, const struct midi_move *move)
{
    const bool was_high = *bits >> bit & 1;

    *bits = (*bits & ~(1u << bit)) | (uint32_t)move->is_pressed << bit;
    return move->is_pressed && (!was_high || move->data == HIGHEST);
}

/* As above for a control of 14 bits. Few of them are in their upper half, so a list has those and no others. */
static bool remember_wide(struct sounds_midi *midi, const struct midi_move *move)
{
    const uint32_t control = control_bits(move->control);
    uint32_t at = 0, was;

    while (at < WIDE_HELD - 1 && midi->wide[at].control != control)
        at++;
    was = midi->wide[at].control == control ? midi->wide[at].value + 1 : 0;
    if (!move->is_pressed && was) {
        memmove(&midi->wide[at], &midi->wide[at + 1], (WIDE_HELD - 1 - at) * sizeof(*midi->wide));
        midi->wide[WIDE_HELD - 1].control = 0;
    }
    if (!move->is_pressed)
        return false;
    memmove(&midi->wide[1], &midi->wide[0], at * sizeof(*midi->wide));
    midi->wide[0].control = control;
    midi->wide[0].value = move->data;
    return was == 0 || (move->position >= 1 && was == move->data + 1);
}

/* A key or a program hits at each message, another control when it comes from its lower half, or is sent again at its
 * highest value. */
static bool is_hit_by(struct sounds_midi *midi, const struct midi_move *move)
{
    const uint32_t channel = move->control.channel, number = move->control.number;

    switch (move->control.kind) {
    case MIDI_NOTE:
    case MIDI_PROGRAM:
        return move->is_pressed;
    case MIDI_CC:
        return remember_half(&midi->high[channel][number / 32], number % 32, move);
    case MIDI_PRESSURE:
        return remember_half(&midi->pressed, channel, move);
    default:
        return remember_wide(midi, move);
    }
}

static bool has_control(const struct score_control *control, const struct midi_control *moved)
{
    return control->kind == moved->kind + 1u && control->number == moved->number &&
           control->place == (moved->channel | moved->port << 4);
}

static void press_pads(struct engine *engine, const struct midi_move *move)
{
    struct hit by = { .held = move->control.kind == MIDI_PROGRAM ? 0 : control_bits(move->control),
                      .started = engine->half->sounds.started };

    for (uint32_t i = 0; i < core_least(engine->score->control_count, SCORE_CONTROLS); i++) {
        const struct score_control *control = &engine->score->controls[i];
        if (!has_control(control, &move->control) || control->pad >= SCORE_PADS)
            continue;
        by.velocity = control->from + (control->until - control->from) * (float)move->position;
        if (wait_for_line(engine, control->pad, by))
            continue;
        tell_streamer(engine, NOTE_PAD_HIT, control->pad, by.velocity);
        (void)hit_pad(engine, control->pad, by);
    }
}

static void move_controls(struct engine *engine, const struct engine_midi *midi)
{
    struct rt_sounds *sounds = &engine->half->sounds;
    struct midi_move moves[MIDI_CONTROL_MOVES];
    const uint32_t count = midi_moves(sounds->memory, midi->port, midi->bytes, midi->length, moves);

    for (uint32_t i = 0; i < count; i++) {
        const bool hits = is_hit_by(&sounds->midi[midi->port], &moves[i]);

        if (!moves[i].is_pressed)
            release_control(engine, moves[i].control);
        if (hits && !engine->score->controls_wait)
            press_pads(engine, &moves[i]);
    }
}

/* ---- MIDI ---- */

static void play_note(struct engine *engine, const struct engine_midi *midi)
{
    uint8_t channel = midi->bytes[0] & 15, note = midi->bytes[1] & 0x7f, velocity = midi->bytes[2] & 0x7f;
    const struct midi_control key = { .kind = MIDI_NOTE, .port = midi->port, .channel = channel, .number = note };
    const struct hit by = { (float)velocity / 127, control_bits(key), engine->half->sounds.started };
    bool is_on = midi->bytes[0] >> 4 == NOTE_ON && velocity > 0;

    for (uint32_t i = 0; i < SCORE_PADS; i++) {
        const struct score_pad *pad = &engine->pads[i];
        if (!has_channel(pad, channel) || (pad->keys_until > 0 ? !has_key(pad, note) : pad->note != note))
            continue;
        if (is_on && pad->keys_until > 0) {
            press_key(engine, i, channel, note, by);
        } else if (pad->keys_until == 0 &&
                   !(is_on ? wait_for_line(engine, i, by) : cues_release_on_line(engine, i, 0))) {
            tell_streamer(engine, is_on ? NOTE_PAD_HIT : NOTE_PAD_RELEASED, i, by.velocity);
            if (is_on)
                (void)hit_pad(engine, i, by);
            else
                release_gate(engine, i, channel);
        }
    }
    if (!is_on)
        release_held(engine, channel, key_bits(channel, note));
}

static void take_channel_message(struct engine *engine, const struct engine_midi *midi)
{
    const uint8_t what = midi->bytes[0] >> 4, channel = midi->bytes[0] & 15;

    if (what == NOTE_ON || what == NOTE_OFF)
        play_note(engine, midi);
    else if (what == CONTROL)
        take_control(engine, channel, midi->bytes[1] & 0x7f, midi->bytes[2] & 0x7f);
    else if (what == BEND)
        set_bend(engine, channel, ((midi->bytes[2] & 0x7f) << 7 | (midi->bytes[1] & 0x7f)) - 8192);
}

void pads_midi(struct engine *engine, const struct engine_midi *midi)
{
    struct note note = { .kind = NOTE_MIDI,
                         .value = (float)(engine->score->has_controls != 0),
                         .midi = { midi->length, midi->bytes[0], midi->bytes[1], midi->bytes[2] },
                         .port = midi->port };

    if (midi->length == 0 || midi->length > 3 || midi->port >= MIDI_PORTS)
        return;
    if (midi->length == 3)
        take_channel_message(engine, midi);
    if (midi->length > 1)
        move_controls(engine, midi);
    if (midi->bytes[0] != CLOCK && midi->bytes[0] != SENSING)
        notes_send(engine, CUES_CONTROL, note);
    if (midi->bytes[0] > SYSTEM && midi->port == 0) /* two clocks would double the tempo */
        sync_midi(engine, midi);
}
