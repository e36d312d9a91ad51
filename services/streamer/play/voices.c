#include "services/streamer/play/voices.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "schema_service.h"
#include "services/streamer/play/together.h"
#include "services/streamer/play/voice.h"
#include "services/streamer/play/voice_acts.h"
#include "services/streamer/play/voice_cues.h"
#include "services/streamer/play/voice_cuts.h"
#include "services/streamer/play/voice_feed.h"
#include "services/streamer/play/voice_follow.h"
#include "services/streamer/play/voice_hits.h"
#include "services/streamer/play/voice_place.h"

enum {
    LOOP_KEYS = 12,
    PULLS_A_TICK = 8,
    DOUBT_US = 1000000,
    FINE_A_PROCESSOR = 2,
    UNBEGUN = 2 /* generations, at most */
};

static const double dire = 0.5; /* seconds: a ring with less is filled before all others */

/* ---- opening ---- */

static void clear_handover(struct voices *voices)
{
    struct handover *handover = voices->handover;

    if (handover->version == HANDOVER_VERSION)
        return;
    memset(handover, 0, sizeof(*handover));
    handover->version = HANDOVER_VERSION;
}

/* Brings values into their ranges, and ends each path with a zero, because the shared memory may be damaged. */
static void close_paths(struct handover_voice *handover)
{
    for (int i = 0; i < 2; i++) {
        handover->pieces[i].path[sizeof(handover->pieces[i].path) - 1] = 0;
        handover->sought[i].path[sizeof(handover->sought[i].path) - 1] = 0;
    }
    if (!(handover->gain >= 0 && handover->gain <= 8))
        handover->gain = 1;
    if (!(handover->pan >= -1 && handover->pan <= 1))
        handover->pan = 0;
    if (!(fabs(handover->semitones) <= 24))
        handover->semitones = 0;
    if (!(handover->follow.beat_frames >= 1 && handover->follow.beat_frames < 1e8 &&
          fabs(handover->follow.beat) < 1e12 && fabs(handover->follow.frame) < 1e15))
        handover->follow = (struct handover_follow){ 0 };
    if (!(handover->loop_length >= 256 && handover->loop_length < 1e12) || handover->loop_from < 0)
        handover->loop_length = 0;
    voice_cuts_mend(handover);
    handover->paused = handover->paused != 0;
    if (handover->loop_key > LOOP_KEYS)
        handover->loop_key = 0;
    for (int i = 0; i < 2; i++)
        if (!(handover->pieces[i].tempo >= 0.25 && handover->pieces[i].tempo <= 4))
            handover->pieces[i].tempo = 1;
    if (handover->group >= GROUPS)
        handover->group = GROUP_STREAMS;
}

static void inherit_voice(struct voice *voice)
{
    uint32_t phase = atomic_load(&voice->handover->phase);
    struct voice_plan *plan = &voice->plan;

    if (phase == HANDOVER_NOTHING || phase > HANDOVER_STOPPING)
        return;
    close_paths(voice->handover);
    voice_feed_inherit(voice);
    voice->generation = atomic_load(&voice->memory->generation);
    voice->begins = voice->handover->begins;
    voice->format = (struct reader_format){ .frames = -1 };
    *plan = (struct voice_plan){ .group = (enum score_group)voice->handover->group,
                                 .from = voice_piece(voice)->from,
                                 .at = CUE_NOW,
                                 .began = CUE_NOW,
                                 .loop = voice->handover->looping,
                                 .loop_from = voice->handover->loop_from,
                                 .loop_length = voice->handover->loop_length,
                                 .loop_key = voice->handover->loop_key,
                                 .gain = voice->handover->gain,
                                 .pan = voice->handover->pan,
                                 .tempo = voice_piece(voice)->tempo,
                                 .semitones = voice->handover->semitones,
                                 .is_drums = voice_piece(voice)->is_drums };
    memcpy(plan->loop_project.b, voice->handover->project, sizeof(plan->loop_project.b));
    voice->ends = -1;
    voice->is_cued = voice->is_made = true;
    voice->is_resuming = true;
    voice->is_complete = stream_end(voice->memory, voice->generation) != UINT64_MAX;
    voice->phase = VOICE_PLAYING;
    voice->since = clock_steady();
}

/* A stretched voice gets a new generation that is in step with the sound. */
static void realign_heir(struct voice *voice)
{
    const struct state_voice *state = &voice->all->core->state.streams[voice->index];

    if (voice->is_heir && voice->phase == VOICE_PLAYING && !voice->is_complete &&
        state->generation == voice->generation)
        voice_realign(voice);
}

/* Resumes a predecessor's voice. A stretched voice whose beginning is still to come is realigned when it sounds. A
 * voice whose start is uncertain is stopped, because its client repeats the ask. */
