/* Loading: from a kit to the pads, in one ask to the audio core. */
#include <math.h>

#include "schema_audio.h"
#include "services/project/kit/kit_deeds.h"
#include "services/project/kit/kit_find.h"
#include "services/project/parts/uses.h"

enum { PADS = 64, NOTE_OF_PAD_0 = 36, NOTE_MOST = 127 };
static const double gain_most = 4, semitones = 12;

struct kit_loading {
    struct kit_loaded answer;
};

/* ---- the pads of a kit ---- */

static double ratio_of(const struct kit_layer *layer)
{
    return exp2(layer->pitch / semitones);
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
        to.at[i] = (struct pad_layer){ .has_id = true,
                                       .id = item_of(txn, arena, layer),
                                       .low = layer->velocity_from,
                                       .has_high = true,
                                       .high = layer->velocity_until,
                                       .has_gain = true,
                                       .gain = layer->gain,
                                       .has_ratio = true,
                                       .ratio = ratio_of(layer) };
    }
    return to;
}

static bool is_for_all_velocities(const struct kit_layer *layer)
{
    return layer->velocity_from <= 0 && layer->velocity_until >= 1;
}

static void set_sounds(struct txn *txn, struct arena *arena, const struct kit_slot *slot, struct pad *to)
{
    const struct kit_layer *only = slot->layers.count == 1 ? slot->layers.at : NULL;

    if (only) {
        to->from = only->start;
        to->until = only->end;
    }
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

static struct pad write_values(const struct kit_slot *slot, uint64_t number)
{
    const uint64_t note = NOTE_OF_PAD_0 + number;

    return (struct pad){
        .pad = number,
        .has_gain = true,
        .gain = slot->has_gain ? slot->gain : 1,
        .pan = slot->has_pan ? slot->pan : 0,
        .mode.value = slot->has_mode && slot->mode.value ? slot->mode.value : PAD_MODE_ONE_SHOT,
        .choke = slot->has_choke ? slot->choke : 0,
        .reverse = slot->has_reverse && slot->reverse,
        .has_note = slot->has_note || note <= NOTE_MOST,
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

/* A slot without a sound leaves no sound of an earlier kit on its pad. */
static struct pad write_pad(struct txn *txn, struct arena *arena, const struct kit_slot *slot, uint64_t number)
{
    struct pad pad = { .pad = number, .mode.value = PAD_MODE_ONE_SHOT };

    if (slot->layers.count == 0)
        return pad;
    pad = write_values(slot, number);
    set_sounds(txn, arena, slot, &pad);
    return pad;
}

static enum err write_pads(struct doing *work, struct txn *txn, const struct kit *kit, uint64_t first,
                           struct pad_list *to, struct fault *fault)
{
    *to = (struct pad_list){ 0, arena_array(&work->arena, PADS, sizeof(*to->at)) };
    if (kit->slots.count == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the kit %.*s has no slots", TEXT_ARG(kit->name));
    for (uint32_t i = 0; i < kit->slots.count; i++) {
        const struct kit_slot *slot = &kit->slots.at[i];
        const uint64_t number = first + slot->pad;
        if (number >= PADS) {
            fault_set(fault, ERR_BAD_REQUEST, "slot %.*s would be on pad %llu: pads are 0 to %d", TEXT_ARG(slot->slot),
                      (unsigned long long)number, PADS - 1);
            return fault ? fault_field(fault, "first") : ERR_BAD_REQUEST;
        }
        to->at[to->count++] = write_pad(txn, &work->arena, slot, number);
    }
    return ERR_OK;
}

/* ---- the ask ---- */

/* Copies the list, which is valid until the next ask. */
static void take_pads(struct doing *work, const void *answer)
{
    const struct pads *pads = answer;
    struct kit_loading *loading = work->own;
    struct silent_sound_list *silent = &loading->answer.silent;

    *silent = (struct silent_sound_list){ pads->silent.count,
                                          arena_array(&work->kept, pads->silent.count, sizeof(*silent->at)) };
    for (uint32_t i = 0; i < silent->count; i++) {
        silent->at[i] = pads->silent.at[i];
        silent->at[i].name = arena_text(&work->kept, silent->at[i].name);
        silent->at[i].why = arena_text(&work->kept, silent->at[i].why);
    }
    loading->answer.has_unkept = pads->has_unkept;
    loading->answer.unkept = pads->unkept;
}

static enum err set_pads(struct doing *work, struct txn *txn, struct fault *fault)
{
    const struct project_load_kit *ask = work->ask;
    struct kit_loading *loading = arena_alloc(&work->kept, sizeof(*loading));
    struct audio_set_pads request = { 0 };
    struct element part;
    struct kit kit;
    enum err e = kit_read_named(work, txn, ask->project, ask->kit, &part, &kit, fault);

    *loading = (struct kit_loading){ .answer = { .first = ask->first } };
    work->own = loading;
    if (e == ERR_OK)
        e = write_pads(work, txn, &kit, ask->first, &request.each, fault);
    return e == ERR_OK ? work_ask(work, "audio.set_pads", &request, take_pads, fault) : e;
}

static enum err answer_loaded(struct doing *work, struct txn *txn, struct fault *fault)
{
    const struct project_load_kit *ask = work->ask;
    struct kit_loading *loading = work->own;
    struct element part;
    enum err e = kit_read_named(work, txn, ask->project, ask->kit, &part, &loading->answer.kit, fault);

    if (e != ERR_OK)
        return e;
    kit_find_states(txn, &work->arena, &loading->answer.kit);
    work_answer(work, &loading->answer);
    return ERR_OK;
}

const struct deed kit_deed_load = { .after = set_pads, .answer = answer_loaded };
