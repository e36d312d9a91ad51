#include "services/project/kit/kit_pads.h"

#include <math.h>

#include "common/sound/pad_note.h"
#include "services/project/parts/presets.h"
#include "services/project/parts/uses.h"
#include "store/catalogue.h"

enum { RATE_LEAST = 1000, RATE_MOST = 768000 /* as in the schema */ };
static const double gain_most = 4, semitones = 12;

static double ratio_of(const struct kit_layer *layer)
{
    return exp2(layer->pitch / semitones);
}

/* The rate of the item's file, in whose frames a layer counts; 0: unknown. */
static uint64_t rate_of(struct txn *txn, struct arena *arena, struct id item)
{
    struct media media;

    return catalogue_media(txn, arena, item, &media) == ERR_OK && media.sample_rate <= RATE_MOST ? media.sample_rate
                                                                                                 : 0;
}

/* The item of the catalogue that the layer means; one that is not here stays silent until it is. */
static struct id item_of(struct txn *txn, struct arena *arena, const struct kit_layer *layer)
{
    struct item_use use = { .id = layer->media };

    uses_resolve_one(txn, arena, layer->content, &use);
    return use.resolved;
}

static struct pad_layer_list write_layers(struct txn *txn, struct arena *arena, const struct kit_slot *slot)
{
    struct pad_layer_list to = { slot->layers.count, arena_array(arena, slot->layers.count, sizeof(*to.at)) };

    for (uint32_t i = 0; i < to.count; i++) {
        const struct kit_layer *layer = &slot->layers.at[i];
        const struct id item = item_of(txn, arena, layer);
        const bool is_part = layer->start || layer->end;
        const uint64_t rate = is_part ? rate_of(txn, arena, item) : 0;
        to.at[i] = (struct pad_layer){ .has_id = true,
                                       .id = item,
                                       .low = layer->velocity_from,
                                       .has_high = true,
                                       .high = layer->velocity_until,
                                       .has_gain = true,
                                       .gain = layer->gain,
                                       .has_ratio = true,
                                       .ratio = ratio_of(layer),
                                       .has_from = is_part,
                                       .from = layer->start,
                                       .has_until = is_part,
                                       .until = layer->end,
                                       .has_file_rate = rate >= RATE_LEAST,
                                       .file_rate = rate };
    }
    return to;
}

static bool is_for_all_velocities(const struct kit_layer *layer)
{
    return layer->velocity_from <= 0 && layer->velocity_until >= 1;
}

static void set_points(struct txn *txn, struct arena *arena, const struct kit_layer *layer, struct pad *to)
{
    const uint64_t rate = layer->start || layer->end ? rate_of(txn, arena, item_of(txn, arena, layer)) : 0;

    to->from = layer->start;
    to->until = layer->end;
    to->has_file_rate = rate >= RATE_LEAST;
    to->file_rate = rate;
}

static void set_sounds(struct txn *txn, struct arena *arena, const struct kit_slot *slot, struct pad *to)
{
    const struct kit_layer *only = slot->layers.count == 1 ? slot->layers.at : NULL;

    if (only)
        set_points(txn, arena, only, to);
    if (!only || !is_for_all_velocities(only)) {
        to->layers = write_layers(txn, arena, slot);
        return;
    }
    to->has_id = true;
    to->id = item_of(txn, arena, only);
    to->gain = fmin(gain_most, to->gain * only->gain);
    to->has_ratio = true;
    to->ratio = ratio_of(only);
}

#define GIVEN(of, member, otherwise) ((of)->has_##member ? (of)->member : (otherwise))

/* The values of a synth voice where the slot has none of its own; its default values are those of a voice. A pad does
 * not go through the acid filter. */