static void take_up(struct voice *voice)
{
    const struct state *state = &voice->all->core->state;
    bool is_asked = ring_space(&voice->all->core->cues) < CUES_CELLS;
    bool waits = voice_is_to_come(voice) && voice->handover->cued == voice->generation;
    bool plays = state->streams[voice->index].generation == voice->generation;
    const struct id seeker = voice_feed_seeker(voice);
    bool seeks = atomic_load(&voice->handover->seeks);
    struct fault fault = { 0 };

    if (voice->phase != VOICE_PLAYING)
        return;
    if (atomic_load(&voice->handover->phase) != HANDOVER_PLAYING) {
        voice_stop(voice, 0.005f);
        return;
    }
    voice_pause_again(voice);
    if (!waits && !plays && (!is_asked || voice_is_to_come(voice)))
        voice->phase = VOICE_FILLING;
    voice->is_heir = voice_is_stretched(voice);
    if (!voice->is_complete && voice->is_heir && !waits)
        voice_realign(voice);
    else if (!voice->is_complete && !voice->is_heir)
        voice_open(voice);
    if (atomic_load(&voice->handover->word) & HANDOVER_FOLLOWS)
        voice_open_next(voice);
    if (seeks && voice->phase != VOICE_FREE)
        (void)voice_seek(voice, voice->handover->seek_from, seeker, &fault);
    log_info("voice %u continues with %s", voice->index, voice_piece(voice)->path);
}

/* ---- what a predecessor did for an unanswered ask ---- */

static bool is_id(const uint8_t handover[16], struct id request)
{
    return memcmp(handover, request.b, sizeof(request.b)) == 0;
}

/* True if this ask has queued a file, which may sound already or may have ended. */
static bool has_queued(const struct voice *voice, struct id request)
{
    uint32_t word = atomic_load(&voice->handover->word);
    const struct handover_piece *other = &voice->handover->pieces[!(word & HANDOVER_PRESENT)];

    return is_id(voice_piece(voice)->queued, request) ||
           ((word & HANDOVER_FOLLOWS || other->generation != 0) && is_id(other->queued, request));
}

static bool has_sought(const struct voice *voice, struct id request)
{
    return is_id(voice_piece(voice)->seeker, request) ||
           (atomic_load(&voice->handover->seeks) && is_id(voice->handover->seeker, request));
}

static bool have_done(const void *state, struct id request)
{
    const struct voices *voices = state;

    for (uint32_t i = 0; i < STREAMS; i++)
        if (has_queued(&voices->each[i], request) || has_sought(&voices->each[i], request))
            return true;
    return false;
}

/* A predecessor may have sent the last cue and died before it changed the phase. */
static void note_start(struct voice *voice)
{
    struct handover_voice *handover = voice->handover;

    if (atomic_load(&handover->phase) == HANDOVER_STARTING && handover->started &&
        core_link_effects(voice->all->core) >= handover->started)
        atomic_store(&handover->phase, HANDOVER_PLAYING);
}

void voices_open(struct voices *voices)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    voices->scratch = alloc_zeroed(voice_feed_scratch(), sizeof(float));
    voices->fine_stretches = processors > 0 ? FINE_A_PROCESSOR * (uint32_t)processors : FINE_A_PROCESSOR;
    clear_handover(voices);
    for (uint32_t i = 0; i < STREAMS; i++) {
        struct voice *voice = &voices->each[i];
        voice->all = voices;
        voice->index = i;
        voice->memory = studio_stream(voices->core->studio, i, &voice->ring);
        voice->handover = &voices->handover->voices[i];
        note_start(voice);
        inherit_voice(voice);
    }
    recall_settle(voices->service, core_link_effects(voices->core), have_done, voices);
}

void voices_resume(struct voices *voices)
{
    for (uint32_t i = 0; i < STREAMS; i++)
        take_up(&voices->each[i]);
}

void voices_close(struct voices *voices)
{
    for (uint32_t i = 0; i < STREAMS; i++) {
        struct voice *voice = &voices->each[i];
        reader_close(voice->reader);
        reader_close(voice->following);
        resample_free(voice->resample);
        stretch_free(voice->stretch);
    }
    free(voices->scratch);
}

/* ---- notes of the audio core ---- */

/* True if a panic stopped what sounded before a seek or a change of tempo, whose generation the core has not begun, or
 * dropped the cue that starts the voice. */
static bool is_silenced(const struct voice *voice, const struct note *note)
{
    const uint32_t later = voice->generation - note->generation;

    if (!voice->is_cued)
        return false;
    if (note->kind == NOTE_CUE_REFUSED)
        return note->value == (float)CUE_STREAM_START && note->generation == voice->handover->cued;
    return note->kind == NOTE_STREAM_ENDED && note->value > 0 && later > 0 && later <= UNBEGUN;
}

/* A voice begins to sound, at first or after a seek, or it ends. */
static void note_deed(struct voice *voice, const struct note *note)
{
    if (note->kind == NOTE_STREAM_ENDED)
        voice_acts_add(voice, LOOP_DEED_STOP, note->value > 0 ? note->frame : CUE_NOW, -1);
    else if (note->kind == NOTE_STREAM_STARTED && note->generation == voice->generation)
        voice_acts_add(voice, LOOP_DEED_PLAY, note->frame, (double)voice->plan.gain);
    else if (note->kind == NOTE_STREAM_PAUSED && (note->value > 0 || note->generation == voice->generation))
        voice_acts_pause(voice, note);
}

