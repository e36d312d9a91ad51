#include "services/audio/rt/cues.h"
#include "services/audio/rt/instance.h"
#include "services/audio/rt/mixer.h"
#include "services/audio/rt/streams.h"

static void aim_gains(struct engine *engine, struct streams_voice *voice, const struct cue *cue)
{
    struct mix_pan pan = mix_pan(cue->pan);
    float gain = number_within(cue->value, 0, 16);
    uint32_t frames = core_frames(cue->seconds, engine->half->rate);

    frames = frames > fade_frames(engine->half->rate) ? frames : fade_frames(engine->half->rate);
    ramp_to(&voice->left, gain * pan.left, frames);
    ramp_to(&voice->right, gain * pan.right, frames);
}

bool streams_start(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    struct streams_voice *voice;
    bool fades_in;

    (void)producer;
    if (cue->voice >= STREAMS || cue->group >= GROUPS || cue->generation == 0)
        return false;
    voice = &engine->half->streams.voice[cue->voice];
    if (voice->state == STREAM_PLAYS && voice->generation == cue->generation) {
        voice->tag = cue->tag;
        aim_gains(engine, voice, cue);
        return true;
    }
    /* A start of a voice that plays is a seek whose header was not read yet; one of a waiting voice takes its place. */
    if (voice->state != STREAM_WAITS)
        voice->dry = voice->state == STREAM_PLAYS ? STREAM_WET : STREAM_FRESH;
    if (streams_sounds(voice))
        streams_retire(engine, voice, UINT64_MAX);
    fades_in = cue->seconds > 0.005f;
    voice->state = STREAM_WAITS;
    voice->generation = cue->generation;
    voice->tag = cue->tag;
    voice->group = cue->flags & CUE_PREVIEW ? GROUP_PREVIEW : cue->group;
    voice->start_reported = voice->stop_in = 0;
    if (voice->group == GROUP_PREVIEW)
        mixer_open_returns(engine);
    ramp_set(&voice->left, 0);
    ramp_set(&voice->right, 0);
    aim_gains(engine, voice, cue);
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
        streams_end(engine, number, true);
    } else if (streams_sounds(voice)) {
        voice->state = STREAM_STOPS;
        voice->stop_in = frames;
        if (!frames)
            fade_out(&voice->fade, engine->half->rate);
        else
            core_ramp_down(&voice->left, frames), core_ramp_down(&voice->right, frames);
    }
}

/* True if the cue names the voice's generation, or the one of the header that is due later. */
static bool means_voice(const struct engine *engine, const struct cue *cue)
{
    const struct streams_voice *voice = &engine->half->streams.voice[cue->voice];
    const struct stream_memory *memory = engine->stream[cue->voice].memory;

    return voice->generation == cue->generation ||
           (streams_sounds(voice) &&
            atomic_load_explicit(&memory->generation, memory_order_acquire) == cue->generation);
}

bool streams_stop(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    const struct streams_voice *voice;
    uint32_t frames = core_frames(cue->seconds, engine->half->rate);

    (void)producer;
    if (cue->voice >= STREAMS)
        return false;
    voice = &engine->half->streams.voice[cue->voice];
    cues_forget_stream(engine, cue->voice, cue->generation);
    if (voice->state == STREAM_SILENT || !means_voice(engine, cue))
        return false;
    stop_stream(engine, cue->voice, frames > fade_frames(engine->half->rate) ? frames : 0);
    if (voice->group == GROUP_PREVIEW)
        mixer_close_returns(engine, core_most(frames, fade_frames(engine->half->rate)));
    return true;
}

bool streams_gain(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    struct streams_voice *voice;
    bool waits;

    (void)producer;
    if (cue->voice >= STREAMS)
        return false;
    waits = cues_aim_stream(engine, cue);
    voice = &engine->half->streams.voice[cue->voice];
    if (voice->state == STREAM_SILENT || voice->state == STREAM_STOPS || !means_voice(engine, cue))
        return waits;
    aim_gains(engine, voice, cue);
    return true;
}

void streams_silence(struct engine *engine, uint32_t frames)
{
    for (uint32_t i = 0; i < STREAMS; i++) {
        streams_cut_old(&engine->half->streams.voice[i], frames ? frames : 1);
        stop_stream(engine, i, frames ? frames : 1);
    }
}