static void set_voice(const struct voice_values *voice, const struct kit_slot *slot, struct pad *to)
{
    to->has_wave = true;
    to->wave = voice->has_wave ? voice->wave : (struct choice){ .value = WAVEFORM_SAW };
    to->has_freq = true;
    to->freq = GIVEN(voice, freq, 220);
    to->gain = fmin(gain_most, to->gain * GIVEN(voice, amp, 0.5));
    to->has_filter_freq = to->has_filter_q = to->has_sustain = true;
    to->filter_freq = GIVEN(slot, filter_freq, GIVEN(voice, filter_freq, 2000));
    to->filter_q = GIVEN(slot, filter_q, GIVEN(voice, filter_q, 2));
    to->attack = GIVEN(slot, attack, GIVEN(&voice->adsr, attack, 0.005));
    to->decay = GIVEN(slot, decay, GIVEN(&voice->adsr, decay, 0.1));
    to->sustain = GIVEN(slot, sustain, GIVEN(&voice->adsr, sustain, 0.5));
    to->release = GIVEN(slot, release, GIVEN(&voice->adsr, release, 0.1));
    to->reverb_send = GIVEN(slot, reverb_send, GIVEN(voice, reverb_send, 0));
    to->delay_send = GIVEN(slot, delay_send, GIVEN(voice, delay_send, 0));
}

static bool set_preset(struct txn *txn, struct arena *arena, struct id project, const struct kit_slot *slot,
                       struct pad *to)
{
    const struct kit_layer *layer = slot->layers.at;
    struct preset preset;

    if (presets_near(txn, arena, project, layer->preset, &preset))
        set_voice(&preset.voice, slot, to);
    else if (slot->has_voice)
        set_voice(&slot->voice, slot, to);
    else
        return false;
    to->gain = fmin(gain_most, to->gain * layer->gain);
    to->has_ratio = true;
    to->ratio = ratio_of(layer);
    return true;
}

static struct pad write_values(const struct kit_slot *slot, uint64_t number)
{
    const uint64_t note = pad_note(number);

    return (struct pad){
        .pad = number,
        .has_gain = true,
        .gain = slot->has_gain ? slot->gain : 1,
        .pan = slot->has_pan ? slot->pan : 0,
        .mode.value = slot->has_mode && slot->mode.value ? slot->mode.value : PAD_MODE_ONE_SHOT,
        .choke = slot->has_choke ? slot->choke : 0,
        .reverse = slot->has_reverse && slot->reverse,
        .has_note = slot->has_note || note <= PAD_NOTE_MOST,
        .note = slot->has_note ? slot->note : note,
        .has_channel = slot->has_channel,
        .channel = slot->channel,
        .attack = slot->has_attack ? slot->attack : 0,
        .decay = slot->has_decay ? slot->decay : 0,
        .has_sustain = slot->has_sustain,
        .sustain = slot->sustain,
        .release = slot->has_release ? slot->release : 0,
        .has_curve = slot->has_curve,
        .curve = slot->curve,
        .has_filter_freq = slot->has_filter_freq,
        .filter_freq = slot->filter_freq,
        .has_filter_q = slot->has_filter_q,
        .filter_q = slot->filter_q,
        .reverb_send = slot->has_reverb_send ? slot->reverb_send : 0,
        .delay_send = slot->has_delay_send ? slot->delay_send : 0,
        .has_output = slot->has_output,
        .output = slot->output,
    };
}

struct pad kit_pads_one(struct txn *txn, struct arena *arena, struct id project, const struct kit_slot *slot,
                        uint64_t number)
{
    const struct pad empty = { .pad = number, .mode.value = PAD_MODE_ONE_SHOT };
    struct pad pad;

    if (slot->layers.count == 0)
        return empty;
    pad = write_values(slot, number);
    if (slot->layers.at[0].has_preset)
        return set_preset(txn, arena, project, slot, &pad) ? pad : empty;
    set_sounds(txn, arena, slot, &pad);
    return pad;
}

enum err kit_pads_check(const struct kit *kit, uint64_t first, struct fault *fault)
{
    const struct kit_slot *highest = kit->slots.at;

    if (kit->slots.count == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the kit %.*s has no slots", TEXT_ARG(kit->name));
    for (uint32_t i = 1; i < kit->slots.count; i++)
        if (kit->slots.at[i].pad > highest->pad)
            highest = &kit->slots.at[i];
    if (first + highest->pad < KIT_PADS)
        return ERR_OK;
    const unsigned long long last = KIT_PADS - 1 - highest->pad;
    fault_set(fault, ERR_BAD_REQUEST,
              "slot %.*s would be on pad %llu: pads are 0 to %d; all slots have one from pad %llu: --from %llu",
              TEXT_ARG(highest->slot), (unsigned long long)(first + highest->pad), KIT_PADS - 1, last, last);
    return fault ? fault_field(fault, "first") : ERR_BAD_REQUEST;
}