void voices_note(struct voices *voices, const struct note *note)
{
    struct voice *voice = note->voice < STREAMS ? &voices->each[note->voice] : NULL;

    voice_acts_note(voices, note);
    if (!voice || voice->phase == VOICE_FREE)
        return;
    note_deed(voice, note);
    if (is_silenced(voice, note)) {
        voice_stay(voice);
        voice_end(voice, STREAM_END_STOPPED, "");
        return;
    }
    if (note->generation != voice->generation)
        return;
    if (note->kind == NOTE_STREAM_ENDED)
        voice_end(voice, note->value > 0 ? STREAM_END_STOPPED : STREAM_END_PLAYED, "");
    else if (note->kind == NOTE_STREAM_DRY || note->kind == NOTE_STREAM_WET)
        voice_stall(voice, note->kind == NOTE_STREAM_DRY);
}

/* ---- the tick ---- */

/* The core has nothing more to play of it: no generation sounds, nor one before it that sounds until it is due. */
static bool is_over(const struct voice *voice)
{
    const uint32_t sounds = voice->all->core->state.streams[voice->index].generation;
    const bool sounds_other = sounds == 0 || voice->generation - sounds > UNBEGUN;

    if (voice->phase == VOICE_ENDING)
        return sounds_other;
    return voice->phase == VOICE_PLAYING && !voice_is_to_come(voice) &&
           (voice->is_complete ? sounds_other : sounds == 0);
}

/* Notes may be lost. So a voice has also ended if the core does not play it. */
static void doubt_voice(struct voice *voice)
{
    struct core_link *core = voice->all->core;

    if (is_over(voice) && clock_steady() - voice->since > DOUBT_US &&
        core_link_check(core, CORE_PAUSE_US, NULL) == ERR_OK && ring_space(&core->cues) == CUES_CELLS)
        voice_end(voice, voice->is_complete && voice->phase == VOICE_PLAYING ? STREAM_END_PLAYED : STREAM_END_STOPPED,
                  "");
}

/* The server's rate changed: converts the rest again, from the sounding frame on. */
static void follow_rate(struct voice *voice)
{
    struct fault fault = { 0 };

    if (voice->phase != VOICE_PLAYING || voice_piece(voice)->rate == core_link_rate(voice->all->core) || !voice->reader)
        return;
    if (voice_seek(voice, voice_sounding_frame(voice), (struct id){ { 0 } }, &fault) != ERR_OK)
        voice_fail(voice, &fault);
}

static int by_need(const void *a, const void *b)
{
    double first = voice_ahead(*(struct voice *const *)a), second = voice_ahead(*(struct voice *const *)b);

    return (first > second) - (first < second);
}

/* Feeds the emptiest rings first, and only some at a time, so that an ask never waits long. */
static void feed_hungry(struct voices *voices)
{
    struct voice *hungry[STREAMS];
    uint32_t count = 0;

    for (uint32_t i = 0; i < STREAMS; i++)
        if (voices->each[i].phase >= VOICE_FILLING)
            hungry[count++] = &voices->each[i];
    qsort(hungry, count, sizeof(*hungry), by_need);
    for (uint32_t i = 0; i < count && (i < PULLS_A_TICK || voice_ahead(hungry[i]) < dire); i++)
        voice_feed(hungry[i]);
}

void voices_tick(struct voices *voices)
{
    for (uint32_t i = 0; i < STREAMS; i++) {
        struct voice *voice = &voices->each[i];
        doubt_voice(voice);
        follow_rate(voice);
        realign_heir(voice);
        if (voice_follow_look(voice))
            voice_realign(voice);
        voice_feed_drain(voice);
        voice_feed_check(voice);
        voice_hits_tick(voice);
    }
    together_tick(voices);
    feed_hungry(voices);
}

bool voices_busy(const struct voices *voices)
{
    for (uint32_t i = 0; i < STREAMS; i++)
        if (voices->each[i].phase != VOICE_FREE)
            return true;
    return false;
}

struct voice *voices_find(struct voices *voices, struct id request)
{
    for (uint32_t i = 0; i < STREAMS; i++) {
        struct voice *voice = &voices->each[i];
        if (voice->phase != VOICE_FREE && voice->phase != VOICE_ENDING &&
            memcmp(voice->handover->request, request.b, sizeof(request.b)) == 0)
            return voice;
    }
    return NULL;
}

enum err voices_may_stop(struct voices *voices, struct call *call, bool (*is_one)(const struct voice *, const void *),
                         const void *state)
{
    uint32_t cues = 0;

    for (uint32_t i = 0; i < STREAMS; i++)
        cues += is_one(&voices->each[i], state) && voice_is_sounding(&voices->each[i]);
    if (!core_link_has_room(voices->core, cues))
        return refuse(call, ERR_BUSY, "the queue of the audio core is full: ask again in a moment");
    recall_prepare(call, &(struct nothing){ 0 }, core_link_effects(voices->core) + cues);
    return ERR_OK;
}
