#include "services/streamer/play/voice.h"

#include <stdio.h>
#include <string.h>

#include "common/process/log.h"
#include "schema_loop.h"
#include "services/streamer/play/voice_acts.h"
#include "services/streamer/play/voice_cues.h"
#include "services/streamer/play/voice_cuts.h"
#include "services/streamer/play/voice_feed.h"
#include "services/streamer/play/voice_follow.h"
#include "services/streamer/play/voice_place.h"

/* ---- the beginning ---- */

static void begin_filling(void *state, const struct reader_format *format)
{
    struct voice *voice = state;

    voice->format = *format;
    voice_set_phase(voice, voice->phase == VOICE_OPENING && !voice->is_resuming ? VOICE_FILLING : voice->phase);
    voice_feed_begin(voice);
}

static void fail_voice(void *state, const struct fault *fault)
{
    voice_fail(state, fault);
}

/* The item whose file is played in place of the one that was asked for; NULL: none, or a predecessor began it. */
static const struct id *copy_of(const struct voice *voice)
{
    const struct voice_plan *plan = &voice->plan;
    const bool is_plans = memcmp(voice_piece(voice)->media, plan->media.b, sizeof(plan->media.b)) == 0;

    return is_plans && !id_is_zero(plan->instead_of) ? &plan->media : NULL;
}

void voice_open(struct voice *voice)
{
    struct reader_events events = { begin_filling, voice_feed_came, fail_voice, voice };

    voice->reader = reader_open(voice->all->readers, voice_piece(voice)->path, LANE_OPENING, copy_of(voice),
                                &voice_piece(voice)->treatment, &events);
}

static void keep_plan(struct voice *voice, const struct voice_plan *plan)
{
    struct handover_voice *handover = voice->handover;
    struct handover_piece *piece = &handover->pieces[0];

    atomic_store(&handover->word, 0);
    atomic_store(&handover->seeks, 0);
    handover->started = handover->paused = 0;
    *piece = (struct handover_piece){ .frames = -1,
                                      .from = plan->from,
                                      .until = plan->until,
                                      .tempo = 1,
                                      .is_drums = plan->is_drums,
                                      .treatment = plan->treatment };
    snprintf(piece->path, sizeof(piece->path), "%s", plan->path);
    memcpy(piece->media, plan->media.b, sizeof(piece->media));
    memcpy(handover->request, plan->request.b, sizeof(handover->request));
    handover->group = (uint32_t)plan->group;
    handover->looping = plan->loop;
    handover->loop_from = plan->loop_from;
    handover->loop_end = plan->loop_end;
    handover->loop_length = plan->loop_length;
    handover->loop_key = plan->loop_key;
    memcpy(handover->project, plan->loop_project.b, sizeof(handover->project));
    voice_cuts_keep(handover, plan);
    handover->semitones = plan->semitones;
    handover->follow = (struct handover_follow){ .frame = (double)plan->from, .grid = plan->grid };
    handover->gain = plan->gain;
    handover->pan = plan->pan;
    atomic_store(&handover->phase, HANDOVER_STARTING);
}

static struct voice *free_voice(struct voices *voices)
{
    struct voice *oldest = NULL;

    for (uint32_t i = 0; i < STREAMS; i++) {
        struct voice *voice = &voices->each[i];
        if (voice->phase == VOICE_FREE && (!oldest || voice->since < oldest->since))
            oldest = voice;
    }
    return oldest;
}

enum err voice_play(struct voices *voices, const struct voice_plan *plan, struct voice **to, struct fault *fault)
{
    struct voice *voice = free_voice(voices);

