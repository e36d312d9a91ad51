#include "services/audio/rt/sync_follow.h"

#include "services/audio/rt/instance.h"
#include "services/audio/rt/sequencer.h"
#include "services/audio/rt/sync.h"
#include "services/audio/rt/sync_lead.h"

static const double NUDGE_MOST = 0.9; /* steps; a larger difference is a jump to another place */

/* ---- following JACK ---- */

/* Snaps to a step within half a frame, or within the slack of JACK's whole ticks. */
static double snap_to_step(const struct engine *engine, double place, double slack)
{
    double frame = 1 / engine->half->transport.step_frames, step = floor(place + frame / 2 + slack);

    return step - place <= slack + frame / 2 && step - place >= -frame / 2 ? step : place;
}

static bool has_jack_step(const struct engine_period *period)
{
    return period->jack_step >= 0 && period->jack_step < 1e9;
}

/* JACK's place, used when our own place is unknown. */
static double jack_place(const struct engine *engine)
{
    const struct engine_period *period = engine->period;

    if (has_jack_step(period))
        return snap_to_step(engine, period->jack_step, period->jack_slack);
    return snap_to_step(engine, (double)period->jack_frame / engine->half->transport.step_frames, 0);
}

/* The distance in steps from the transport to JACK. */
static double error_of(const struct engine *engine)
{
    const struct engine_period *period = engine->period;
    const struct transport *transport = &engine->half->transport;
    double place = transport_place(transport, engine->now), behind = period->jack_step - place;
    int64_t moved = period->jack_frame - engine->now - engine->half->sync.jack_ahead;

    if (!has_jack_step(period))
        return (double)moved / transport->step_frames;
    return behind > 0 ? behind : behind + period->jack_slack < 0 ? behind + period->jack_slack : 0;
}

static void follow_standing(struct engine *engine)
{
    struct transport *transport = &engine->half->transport;
    double place = floor(jack_place(engine));

    if (transport->running)
        sync_stop(engine);
    if (fabs(place - transport->place) > 0.5)
        sync_locate(engine, place);
}

static void follow_rolling(struct engine *engine)
{
    struct transport *transport = &engine->half->transport;
    double error = transport->running ? error_of(engine) : 0;

    if (!transport->running || !(fabs(error) <= NUDGE_MOST)) {
        sync_locate(engine, jack_place(engine));
        sync_start(engine, 0);
    } else if (fabs(error) * transport->step_frames > 1)
        transport_nudge(transport, engine->now, transport_place(transport, engine->now) + error);
}

static void follow_jack(struct engine *engine)
{
    if (engine->period->jack_state == JACK_ROLLING)
        follow_rolling(engine);
    else
        follow_standing(engine);
    engine->half->sync.jack_ahead = engine->period->jack_frame - engine->now;
}

void sync_period(struct engine *engine)
{
    if (sync_mode(engine) == SYNC_LEAD_JACK) {
        sync_jack_lead(engine);
        return;
    }
    engine->half->sync.asked = 0;
    engine->half->sync.tempo = 0;
    sequencer_set_tempo(engine);
    if (sync_mode(engine) == SYNC_FOLLOW_JACK)
        follow_jack(engine);
}

/* ---- following MIDI ---- */

static void take_interval(struct engine *engine)
{
    struct sync *sync = &engine->half->sync;
    double passed = (double)(engine->now - sync->tick_frame), tick = 2.5 * engine->half->rate;
    bool counts = passed >= tick / TRANSPORT_FASTEST && passed <= tick / TRANSPORT_SLOWEST;
    bool fits = sync->clocks < 2 || (passed > sync->interval_frames / 2 && passed < sync->interval_frames * 2);

    sync->tick_frame = engine->now;
    if (!counts || !fits) { /* a pause or another tempo: start the average again */
        sync->clocks = 1;
        return;
    }
    if (sync->clocks == 1)
        sync->interval_frames = passed;
    sync->clocks = core_least(sync->clocks + 1, SYNC_TICKS_A_BEAT);
    sync->interval_frames += (passed - sync->interval_frames) / sync->clocks;
}

/* The transport goes on in a gap, so the clocks that were due in it count, although they are lost or come late. */
void sync_skip(struct engine *engine)
{
    struct sync *sync = &engine->half->sync;
    double passed = (double)(engine->now - sync->tick_frame), most = number_rate(engine->half->rate);
    double due;

    if (sync_mode(engine) != SYNC_FOLLOW_MIDI || sync->clocks < 2 || !(sync->interval_frames > 0) ||
        !(passed > 0 && passed < most + 2 * sync->interval_frames))
        return;
    due = floor(passed / sync->interval_frames + 0.5);
    sync->ticks += (int64_t)due;
    sync->tick_frame += (int64_t)(due * sync->interval_frames);
    sync->counted = (uint32_t)due;
}

static bool is_counted(const struct engine *engine)
{
    const struct sync *sync = &engine->half->sync;

    return sync->counted && (double)(engine->now - sync->tick_frame) < sync->interval_frames / 2;
}

/* Corrects the difference of phase over the next beat. */
static void take_tick(struct engine *engine)
{
    struct sync *sync = &engine->half->sync;
    struct transport *transport = &engine->half->transport;
    double wanted, error;

    if (is_counted(engine)) {
        sync->counted--;
        return;
    }
    sync->counted = 0;
    take_interval(engine);
    sync->ticks++;
    if (sync->armed) {
        sync->armed = 0;
        sync->ticks = (int64_t)floor(transport->place * SYNC_TICKS_A_STEP);
        sync_start(engine, 0);
    }
    if (sync->clocks < 2 || !(sync->interval_frames > 0))
        return;
    wanted = (double)sync->ticks / SYNC_TICKS_A_STEP;
    error = wanted - transport_place(transport, engine->now);
    if (transport->running && fabs(error) > 1)
        sync_locate(engine, wanted);
    else if (transport->running)
        transport_pace(transport, engine->now,
                       SYNC_TICKS_A_BEAT * sync->interval_frames / (error + SYNC_TICKS_A_BEAT / SYNC_TICKS_A_STEP));
    transport->tempo = 2.5 * engine->half->rate / sync->interval_frames;
}

void sync_midi(struct engine *engine, const struct engine_midi *midi)
{
    struct sync *sync = &engine->half->sync;

    if (sync_mode(engine) != SYNC_FOLLOW_MIDI)
        return;
    switch (midi->bytes[0]) {
    case MIDI_CLOCK:
        take_tick(engine);
        break;
    case MIDI_START:
        sync_stop(engine);
        sync_locate(engine, 0);
        sync->armed = 1;
        break;
    case MIDI_CONTINUE:
        sync->armed = !engine->half->transport.running;
        break;
    case MIDI_STOP:
        sync->armed = 0;
        sync_stop(engine);
        break;
    case MIDI_POSITION:
        if (midi->length == 3 && !engine->half->transport.running)
            sync_locate(engine, (midi->bytes[1] & 0x7f) | (midi->bytes[2] & 0x7f) << 7);
        break;
    default:
        break;
    }
}
