#include "services/audio/rt/cues.h"

#include <string.h>

#include "services/audio/rt/capture.h"
#include "services/audio/rt/instance.h"
#include "services/audio/rt/midi_out.h"
#include "services/audio/rt/mixer.h"
#include "services/audio/rt/notes.h"
#include "services/audio/rt/outputs.h"
#include "services/audio/rt/pads.h"
#include "services/audio/rt/sequencer.h"
#include "services/audio/rt/sounds.h"
#include "services/audio/rt/streams.h"
#include "services/audio/rt/sync.h"

enum { CUES_A_PERIOD = 256 }; /* read from each ring, at most */

static void answer_cue(struct engine *engine, const struct cue *cue, uint32_t producer, bool done)
{
    notes_send(engine, producer,
               (struct note){ .kind = done ? NOTE_CUE_DONE : NOTE_CUE_REFUSED,
                              .producer = producer,
                              .voice = cue->voice,
                              .generation = cue->generation,
                              .sound = cue->sound,
                              .tag = cue->tag,
                              .value = (float)cue->verb });
}

/* ---- dropping cues ---- */

typedef bool (*chooser)(const struct cues_waiting *waiting, uint32_t a, uint32_t b);

static void forget_cues(struct engine *engine, chooser chosen, uint32_t a, uint32_t b)
{
    struct cues *cues = &engine->half->cues;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < cues->count; i++) {
        if (chosen(&cues->waiting[i], a, b)) {
            answer_cue(engine, &cues->waiting[i].cue, cues->waiting[i].producer, false);
            continue;
        }
        if (kept < i)
            cues->waiting[kept] = cues->waiting[i];
        kept++;
    }
    cues->count = kept;
}

static bool is_start(const struct cues_waiting *waiting, uint32_t unused_a, uint32_t unused_b)
{
    uint32_t verb = waiting->cue.verb;

    (void)unused_a, (void)unused_b;
    return verb == CUE_STREAM_START || verb == CUE_SOUND_START || verb == CUE_PAD_HIT || verb == CUE_TRANSPORT_START;
}

static bool starts_stream(const struct cues_waiting *waiting, uint32_t voice, uint32_t generation)
{
    return waiting->cue.verb == CUE_STREAM_START && waiting->cue.voice == voice &&
           waiting->cue.generation == generation;
}

static bool starts_sound(const struct cues_waiting *waiting, uint32_t producer, uint32_t tag)
{
    return (waiting->cue.verb == CUE_SOUND_START || waiting->cue.verb == CUE_SOUND_SHAPE) &&
           waiting->producer == producer && waiting->cue.tag == tag;
}

void cues_forget_stream(struct engine *engine, uint32_t voice, uint32_t generation)
{
    forget_cues(engine, starts_stream, voice, generation);
}

bool cues_aim_stream(struct engine *engine, const struct cue *gain)
{
    struct cues *cues = &engine->half->cues;
    bool found = false;

    for (uint32_t i = 0; i < cues->count; i++) {
        if (!starts_stream(&cues->waiting[i], gain->voice, gain->generation))
            continue;
        cues->waiting[i].cue.value = gain->value;
        cues->waiting[i].cue.pan = gain->pan;
        found = true;
    }
    return found;
}

bool cues_aim_sounds(struct engine *engine, const struct cue *change, uint32_t producer)
{
    struct cues *cues = &engine->half->cues;
    bool found = false;

    for (uint32_t i = 0; i < cues->count; i++) {
        struct cue *start = &cues->waiting[i].cue;
        if (start->verb != CUE_SOUND_START || !starts_sound(&cues->waiting[i], producer, change->tag))
            continue;
        start->value = change->flags & CUE_KEEP_GAIN ? start->value : change->value;
        start->pan = change->flags & CUE_KEEP_PAN ? start->pan : change->pan;
        start->ratio = change->flags & CUE_KEEP_RATIO ? start->ratio : change->ratio;
        found = true;
    }
    return found;
}

void cues_forget_sounds(struct engine *engine, uint32_t producer, uint32_t tag)
{
    forget_cues(engine, starts_sound, producer, tag);
}

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
    forget_cues(engine, is_start, 0, 0);
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
};

static void execute_cue(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    doer does = cue->verb < CUE_VERBS ? doers[cue->verb] : NULL;

    answer_cue(engine, cue, producer, does && does(engine, cue, producer));
}

/* ---- waiting cues; the earliest is last ---- */

/* Inserts before the first cue that is due at the same time or earlier. */
static void insert_cue(struct cues *cues, const struct cue *cue, uint32_t producer)
{
    struct cues_waiting *waiting = cues->waiting;
    uint32_t low = 0, high = cues->count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (waiting[middle].cue.frame <= cue->frame)
            high = middle;
        else
            low = middle + 1;
    }
    memmove(&waiting[low + 1], &waiting[low], (cues->count - low) * sizeof(*waiting));
    waiting[low] = (struct cues_waiting){ .cue = *cue, .producer = producer };
    cues->count++;
}

/* Does a due cue at once, after all that were read before it. A later cue without room is refused. */
static void take_cue(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    struct cues *cues = &engine->half->cues;

    if (cue->frame <= engine->now)
        execute_cue(engine, cue, producer);
    else if (cues->count < CUES_WAITING)
        insert_cue(cues, cue, producer);
    else
        answer_cue(engine, cue, producer, false);
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

int64_t cues_next(const struct engine *engine)
{
    const struct cues *cues = &engine->half->cues;

    return cues->count ? cues->waiting[cues->count - 1].cue.frame : INT64_MAX;
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