    if (core_link_check(voices->core, CORE_GONE_US, fault) != ERR_OK)
        return ERR_OFFLINE;
    if (!voice) {
        fault_set(fault, ERR_BUSY, "all %d voices are in use", STREAMS);
        return fault_hint(fault, "stop one; `loophole ask streamer.voices` shows them");
    }
    voice->plan = *plan;
    voice->plan.path = NULL;
    voice->plan.cuts.count = voice->plan.hits.count = 0;
    voice->ticket = (struct ticket){ 0 };
    voice->prepare = NULL;
    voice->started = NULL;
    voice->failed = NULL;
    voice->together = NULL;
    voice->is_ready = false;
    voice->format = (struct reader_format){ .frames = -1 };
    voice->generation = 0;
    voice->turn = 0;
    voice->ends = -1;
    voice->is_cued = voice->is_made = voice->is_complete = voice->is_ending = false;
    voice->is_resuming = voice->is_heir = voice->is_dry = voice->was_dry = voice->is_seeking = voice->is_aiming = false;
    voice->looks = 0;
    keep_plan(voice, plan);
    voice_open(voice);
    voice_set_phase(voice, VOICE_OPENING);
    *to = voice;
    return ERR_OK;
}

/* ---- while it plays ---- */

enum err voice_may_seek(const struct voice *voice, struct fault *fault)
{
    if (voice->phase == VOICE_FREE || voice->phase == VOICE_ENDING || voice->phase == VOICE_OPENING)
        return fault_set(fault, ERR_CONFLICT, "voice %u is silent", voice->index);
    return ERR_OK;
}

/* The seek is accepted. If this process dies before the seek has a piece, its successor does the seek. */
static void keep_seek(struct voice *voice, int64_t frame, struct id request)
{
    struct handover_voice *handover = voice->handover;

    atomic_store(&handover->seeks, 0);
    handover->seek_from = frame;
    memcpy(handover->seeker, request.b, sizeof(handover->seeker));
    atomic_store(&handover->seeks, 1);
}

/* Continues from the place that `is_aiming` and the plan give. */
static void begin_again(struct voice *voice)
{
    voice->is_made = voice->is_complete = voice->is_ending = voice->is_resuming = voice->is_ready = false;
    voice_feed_seek(voice);
    voice_set_phase(voice, VOICE_FILLING);
    if (voice->reader && reader_is_free(voice->reader)) {
        voice_feed_begin(voice);
        return;
    }
    reader_close(voice->reader);
    voice_open(voice);
}

void voice_realign(struct voice *voice)
{
    voice->is_aiming = true;
    begin_again(voice);
}

/* If a pull is in progress, its result is not needed and may never come. So the file is opened again. */
enum err voice_seek(struct voice *voice, int64_t frame, struct id request, struct fault *fault)
{
    if (voice_may_seek(voice, fault) != ERR_OK)
        return ERR_CONFLICT;
    keep_seek(voice, frame, request);
    voice->plan.from = frame;
    voice->plan.began = voice->plan.at;
    voice->is_aiming = false;
    voice_follow_restart(voice);
    begin_again(voice);
    return ERR_OK;
}

enum err voice_gain(struct voice *voice, float gain, float pan, float ramp, struct fault *fault)
{
    struct cue cue = { .frame = CUE_NOW,
                       .verb = CUE_STREAM_GAIN,
                       .voice = voice->index,
                       .generation = atomic_load(&voice->memory->generation), /* that of a seek is not valid yet */
                       .value = gain,
                       .pan = pan,
                       .seconds = ramp };

    voice->plan.gain = voice->handover->gain = gain;
    voice->plan.pan = voice->handover->pan = pan;
    voice_acts_add(voice, LOOP_DEED_VOLUME, voice->all->core->state.frame, (double)gain);
    if (voice->is_cued && !core_link_cue(voice->all->core, &cue))
        return fault_set(fault, ERR_BUSY, "the queue of the audio core is full: ask again in a moment");
    return ERR_OK;
}

/* ---- pauses ---- */

enum err voice_may_pause(const struct voice *voice, struct fault *fault)
{
    if (!voice_is_sounding(voice) || voice_is_to_come(voice))
        return fault_set(fault, ERR_CONFLICT, "voice %u is silent", voice->index);
    if (voice->plan.loop_key > 0 || voice->plan.group == GROUP_PREVIEW)
        return fault_set(fault, ERR_CONFLICT, "voice %u plays %s, which is stopped and played again", voice->index,
                         voice->plan.loop_key > 0 ? "a loop" : "a preview");
    if (voice_is_stretched(voice) || voice_follows(voice))
        return fault_set(fault, ERR_CONFLICT, "voice %u is stretched: its place is that of the transport",
                         voice->index);
    return ERR_OK;
}

