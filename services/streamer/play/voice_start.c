/* voice_start.c: the cue that starts a voice. It may have a frame to come: until then the core keeps it. */
#include "services/streamer/play/voice.h"

enum { CUES_MOST = 4 }; /* of a start */

bool voice_is_to_come(const struct voice *voice)
{
    return voice->is_cued && voice->begins != CUE_NOW && voice->begins >= voice->all->core->state.frame;
}

static int64_t beginning_of(const struct voice *voice)
{
    if (voice_is_to_come(voice))
        return voice->begins;
    if (voice->is_cued)
        return CUE_NOW;
    if (voice->plan.loop_length > 0)
        return voice_turns_start(voice);
    return voice->plan.grid > 0 ? core_link_next(voice->all->core, voice->plan.grid) : voice->plan.at;
}

static bool starts_transport(const struct voice *voice)
{
    return voice->plan.start_transport && !voice->is_cued && !voice->all->core->state.running;
}

/* Stores the count of cues before the start cues are sent. From it a successor sees whether they were sent. */
static void prepare_start(struct voice *voice)
{
    uint64_t effects = core_link_effects(voice->all->core) + (starts_transport(voice) ? 2 : 1);
    struct handover_voice *handover = voice->handover;
    struct stream_voice reply = { 0 };

    if (voice->is_cued)
        return;
    if (voice->prepare) {
        voice->prepare(voice->state, voice, effects);
    } else {
        voice_describe(voice, &reply);
        reply.state = (struct choice){ .value = STREAM_STATE_PLAYING };
        ticket_prepare(voice->all->service, voice->ticket, &reply, effects);
    }
    handover->begins = voice->begins;
    handover->cued = voice->generation;
    handover->started = effects;
}

static void report_start(struct voice *voice)
{
    struct stream_voice reply = { 0 };

    if (voice->started) {
        voice->started(voice->state, voice);
        return;
    }
    voice_describe(voice, &reply);
    ticket_answer(voice->all->service, voice->ticket, &reply);
}

/* True if the client was already answered that the ask took too long. */
static bool nobody_waits(const struct voice *voice)
{
    return !voice->is_cued && voice->ticket.number != 0 && !ticket_is_open(voice->all->service, voice->ticket);
}

/* The core follows the ring's header at the moment at which the generation is due. */
static bool needs_no_cue(const struct voice *voice)
{
    return voice->is_cued && voice->due && voice->all->core->state.streams[voice->index].generation != 0;
}

/* After a seek before the beginning the core forgets the old start cue, and the new generation begins on its frame. */
static void forget_start(const struct voice *voice)
{
    struct cue cue = {
        .frame = CUE_NOW, .verb = CUE_STREAM_STOP, .voice = voice->index, .generation = voice->handover->cued
    };

    if (voice_is_to_come(voice) && voice->handover->cued != voice->generation)
        core_link_cue(voice->all->core, &cue);
}

/* Ends other voices of its key where it begins. */
static void replace_loops(const struct voice *voice)
{
    for (uint32_t i = 0; i < STREAMS; i++) {
        struct voice *other = &voice->all->each[i];
        if (other == voice || voice->plan.loop_key == 0 || other->plan.loop_key != voice->plan.loop_key ||
            !voice_is_sounding(other) || !core_link_has_room(voice->all->core, 1))
            continue;
        voice_stop_at(other, voice_is_to_come(other) ? CUE_NOW : voice->begins, 0.005f);
    }
}

void voice_filled(struct voice *voice)
{
    bool was_cued = voice->is_cued;

    if (voice->is_dry)
        voice_stall(voice, false);
    if (needs_no_cue(voice)) {
        voice_set_phase(voice, VOICE_PLAYING);
        return;
    }

    if (nobody_waits(voice)) {
        voice_stop(voice, 0);
        return;
    }
    if (!core_link_has_room(voice->all->core, CUES_MOST))
        return; /* the tick calls again */
    voice->begins = beginning_of(voice);
    prepare_start(voice);
    struct cue transport = { .frame = voice->begins, .verb = CUE_TRANSPORT_START };
    struct cue cue = { .frame = voice->begins,
                       .verb = CUE_STREAM_START,
                       .voice = voice->index,
                       .generation = voice->generation,
                       .group = (uint16_t)voice->plan.group,
                       .value = voice->plan.gain,
                       .pan = voice->plan.pan,
                       .seconds = 0.005f };
    if (starts_transport(voice))
        core_link_cue(voice->all->core, &transport);
    forget_start(voice);
    core_link_cue(voice->all->core, &cue);
    voice->handover->cued = voice->generation;
    voice->is_cued = true;
    atomic_store(&voice->handover->phase, HANDOVER_PLAYING);
    voice_set_phase(voice, VOICE_PLAYING);
    if (!was_cued)
        replace_loops(voice);
    if (!was_cued)
        report_start(voice);
}
