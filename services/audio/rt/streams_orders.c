#include "services/audio/rt/instance.h"
#include "services/audio/rt/mixer.h"
#include "services/audio/rt/orders.h"
#include "services/audio/rt/streams.h"

static void aim_gains(struct engine *engine, struct streams_voice *voice, const struct order *order)
{
    struct mix_pan pan = mix_pan(order->pan);
    float gain = number_within(order->value, 0, 16);
    uint32_t frames = core_frames(order->seconds, engine->half->rate);

    frames = frames > fade_frames(engine->half->rate) ? frames : fade_frames(engine->half->rate);
    ramp_to(&voice->left, gain * pan.left, frames);
    ramp_to(&voice->right, gain * pan.right, frames);
}

bool streams_start(struct engine *engine, const struct order *order, uint32_t producer)
{
    struct streams_voice *voice;
    bool fades_in;

    (void)producer;
    if (order->voice >= STREAMS || order->group >= GROUPS || order->generation == 0)
        return false;
    voice = &engine->half->streams.voice[order->voice];
    if (voice->state == STREAM_PLAYS && voice->generation == order->generation) {
        voice->tag = order->tag;
        aim_gains(engine, voice, order);
        return true;
    }
    if (voice->state == STREAM_PLAYS || voice->state == STREAM_STOPS)
        streams_retire(engine, voice, UINT64_MAX);
    fades_in = order->seconds > 0.005f;
    voice->state = STREAM_WAITS;
    voice->generation = order->generation;
    voice->tag = order->tag;
    voice->group = order->flags & ORDER_PREVIEW ? GROUP_PREVIEW : order->group;
    voice->dry = voice->start_reported = voice->stop_in = 0;
    if (voice->group == GROUP_PREVIEW)
        mixer_open_returns(engine);
    ramp_set(&voice->left, 0);
    ramp_set(&voice->right, 0);
    aim_gains(engine, voice, order);
    if (!fades_in) {
        ramp_set(&voice->left, voice->left.target);
        ramp_set(&voice->right, voice->right.target);
    }
    return true;
}

static void stop_stream(struct engine *engine, uint32_t number, uint32_t frames)
{
    struct streams_voice *voice = &engine->half->streams.voice[number];

    if (voice->state == STREAM_WAITS || (voice->state != STREAM_SILENT && fade_is_silent(&voice->fade))) {
        streams_end(engine, number);
    } else if (voice->state == STREAM_PLAYS || voice->state == STREAM_STOPS) {
        voice->state = STREAM_STOPS;
        voice->stop_in = frames;
        if (!frames)
            fade_out(&voice->fade, engine->half->rate);
        else
            core_ramp_down(&voice->left, frames), core_ramp_down(&voice->right, frames);
    }
}

bool streams_stop(struct engine *engine, const struct order *order, uint32_t producer)
{
    const struct streams_voice *voice;
    uint32_t frames = core_frames(order->seconds, engine->half->rate);

    (void)producer;
    if (order->voice >= STREAMS)
        return false;
    voice = &engine->half->streams.voice[order->voice];
    orders_forget_stream(engine, order->voice, order->generation);
    if (voice->state == STREAM_SILENT || voice->generation != order->generation)
        return false;
    stop_stream(engine, order->voice, frames > fade_frames(engine->half->rate) ? frames : 0);
    if (voice->group == GROUP_PREVIEW)
        mixer_close_returns(engine, core_most(frames, fade_frames(engine->half->rate)));
    return true;
}

bool streams_gain(struct engine *engine, const struct order *order, uint32_t producer)
{
    struct streams_voice *voice;

    (void)producer;
    if (order->voice >= STREAMS)
        return false;
    voice = &engine->half->streams.voice[order->voice];
    if (voice->state == STREAM_SILENT || voice->state == STREAM_STOPS || voice->generation != order->generation)
        return false;
    aim_gains(engine, voice, order);
    return true;
}

void streams_silence(struct engine *engine, uint32_t frames)
{
    for (uint32_t i = 0; i < STREAMS; i++) {
        streams_cut_old(&engine->half->streams.voice[i], frames ? frames : 1);
        stop_stream(engine, i, frames ? frames : 1);
    }
}
