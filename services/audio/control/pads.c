#include <stdio.h>
#include <string.h>

#include "services/audio/control/named_sounds.h"

enum { NONE = 255 };

static const uint32_t modes[] = {
    [PAD_MODE_ONE_SHOT] = PAD_ONE_SHOT, [PAD_MODE_GATE] = PAD_GATE, [PAD_MODE_LOOP] = PAD_LOOP
};
static const int32_t mode_words[] = {
    [PAD_ONE_SHOT] = PAD_MODE_ONE_SHOT, [PAD_GATE] = PAD_MODE_GATE, [PAD_LOOP] = PAD_MODE_LOOP
};

static struct score_pad read_pad(const struct pad *from)
{
    return (struct score_pad){
        .sound = from->has_sound ? (uint32_t)from->sound : SCORE_NO_SOUND,
        .generation = (uint32_t)from->generation,
        .gain = from->has_gain ? (float)from->gain : 1,
        .pan = (float)from->pan,
        .ratio = from->has_ratio ? (float)from->ratio : 1,
        .from = (uint32_t)from->from,
        .until = (uint32_t)from->until,
        .mode = from->mode.value > 0 ? modes[from->mode.value] : PAD_ONE_SHOT,
        .choke = (uint32_t)from->choke,
        .reverse = from->reverse,
        .note = from->has_note ? (uint8_t)from->note : NONE,
        .channel = from->has_channel ? (uint8_t)from->channel : NONE,
        .attack = (float)from->attack,
        .release = (float)from->release,
        .curve = from->has_curve ? (float)from->curve : 1,
    };
}

static struct pad write_pad(uint32_t index, const struct score_pad *from)
{
    return (struct pad){
        .pad = index,
        .has_sound = from->sound < SOUNDS,
        .sound = from->sound < SOUNDS ? from->sound : 0,
        .generation = from->generation,
        .has_gain = true,
        .gain = (double)from->gain,
        .pan = (double)from->pan,
        .has_ratio = true,
        .ratio = (double)from->ratio,
        .from = from->from,
        .until = from->until,
        .mode.value = from->mode <= PAD_LOOP ? mode_words[from->mode] : PAD_MODE_ONE_SHOT,
        .choke = from->choke,
        .reverse = from->reverse != 0,
        .has_note = from->note != NONE,
        .note = from->note != NONE ? from->note : 0,
        .has_channel = from->channel != NONE,
        .channel = from->channel != NONE ? from->channel : 0,
        .attack = (double)from->attack,
        .release = (double)from->release,
        .has_curve = true,
        .curve = (double)from->curve,
    };
}

enum err audio_ask_pads(struct audio *audio, struct call *call, const struct audio_pads *ask, struct pads *answer)
{
    struct pad *pads = arena_array(call_arena(call), SCORE_PADS, sizeof(*pads));

    (void)ask;
    answer->each.at = pads;
    for (uint32_t i = 0; i < SCORE_PADS; i++)
        if (audio->score.pads[i].sound < SOUNDS || audio->score.pads[i].note != NONE)
            pads[answer->each.count++] = write_pad(i, &audio->score.pads[i]);
    return ERR_OK;
}

/* An unchanged sound is not checked again: if it was released meanwhile, the pad stays silent. */
static bool keeps_sound(const struct audio *audio, const struct pad *pad)
{
    const struct score_pad *now = &audio->score.pads[pad->pad % SCORE_PADS];

    return pad->has_sound && now->sound == pad->sound && now->generation == pad->generation;
}

static enum err check_pad(const struct audio *audio, struct call *call, struct pad *pad, uint32_t index)
{
    char field[32];

    if (pad->until && pad->until <= pad->from)
        return refuse(call, ERR_BAD_REQUEST, "pad %llu would end before it begins", (unsigned long long)pad->pad);
    if (pad->has_id || !pad->has_sound || keeps_sound(audio, pad) ||
        named_slot(audio, pad->sound, &pad->generation, call_fault(call)) == ERR_OK)
        return ERR_OK;
    (void)snprintf(field, sizeof(field), "each.%u.sound", index);
    return fault_field(call_fault(call), field);
}

