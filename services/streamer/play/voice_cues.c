#include "services/streamer/play/voice_cues.h"

#include <stdio.h>
#include <string.h>

#include "common/process/log.h"
#include "schema_loop.h"
#include "services/streamer/play/voice_acts.h"
#include "services/streamer/play/voice_hits.h"
#include "services/streamer/play/voice_place.h"
#include "services/streamer/play/voice_turns.h"

enum { CUES_MOST = 4 }; /* of a start */

void voice_set_phase(struct voice *voice, enum voice_phase phase)
{
    voice->phase = phase;
    voice->since = clock_steady();
}

/* ---- the end ---- */

static void close_sources(struct voice *voice)
{
    reader_close(voice->reader);
    reader_close(voice->following);
    resample_free(voice->resample);
    stretch_free(voice->stretch);
    voice->reader = voice->following = NULL;
    voice->resample = NULL;
    voice->stretch = NULL;
    voice->follows_ready = false;
}

static void publish_end(struct voice *voice, enum stream_end why, const char *failure)
{
    const char *path = voice_piece(voice)->path;
    struct streamer_voice_ended event = { .voice = voice->index,
                                          .generation = voice->generation,
                                          .why = { .value = (int32_t)why },
                                          .path = bytes_of(path, strlen(path)),
                                          .failure = text_of(failure) };

    service_publish(voice->all->service, "voice_ended", &event);
}

void voice_end(struct voice *voice, enum stream_end why, const char *failure)
{
    publish_end(voice, why, failure);
    if (voice->all->ended)
        voice->all->ended(voice->all->state, voice);
    voice_hits_end(voice);
    close_sources(voice);
    atomic_store(&voice->handover->phase, HANDOVER_NOTHING);
    voice_set_phase(voice, VOICE_FREE);
}

static void report_failure(struct voice *voice, const struct fault *fault)
{
    if (voice->failed)
        voice->failed(voice->state, voice, fault);
    else
        ticket_fail(voice->all->service, voice->ticket, fault);
}

/* The sound continues to the end of the ring's content. */
void voice_fail(struct voice *voice, const struct fault *fault)
{
    char words[256];

    snprintf(words, sizeof(words), "%.240s", fault->what);
    log_warn("voice %u: %s: %s", voice->index, voice_piece(voice)->path, words);
    if (!voice->is_cued) {
        struct fault why = *fault;
        snprintf(why.what, sizeof(why.what), "%.120s: %.100s", voice_piece(voice)->path, fault->what);
        report_failure(voice, &why);
        voice_end(voice, STREAM_END_FAILED, words);
        return;
    }
    voice_stay(voice);
    voice_end_at(voice, ring_written(&voice->ring));
    voice->is_complete = true;
    close_sources(voice);
    if (voice->phase == VOICE_ENDING) /* its end is published when the voice is silent */
        return;
    publish_end(voice, STREAM_END_FAILED, words);
    if (voice->phase == VOICE_FILLING) /* a seek that failed */
        voice_stop(voice, 0.005f);
}

/* True if the ring would be empty before a fade of this length ends. */
static bool outlasts_its_ring(const struct voice *voice, float fade)
{
    const double margin = 0.1; /* s */

    return voice->phase == VOICE_PLAYING && voice->reader && (double)fade > voice_ahead(voice) - margin;
}

bool voice_is_sounding(const struct voice *voice)
{
    return voice->phase != VOICE_FREE && voice->phase != VOICE_ENDING && voice->is_cued;
}

/* Seconds from now to the end of a fade that begins at a frame. */
static float seconds_of_stop(const struct voice *voice, int64_t frame, float fade)
{
    const struct core_link *core = voice->all->core;
    const int64_t wait = frame == CUE_NOW ? 0 : frame - core->state.frame;

    return fade + (wait > 0 ? (float)wait / (float)core_link_rate(core) : 0);
}

/* At a frame of the audio clock, or CUE_NOW. */
static void stop_at(struct voice *voice, int64_t frame, float fade)
{
    struct cue cue = { .frame = frame, .verb = CUE_STREAM_STOP, .voice = voice->index, .seconds = fade };
    struct fault fault = { 0 };

    if (voice->phase == VOICE_FREE || voice->phase == VOICE_ENDING)
        return;
    if (!voice->is_cued) {
        fault_set(&fault, ERR_CONFLICT, "it was stopped before it began");
        report_failure(voice, &fault);
        voice_end(voice, STREAM_END_STOPPED, "");
        return;
    }
    voice_stay(voice);
    cue.generation = voice_is_to_come(voice) ? voice->handover->cued : voice->generation;
    if (!outlasts_its_ring(voice, seconds_of_stop(voice, frame, fade)))
        close_sources(voice);
    voice_acts_add(voice, LOOP_DEED_STOP, frame == CUE_NOW ? voice->all->core->state.frame : frame, -1);
    atomic_store(&voice->handover->phase, HANDOVER_STOPPING);
    voice_set_phase(voice, VOICE_ENDING);
    core_link_cue(voice->all->core, &cue);
}

void voice_stop(struct voice *voice, float fade)
{
    stop_at(voice, CUE_NOW, fade);
}

/* ---- the start ---- */

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
        stop_at(other, voice_is_to_come(other) ? CUE_NOW : voice->begins, 0.005f);
    }
}

static void publish_start(const struct voice *voice)
{
    const struct id *asked = id_is_zero(voice->plan.instead_of) ? &voice->plan.media : &voice->plan.instead_of;
    struct streamer_voice_began event = { .voice = voice->index,
                                          .generation = voice->generation,
                                          .id = *asked,
                                          .has_time = true,
                                          .time = (uint64_t)clock_steady() };

    if (voice->plan.loop_key == 0)
        service_publish(voice->all->service, "voice_began", &event);
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
    if (was_cued)
        return;
    replace_loops(voice);
    report_start(voice);
    publish_start(voice);
}
