#include "services/audio/rt/pads.h"

#include "services/audio/rt/instance.h"
#include "services/audio/rt/notes.h"
#include "services/audio/rt/sounds.h"
#include "services/audio/rt/sync.h"

enum { NOTE_OFF = 8, NOTE_ON = 9, SYSTEM = 0xf0, CLOCK = 0xf8, SENSING = 0xfe, NO_NOTE = 255, ANY_CHANNEL = 255 };

static bool is_hit(const struct score_layer *layer, float velocity)
{
    return velocity >= layer->low && (velocity < layer->high || layer->high >= 1);
}

/* The layers that a velocity hits take turns. */
static struct score_layer choose_layer(struct engine *engine, uint32_t number, float velocity)
{
    const struct score_pad *pad = &engine->score->pads[number];
    const uint32_t count = core_least(pad->layer_count, SCORE_LAYERS);
    struct score_layer none = { .sound = pad->sound, .generation = pad->generation, .gain = 1, .ratio = 1 };
    uint32_t fitting = 0, turn;

    for (uint32_t i = 0; i < count; i++)
        fitting += is_hit(&pad->layers[i], velocity);
    if (fitting == 0)
        return none;
    turn = engine->half->sounds.turn[number]++ % fitting;
    for (uint32_t i = 0; i < count; i++)
        if (is_hit(&pad->layers[i], velocity) && turn-- == 0)
            return pad->layers[i];
    return none;
}

static uint32_t flags_of(const struct score_pad *pad)
{
    bool loops = pad->mode == PAD_LOOP || (pad->mode == PAD_GATE && pad->loop_until > 0);

    return (loops ? ORDER_LOOP : 0u) | (pad->reverse ? ORDER_REVERSE : 0u);
}

static struct order_shape shape_of(const struct score_pad *pad)
{
    return (struct order_shape){ .attack = pad->attack,
                                 .decay = pad->decay,
                                 .sustain = pad->sustain,
                                 .release = pad->release,
                                 .cutoff = pad->cutoff,
                                 .resonance = pad->resonance,
                                 .reverb = pad->reverb,
                                 .delay = pad->delay };
}

static bool hit_pad(struct engine *engine, uint32_t number, float velocity, bool by_key)
{
    const struct score_pad *pad = &engine->score->pads[number];
    const float hit = number_within(velocity, 0, 1);
    struct sounds_start start = { .voice = ORDER_ANY_VOICE,
                                  .pan = pad->pan,
                                  .from = pad->from,
                                  .until = pad->until,
                                  .loop_from = core_most(pad->loop_from, pad->from),
                                  .loop_until = pad->loop_until,
                                  .shape = shape_of(pad),
                                  .flags = flags_of(pad),
                                  .group = GROUP_PADS,
                                  .row = SOUNDS_NOBODY,
                                  .pad = number,
                                  .producer = SOUNDS_NOBODY,
                                  .choke = pad->choke,
                                  .gate = UINT32_MAX,
                                  .held = by_key && pad->mode == PAD_GATE };

    if (pad->mode == PAD_LOOP && sounds_pad_plays(engine, number)) {
        sounds_pad_release(engine, number);
        return true;
    }
    struct score_layer layer = choose_layer(engine, number, hit);
    start.slot = layer.sound;
    start.generation = layer.generation;
    start.gain =
        number_within(pad->gain, 0, 16) * number_within(layer.gain, 0, 16) * powf(hit, number_within(pad->curve, 0, 8));
    start.ratio = pad->ratio * layer.ratio;
    return sounds_play(engine, &start);
}

static void release_pad(struct engine *engine, uint32_t number)
{
    if (engine->score->pads[number].mode == PAD_GATE)
        sounds_pad_release(engine, number);
}

bool pads_order_hit(struct engine *engine, const struct order *order, uint32_t producer)
{
    (void)producer;
    return order->voice < SCORE_PADS && hit_pad(engine, order->voice, order->value, false);
}

bool pads_order_release(struct engine *engine, const struct order *order, uint32_t producer)
{
    (void)producer;
    if (order->voice >= SCORE_PADS)
        return false;
    release_pad(engine, order->voice);
    return true;
}

static void play_note(struct engine *engine, const struct engine_midi *midi)
{
    uint8_t what = midi->bytes[0] >> 4, channel = midi->bytes[0] & 15, note = midi->bytes[1] & 0x7f;
    uint8_t velocity = midi->bytes[2] & 0x7f;

    for (uint32_t i = 0; i < SCORE_PADS; i++) {
        const struct score_pad *pad = &engine->score->pads[i];
        if (pad->note != note || (pad->channel != channel && pad->channel != ANY_CHANNEL))
            continue;
        if (what == NOTE_ON && velocity > 0)
            (void)hit_pad(engine, i, (float)velocity / 127, true);
        else
            release_pad(engine, i);
    }
}

void pads_midi(struct engine *engine, const struct engine_midi *midi)
{
    uint8_t what = midi->bytes[0] >> 4;
    struct note told = { .kind = NOTE_MIDI, .midi = { midi->length, midi->bytes[0], midi->bytes[1], midi->bytes[2] } };

    if (midi->length == 0 || midi->length > 3)
        return;
    if (midi->length == 3 && (what == NOTE_ON || what == NOTE_OFF))
        play_note(engine, midi);
    if (midi->bytes[0] != CLOCK && midi->bytes[0] != SENSING)
        notes_tell(engine, ORDERS_CONTROL, told);
    if (midi->bytes[0] > SYSTEM)
        sync_midi(engine, midi);
}