static bool send_pause(const struct voice *voice)
{
    const struct cue cue = {
        .frame = CUE_NOW, .verb = CUE_STREAM_PAUSE, .voice = voice->index, .value = voice->handover->paused ? 1 : 0
    };

    return core_link_cue(voice->all->core, &cue);
}

enum err voice_pause(struct voice *voice, bool on, struct fault *fault)
{
    if (voice_may_pause(voice, fault) != ERR_OK)
        return ERR_CONFLICT;
    if (!core_link_has_room(voice->all->core, 1))
        return fault_set(fault, ERR_BUSY, "the queue of the audio core is full: ask again in a moment");
    voice->handover->paused = on;
    send_pause(voice);
    return ERR_OK;
}

void voice_pause_again(struct voice *voice)
{
    if (voice->handover->paused)
        send_pause(voice);
}

/* ---- the following file ---- */

static void next_opened(void *state, const struct reader_format *format)
{
    struct voice *voice = state;

    voice->next_format = *format;
    voice->follows_ready = true;
    voice_feed_follow(voice);
}

static void nothing_follows(struct voice *voice)
{
    reader_close(voice->following);
    voice->following = NULL;
    voice->follows_ready = false;
    atomic_fetch_and(&voice->handover->word, ~(uint32_t)HANDOVER_FOLLOWS);
}

static void next_failed(void *state, const struct fault *fault)
{
    struct voice *voice = state;

    log_warn("voice %u: the queued file: %s", voice->index, fault->what);
    nothing_follows(voice);
    voice_feed_follow(voice);
}

static void next_came(void *state, int64_t frame, const float *stereo, uint32_t frames, bool end)
{
    voice_feed_came(state, frame, stereo, frames, end);
}

static void next_open_failed(void *state, const struct fault *fault)
{
    struct voice *voice = state;

    if (voice->following)
        next_failed(state, fault);
    else
        voice_fail(voice, fault); /* it became the current file meanwhile */
}

void voice_open_next(struct voice *voice)
{
    uint32_t word = atomic_load(&voice->handover->word);
    const struct handover_piece *piece = &voice->handover->pieces[!(word & HANDOVER_PRESENT)];
    struct reader_events events = { next_opened, next_came, next_open_failed, voice };
    struct id media;

    memcpy(media.b, piece->media, sizeof(media.b));

    voice->following = reader_open(voice->all->readers, piece->path, LANE_OPENING, voice->is_next_copy ? &media : NULL,
                                   &piece->treatment, &events);
}

enum err voice_may_queue(const struct voice *voice, struct fault *fault)
{
    if (voice->phase == VOICE_FREE || voice->phase == VOICE_ENDING || voice->is_complete)
        return fault_set(fault, ERR_CONFLICT, "voice %u plays no file", voice->index);
    if (voice->handover->looping)
        return fault_set(fault, ERR_CONFLICT, "voice %u plays a loop: no file can follow", voice->index);
    return ERR_OK;
}

enum err voice_queue(struct voice *voice, const struct located *located, struct id request, struct fault *fault)
{
    if (voice_may_queue(voice, fault) != ERR_OK)
        return ERR_CONFLICT;
    nothing_follows(voice);
    uint32_t present = atomic_load(&voice->handover->word) & HANDOVER_PRESENT;
    struct handover_piece *piece = &voice->handover->pieces[!present];
    *piece = (struct handover_piece){ .frames = -1,
                                      .from = located->treatment.from,
                                      .until = located->treatment.until,
                                      .tempo = 1,
                                      .bpm = voice_follows(voice) && !located->is_one_shot ? located->bpm : 0,
                                      .is_drums = located->is_drums,
                                      .treatment = located->treatment };
    snprintf(piece->path, sizeof(piece->path), "%s", located->path);
    memcpy(piece->media, located->media.b, sizeof(piece->media));
    memcpy(piece->queued, request.b, sizeof(piece->queued));
    voice->is_next_copy = !id_is_zero(located->instead_of);
    atomic_fetch_or(&voice->handover->word, HANDOVER_FOLLOWS);
    voice_open_next(voice);
    return ERR_OK;
}
