#include "services/audio/rt/engine.h"

#include <string.h>

#include "common/rt/denormals.h"
#include "services/audio/rt/capture.h"
#include "services/audio/rt/cues.h"
#include "services/audio/rt/cues_queue.h"
#include "services/audio/rt/instance.h"
#include "services/audio/rt/midi_out.h"
#include "services/audio/rt/mixer.h"
#include "services/audio/rt/notes.h"
#include "services/audio/rt/outputs.h"
#include "services/audio/rt/pads.h"
#include "services/audio/rt/repair.h"
#include "services/audio/rt/row_midi.h"
#include "services/audio/rt/rows.h"
#include "services/audio/rt/sequencer.h"
#include "services/audio/rt/sounds.h"
#include "services/audio/rt/sounds_cues.h"
#include "services/audio/rt/streams.h"
#include "services/audio/rt/sync.h"
#include "services/audio/rt/sync_follow.h"
#include "services/audio/rt/sync_lead.h"

enum { QUIET_PERIODS = 4 }; /* after nothing waits in midi_out, until another client certainly has it */

/* ---- the start of a period ---- */

/* Frames of the server's clock that no owner played. If the clock went back or far ahead, the server is another one;
 * then the time passed gives the gap. */
static int64_t gap_of(const struct engine_half *half, const struct engine_period *period)
{
    const int64_t most = INT64_C(3600) * period->rate;
    int64_t gap = (int64_t)((uint64_t)period->frame - (uint64_t)half->jack_frame);

    if (half->periods == 0)
        return 0;
    if (gap < 0 || gap > 10 * (int64_t)period->rate) {
        double passed = ((double)period->at - (double)half->at) * 1e-6 * period->rate - half->period;
        gap = passed > 0 ? (passed < (double)most ? (int64_t)passed : most) : 0;
    }
    return gap;
}

/* Advances the clock by the gap. Up to a second all that plays advances too and stays in time; a longer absence is a
 * pause. */
static void catch_up_gap(struct engine *engine, int64_t gap)
{
    struct engine_half *half = engine->half;

    half->lost += (uint64_t)gap;
    half->xruns += gap > 0 && !engine->has_taken;
    half->frame += gap;
    engine->now = half->frame;
    if (gap == 0)
        return;
    mixer_skip(engine, (uint64_t)gap);
    capture_gap(engine, (uint64_t)gap);
    midi_out_pass(&half->midi_out, (uint64_t)gap);
    sounds_release_held(engine); /* no owner may have seen the key's release */
    if (gap > half->rate) {
        half->transport.frame += gap;
        return;
    }
    sync_skip(engine);
    streams_skip(engine, (uint32_t)gap);
    sounds_skip(engine, (uint32_t)gap);
    pads_due(engine);
    sequencer_skip(engine);
}

/* Copies the newest score, because the control thread may change the original. */
static void take_score(struct engine *engine)
{
    bool fresh;
    const struct score *shown = snapshot_take(&engine->score_view, &fresh);

    if (fresh || engine->has_taken)
        memcpy(&engine->own_score, shown, sizeof(engine->own_score));
}

/* The controllers lose their messages with a period: the project service sends all again to a new connection. */
static void report_wired(struct engine *engine)
{
    const uint32_t wired = engine->period->control_wired;

    if (wired > engine->control_wired)
        notes_send(engine, CUES_CONTROL, (struct note){ .kind = NOTE_CONTROL_WIRED });
    engine->control_wired = wired;
}

static void begin_period(struct engine *engine, struct engine_period *period)
{
    engine_copy_in(engine);
    engine->period = period;
    take_score(engine);
    engine->at = engine->midi = 0;
    engine->panic = false;
    notes_begin(engine);
    capture_begin(engine);
    repair_half(engine, period->rate);
    streams_follow(engine);
    sequencer_period(engine);
    capture_period(engine);
    pads_period(engine);
    catch_up_gap(engine, gap_of(engine->half, period));
    midi_out_begin(&engine->half->midi_out, period);
    row_midi_period(engine, sequencer_pattern(engine));
    sync_period(engine);
    mixer_period(engine);
    report_wired(engine);
    cues_read(engine);
}

/* ---- events in a period ---- */

static uint32_t midi_at(const struct engine *engine)
{
    const struct engine_period *period = engine->period;

    return core_least(period->midi_in[engine->midi].at, period->frames - 1);
}

static bool has_midi(const struct engine *engine)
{
    return engine->midi < core_least(engine->period->midi_in_count, ENGINE_MIDI);
}

static void do_events(struct engine *engine)
{
    pads_due(engine);
    cues_due(engine);
    for (; has_midi(engine) && midi_at(engine) <= engine->at; engine->midi++)
        pads_midi(engine, &engine->period->midi_in[engine->midi]);
    sync_due(engine);
    sequencer_due(engine);
}

/* Frames until the next event, the end of the block, or the end of the period. */
static uint32_t frames_to_event(const struct engine *engine)
{
    int64_t n = core_least(engine->period->frames - engine->at, CORE_BLOCK);
    int64_t cue = cues_next(engine), step = sequencer_next(engine);

    if (has_midi(engine) && (int64_t)midi_at(engine) - engine->at < n)
        n = (int64_t)midi_at(engine) - engine->at;
    if (cue - engine->now < n)
        n = cue - engine->now;
    if (step - engine->now < n)
        n = step - engine->now;
    return n > 0 ? (uint32_t)n : 1;
}

