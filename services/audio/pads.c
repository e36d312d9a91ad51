#include "services/audio/audio.h"

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
    if (!pads)
        return refuse(call, ERR_FULL, "no memory for the pads");
    answer->each.at = pads;
    for (uint32_t i = 0; i < SCORE_PADS; i++)
        if (audio->score.pads[i].sound < SOUNDS || audio->score.pads[i].note != NONE)
            pads[answer->each.count++] = write_pad(i, &audio->score.pads[i]);
    return ERR_OK;
}

enum err audio_ask_set_pads(struct audio *audio, struct call *call, const struct audio_set_pads *ask,
                            struct pads *answer)
{
    for (uint32_t i = 0; i < ask->each.count; i++)
        if (ask->each.at[i].until && ask->each.at[i].until <= ask->each.at[i].from)
            return refuse(call, ERR_BAD_REQUEST, "pad %llu would end before it begins",
                          (unsigned long long)ask->each.at[i].pad);
    for (uint32_t i = 0; i < ask->each.count; i++)
        audio->score.pads[ask->each.at[i].pad % SCORE_PADS] = read_pad(&ask->each.at[i]);
    audio_score_publish(audio);
    return audio_ask_pads(audio, call, NULL, answer);
}

enum err audio_ask_hit(struct audio *audio, struct call *call, const struct audio_hit *ask, struct nothing *answer)
{
    return audio_order(audio, call,
                       (struct order){ .verb = ORDER_PAD_HIT,
                                       .voice = (uint32_t)ask->pad,
                                       .value = (float)ask->velocity },
                       answer);
}

enum err audio_ask_release(struct audio *audio, struct call *call, const struct audio_release *ask,
                           struct nothing *answer)
{
    return audio_order(audio, call, (struct order){ .verb = ORDER_PAD_RELEASE, .voice = (uint32_t)ask->pad },
                       answer);
}