static uint32_t list_items(struct pad_list *pads, struct named_sound to[SCORE_PADS])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < pads->count && i < SCORE_PADS; i++) {
        struct pad *pad = &pads->at[i];

        if (pad->has_id)
            to[count++] = (struct named_sound){ .index = pad->pad,
                                                .id = pad->id,
                                                .has_sound = &pad->has_sound,
                                                .sound = &pad->sound,
                                                .generation = &pad->generation };
    }
    return count;
}

/* The pads of an ask, and its number. */
struct asked_pads {
    struct pad_list each;
    uint64_t number;
};

/* Sounds load in any order; of two asks for a pad, the later one wins. */
static enum err set_pads(struct audio *audio, struct call *call, void *own, struct silent_sound_list silent,
                         void *answer)
{
    const struct asked_pads *asked = own;
    struct pads *pads = answer;

    for (uint32_t i = 0; i < asked->each.count; i++) {
        const struct pad *pad = &asked->each.at[i];
        uint64_t *number = &audio->pad_set[pad->pad % SCORE_PADS];

        if (asked->number < *number)
            continue;
        *number = asked->number;
        audio->score.pads[pad->pad % SCORE_PADS] = read_pad(pad);
    }
    audio_score_publish(audio);
    pads->silent = silent;
    return audio_ask_pads(audio, call, NULL, pads);
}

enum err audio_ask_set_pads(struct audio *audio, struct call *call, const struct audio_set_pads *ask,
                            struct pads *answer)
{
    struct asked_pads *asked = arena_alloc(call_arena(call), sizeof(*asked));
    struct pad_list *own = &asked->each;
    struct named_sound items[SCORE_PADS];
    enum err e = ERR_OK;
    uint32_t count;

    own->at = arena_array(call_arena(call), ask->each.count + 1, sizeof(*own->at));
    asked->number = ++audio->sets;
    own->count = ask->each.count;
    if (own->count)
        memcpy(own->at, ask->each.at, own->count * sizeof(*own->at));
    for (uint32_t i = 0; e == ERR_OK && i < own->count; i++)
        e = check_pad(audio, call, &own->at[i], i);
    if (e != ERR_OK)
        return e;
    count = list_items(own, items);
    return count ? named_load(audio, call, items, count, set_pads, asked)
                 : set_pads(audio, call, asked, (struct silent_sound_list){ 0 }, answer);
}

enum err audio_ask_hit(struct audio *audio, struct call *call, const struct audio_hit *ask, struct nothing *answer)
{
    const struct score_pad *pad = &audio->score.pads[ask->pad % SCORE_PADS];
    uint64_t generation = pad->generation;

    if (pad->sound >= SOUNDS) {
        (void)refuse(call, ERR_NOT_FOUND, "pad %llu has no sound", (unsigned long long)ask->pad);
        fault_field(call_fault(call), "pad");
        return fault_hint(call_fault(call), "`loophole pads set %llu sound=FILE` gives it one",
                          (unsigned long long)ask->pad);
    }
    if (named_slot(audio, pad->sound, &generation, call_fault(call)) != ERR_OK)
        return fault_field(call_fault(call), "pad");
    return audio_order(audio, call,
                       (struct order){
                           .verb = ORDER_PAD_HIT, .voice = (uint32_t)ask->pad, .value = (float)ask->velocity },
                       answer);
}

enum err audio_ask_release(struct audio *audio, struct call *call, const struct audio_release *ask,
                           struct nothing *answer)
{
    return audio_order(audio, call, (struct order){ .verb = ORDER_PAD_RELEASE, .voice = (uint32_t)ask->pad }, answer);
}
