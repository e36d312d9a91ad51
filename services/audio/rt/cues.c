#include "services/audio/rt/cues.h"

#include <string.h>

#include "services/audio/rt/capture.h"
#include "services/audio/rt/cues_queue.h"
#include "services/audio/rt/instance.h"
#include "services/audio/rt/midi_out.h"
#include "services/audio/rt/mixer.h"
#include "services/audio/rt/outputs.h"
#include "services/audio/rt/pads.h"
#include "services/audio/rt/sequencer.h"
#include "services/audio/rt/sounds_cues.h"
#include "services/audio/rt/streams.h"
#include "services/audio/rt/sync.h"

enum { CUES_A_PERIOD = 256 }; /* read from each ring, at most */

/* ---- effects of cues ---- */

static bool silence_all(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    uint32_t frames = core_panic_frames(engine);

    (void)cue, (void)producer;
    engine->panic = true;
    sync_stop(engine);
    streams_silence(engine, frames);
    sounds_silence(engine, frames);
    sequencer_silence(engine, frames);
    mixer_close_returns(engine, frames);
    outputs_panic(engine);
    midi_out_drop_notes(&engine->half->midi_out, engine->period, engine->at);
    cues_forget_starts(engine);
    return true;
}

static bool reset_meters(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    struct engine_half *half = engine->half;

    (void)cue, (void)producer;
    half->xruns = half->lost = half->streams.underruns = 0;
    half->worst_load = 0;
    mixer_reset_meters(engine);
    return true;
}

/* At once: the lights of a controller do not wait for the limiter. */
static bool send_to_controllers(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    struct engine_period *period = engine->period;
    struct engine_midi *to;

    (void)producer;
    if (!period->control_out || period->control_out_count >= ENGINE_MIDI || cue->voice == 0 ||
        cue->voice > sizeof(to->bytes) || !(cue->from & 0x80) || cue->generation >= MIDI_PORTS)
        return false;
    to = &period->control_out[period->control_out_count++];
    *to = (struct engine_midi){ .at = engine->at, .length = (uint8_t)cue->voice, .port = (uint8_t)cue->generation };
    for (uint32_t i = 0; i < cue->voice; i++)
        to->bytes[i] = (uint8_t)(cue->from >> 8 * i);
    return true;
}

typedef bool (*doer)(struct engine *engine, const struct cue *cue, uint32_t producer);

static const doer doers[CUE_VERBS] = {
    [CUE_STREAM_START] = streams_start,       [CUE_STREAM_STOP] = streams_stop,
    [CUE_STREAM_GAIN] = streams_gain,         [CUE_SOUND_START] = sounds_cue_start,
    [CUE_SOUND_STOP] = sounds_cue_stop,       [CUE_SOUND_GAIN] = sounds_cue_gain,
    [CUE_SOUND_RELEASE] = sounds_cue_release, [CUE_PANIC] = silence_all,
    [CUE_TRANSPORT_START] = sync_cue_start,   [CUE_TRANSPORT_STOP] = sync_cue_stop,
    [CUE_TRANSPORT_LOCATE] = sync_cue_locate, [CUE_CAPTURE_START] = capture_cue_start,
    [CUE_CAPTURE_STOP] = capture_cue_stop,    [CUE_PAD_HIT] = pads_cue_hit,
    [CUE_PAD_RELEASE] = pads_cue_release,     [CUE_METERS_RESET] = reset_meters,
    [CUE_SOUND_SHAPE] = sounds_cue_shape,     [CUE_CONTROL_SEND] = send_to_controllers,
    [CUE_STREAM_PAUSE] = streams_pause,
};

static void execute_cue(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    doer does = cue->verb < CUE_VERBS ? doers[cue->verb] : NULL;

    cues_answer(engine, cue, producer, does && does(engine, cue, producer));
}

/* ---- reading ---- */

/* Does a due cue at once, after all that were read before it. A later cue without room is refused. */
static void take_cue(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    if (cue->frame <= engine->now)
        execute_cue(engine, cue, producer);
    else if (!cues_wait(engine, cue, producer))
        cues_answer(engine, cue, producer, false);
}

static void take_cues(struct engine *engine, uint32_t producer)
{
    struct cues *cues = &engine->half->cues;
    struct ring *ring = &engine->cues[producer];
    struct cue cue;

    if (cues->taken[producer] - ring_taken(ring) > ring_ready(ring))
        cues->taken[producer] = ring_taken(ring);
    for (uint32_t i = 0; i < CUES_A_PERIOD; i++) {
        struct ring_span span = ring_look(ring, cues->taken[producer], 1);
        if (span.cells[0] == 0)
            return;
        memcpy(&cue, span.at[0], sizeof(cue));
        cue.frame = cue.frame > engine->now ? cue.frame : engine->now;
        cues->taken[producer]++;
        take_cue(engine, &cue, producer);
    }
}

void cues_read(struct engine *engine)
{
    cues_due(engine);
    for (uint32_t producer = 0; producer < CUES_RINGS; producer++)
        take_cues(engine, producer);
}

void cues_due(struct engine *engine)
{
    struct cues *cues = &engine->half->cues;

    while (cues->count && cues_next(engine) <= engine->now) {
        struct cues_waiting next = cues->waiting[--cues->count];
        execute_cue(engine, &next.cue, next.producer);
    }
}

void cues_release(struct engine *engine)
{
    for (uint32_t producer = 0; producer < CUES_RINGS; producer++)
        ring_release(&engine->cues[producer], engine->half->cues.taken[producer]);
}
