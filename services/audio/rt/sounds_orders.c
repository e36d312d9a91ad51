#include "services/audio/rt/instance.h"
#include "services/audio/rt/mixer.h"
#include "services/audio/rt/orders.h"
#include "services/audio/rt/sounds.h"

bool sounds_order_start(struct engine *engine, const struct order *order, uint32_t producer)
{
    struct sounds_start start = { .slot = order->sound,
                                  .generation = order->generation,
                                  .voice = order->voice,
                                  .gain = order->value,
                                  .pan = order->pan,
                                  .ratio = order->ratio,
                                  .from = order->from,
                                  .until = order->until,
                                  .loop_from = order->loop_from,
                                  .flags = order->flags,
                                  .group = order->flags & ORDER_PREVIEW ? GROUP_PREVIEW : order->group,
                                  .row = SOUNDS_NOBODY,
                                  .pad = SOUNDS_NOBODY,
                                  .producer = producer,
                                  .tag = order->tag,
                                  .choke = order->choke,
                                  .gate = UINT32_MAX };

    if (order->voice >= SOUND_VOICES && order->voice != ORDER_ANY_VOICE)
        return false;
    if (order->flags & ORDER_GATED)
        start.gate = core_frames(order->seconds, engine->half->rate);
    if (start.group == GROUP_PREVIEW)
        mixer_open_returns(engine);
    return sounds_play(engine, &start);
}

static bool is_tagged(const struct sounds_voice *voice, uint32_t producer, uint32_t tag)
{
    return voice->state != SOUND_SILENT && voice->producer == producer && voice->tag == tag;
}

bool sounds_order_stop(struct engine *engine, const struct order *order, uint32_t producer)
{
    uint32_t frames = core_frames(order->seconds, engine->half->rate);

    orders_forget_sounds(engine, producer, order->tag);
    for (uint32_t i = 0; i < SOUNDS_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (!is_tagged(voice, producer, order->tag))
            continue;
        if (voice->group == GROUP_PREVIEW)
            mixer_close_returns(engine, core_most(frames, fade_frames(engine->half->rate)));
        sounds_stop(engine, voice, order->flags & ORDER_RELEASE ? voice->release : frames);
    }
    return true;
}

/* Takes the values of the order that it does not keep. */
static void change_voice(struct sounds_voice *voice, const struct order *order, uint32_t frames)
{
    struct mix_pan pan;

    if (!(order->flags & ORDER_KEEP_GAIN))
        voice->gain = number_within(order->value, 0, 16);
    if (!(order->flags & ORDER_KEEP_PAN))
        voice->pan = order->pan;
    if (!(order->flags & ORDER_KEEP_RATIO))
        voice->ratio = number_within(order->ratio, 0.125f, 8);
    pan = mix_pan(voice->pan);
    voice->gain = number_within(voice->gain, 0, 16);
    ramp_to(&voice->left, voice->gain * pan.left, frames);
    ramp_to(&voice->right, voice->gain * pan.right, frames);
}

bool sounds_order_shape(struct engine *engine, const struct order *order, uint32_t producer)
{
    bool found = false;

    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (!is_tagged(voice, producer, order->tag) || voice->play.position != 0)
            continue;
        found = true;
        sounds_shape(engine, voice, &order->shape, order->loop_until);
    }
    return found;
}

bool sounds_order_gain(struct engine *engine, const struct order *order, uint32_t producer)
{
    uint32_t frames = core_frames(order->seconds, engine->half->rate);
    bool found = false;

    frames = frames > fade_frames(engine->half->rate) ? frames : fade_frames(engine->half->rate);
    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (!is_tagged(voice, producer, order->tag))
            continue;
        found = true;
        change_voice(voice, order, frames);
    }
    return found;
}

bool sounds_order_release(struct engine *engine, const struct order *order, uint32_t producer)
{
    struct rt_sounds *sounds = &engine->half->sounds;

    if (order->sound >= SOUNDS || sounds->releases >= SOUNDS_RELEASES)
        return false;
    sounds->release[sounds->releases++] =
        (struct sounds_release){ order->sound, order->generation, producer, order->tag };
    return true;
}

bool sounds_pad_plays(const struct engine *engine, uint32_t pad)
{
    for (uint32_t i = 0; i < SOUND_VOICES; i++)
        if (engine->half->sounds.voice[i].state == SOUND_PLAYS && engine->half->sounds.voice[i].pad == pad)
            return true;
    return false;
}

void sounds_pad_release(struct engine *engine, uint32_t pad)
{
    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (voice->state == SOUND_PLAYS && voice->pad == pad)
            sounds_stop(engine, voice, voice->release);
    }
}

void sounds_release_held(struct engine *engine)
{
    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (voice->state == SOUND_PLAYS && voice->held & SOUND_HELD)
            sounds_stop(engine, voice, voice->release);
    }
    engine->half->sounds.pedals = 0;
}

void sounds_row_stop(struct engine *engine, uint32_t row)
{
    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (voice->state == SOUND_PLAYS && voice->row == row && voice->group == GROUP_SEQUENCER)
            sounds_stop(engine, voice, 0);
    }
}

void sounds_silence(struct engine *engine, uint32_t frames)
{
    for (uint32_t i = 0; i < SOUNDS_VOICES; i++) {
        struct sounds_voice *voice = &engine->half->sounds.voice[i];
        if (voice->state == SOUND_SILENT)
            continue;
        voice->state = SOUND_STOPS;
        core_ramp_down(&voice->envelope, frames);
    }
}