static void render_block(struct engine *engine, uint32_t frames)
{
    for (int group = 0; group < GROUPS; group++)
        for (int c = 0; c < 2; c++)
            mix_clear(engine->block.group[group][c], frames);
    rows_clear(engine, frames);
    outputs_clear(engine);
    streams_render(engine, frames);
    sounds_render(engine, frames);
    rows_render(engine, frames);
    mixer_render(engine, frames);
}

static bool run_blocks(struct engine *engine)
{
    while (engine->at < engine->period->frames && engine_is_owner(engine)) {
        uint32_t frames;
        do_events(engine);
        frames = frames_to_event(engine);
        sync_clock_out(engine, frames);
        render_block(engine, frames);
        capture_take(engine, frames);
        engine->at += frames;
        engine->now += frames;
    }
    return engine->at == engine->period->frames;
}

/* ---- the end of a period ---- */

static void publish_state(struct engine *engine)
{
    const struct engine_half *half = engine->half;
    const struct transport *transport = &half->transport;
    struct state *state = &engine->state;
    double place = transport_place(transport, half->frame), to_play = transport->from - place;

    *state = (struct state){ .frame = half->frame,
                             .at = half->at,
                             .jack_frame = engine->period->frame,
                             .clock_rate = drift_rate(&half->drift, half->rate),
                             .rate = half->rate,
                             .period = half->period,
                             .instance = engine->instance,
                             .epoch = engine->epoch,
                             .periods = half->periods,
                             .lost = half->lost,
                             .xruns = half->xruns,
                             .load = half->load,
                             .worst_load = half->worst_load,
                             .running = transport->running,
                             .count_in = to_play > 0 ? (uint32_t)ceil(number_within((float)to_play, 0, 1000)) : 0,
                             .tempo = transport->tempo,
                             .swing = sequencer_swing(engine),
                             .begins = transport->frame,
                             .place = transport->place,
                             .step_frames = transport->step_frames,
                             .from = transport->from,
                             .pattern = sequencer_pattern(engine)->serial,
                             .score_serial = engine->score->serial,
                             .pads_begun = half->pads_begun };

    place = to_play > 0 ? transport->from : place;
    state->step = (int64_t)floor(place);
    state->step_phase = place - floor(place);
    if (half->capture[CAPTURE_TAKE].running)
        state->capture = half->capture[CAPTURE_TAKE].header.generation;
    mixer_state(engine, state);
    streams_state(engine, state);
    sounds_state(engine, state);
    slots_put(&engine->state_view, state);
}

/* Makes the period valid, unless another instance has taken over; then publishes its output. */
static bool end_period(struct engine *engine)
{
    struct engine_half *half = engine->half;
    const struct engine_period *period = engine->period;

    sequencer_end_period(engine);
    mixer_end_period(engine);
    midi_out_pass(&half->midi_out, period->frames);
    sounds_let_go(engine);
    half->frame = engine->now;
    half->jack_frame = period->frame + period->frames;
    half->at = period->at;
    drift_period(&half->drift, period->frame, period->at, period->rate);
    half->period = period->frames;
    half->periods++;
    half->load = period->load;
    half->worst_load = period->load > half->worst_load ? period->load : half->worst_load;
    if (!engine_is_owner(engine))
        return false;
    notes_stage(engine, &engine->memory->stage[engine->half_number]);
    capture_stage(engine, &engine->memory->stage[engine->half_number]);
    sync_say_lead(engine);
    if (!engine_flip(engine, period))
        return false;
    cues_release(engine);
    streams_release(engine);
    if (engine_is_owner(engine)) {
        mixer_show_peaks(engine);
        publish_state(engine);
    }
    return true;
}

/* ---- a period ---- */

static void be_silent(struct engine_period *period)
{
    for (int c = 0; c < 2; c++) {
        memset(period->main[c], 0, period->frames * sizeof(float));
        memset(period->preview[c], 0, period->frames * sizeof(float));
    }
    outputs_silence(period);
    period->midi_out_count = period->control_out_count = 0;
    period->jack_ask = 0;
    period->jack_locate = -1;
    period->lead = (struct bbt_lead){ 0 };
}

static bool is_possible(const struct engine_period *period)
{
    return period->frames > 0 && period->frames <= ENGINE_FRAMES && period->rate >= NUMBER_RATE_LEAST &&
           period->rate <= NUMBER_RATE_MOST;
}

static bool sound_period(struct engine *engine, struct engine_period *period)
{
    begin_period(engine, period);
    return run_blocks(engine) && end_period(engine);
}

static bool was_run(const struct engine *engine, const struct engine_period *period)
{
    return engine->frame_before == (uint32_t)period->frame &&
           engine->frame_after == engine->frame_before + period->frames;
}

void engine_run(struct engine *engine, struct engine_period *period)
{
    period->jack_ask = 0;
    period->jack_locate = -1;
    if (was_run(engine, period))
        return;
    no_denormals();
    period->midi_out_count = period->control_out_count = 0;
    if (!is_possible(period) || !engine_holds(engine, period) || !sound_period(engine, period))
        be_silent(period);
    engine->frame_before = (uint32_t)period->frame;
    engine->frame_after = engine->frame_before + period->frames;
}

void engine_end_notes(struct engine *engine)
{
    atomic_store_explicit(&engine->ends_notes, 1, memory_order_relaxed);
}

bool engine_has_ended_notes(const struct engine *engine)
{
    return atomic_load_explicit(&engine->quiet_periods, memory_order_relaxed) >= QUIET_PERIODS;
}
