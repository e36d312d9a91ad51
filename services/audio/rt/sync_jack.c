#include "services/audio/rt/instance.h"
#include "services/audio/rt/sequencer.h"
#include "services/audio/rt/sync.h"

enum { JACK_STARTS = 3 };             /* periods from the request to roll to the first period that rolls */
static const double NUDGE_MOST = 0.9; /* steps; a larger difference is a jump to another place */

/* ---- leading ---- */

/* The frame of the audio clock at which JACK rolls after a request in this period. */
static int64_t rolls_at(const struct engine *engine)
{
    return engine->half->frame + (int64_t)JACK_STARTS * engine->period->frames;
}

void sync_jack_locate(struct engine *engine, double place)
{
    engine->period->jack_locate = bbt_frame_of(place, engine->half->transport.step_frames);
}

void sync_jack_roll(struct engine *engine)
{
    struct sync *sync = &engine->half->sync;

    if (sync_mode(engine) != SYNC_LEAD_JACK || sync->asked)
        return;
    sync->asked = 1;
    engine->period->jack_ask = 1;
    sync_jack_locate(engine, transport_place_on(&engine->half->transport, rolls_at(engine)));
}

void sync_jack_stop(struct engine *engine)
{
    if (engine->half->sync.asked && sync_mode(engine) == SYNC_LEAD_JACK)
        engine->period->jack_ask = -1;
    engine->half->sync.asked = 0;
}

/* True if JACK, asked now, would roll in the period in which the music begins. JACK cannot be before place 0, so then
 * it rolls in the next period. */
static bool is_time_to_ask(const struct engine *engine)
{
    const struct transport *transport = &engine->half->transport;
    int64_t first = transport_frame_of(transport, transport->from), then = rolls_at(engine);

    return transport->running && first < then + engine->period->frames && transport_place_on(transport, then) >= 0;
}

void sync_jack_lead(struct engine *engine)
{
    struct sync *sync = &engine->half->sync;
    double tempo = sync->tempo > 0 ? sync->tempo : sequencer_tempo(engine);

    transport_tempo(&engine->half->transport, engine->now, tempo, engine->half->rate);
    if (engine->period->jack_joined && engine->period->jack_state == JACK_STOPPED)
        sync->asked = 0;
    if (!sync->asked && is_time_to_ask(engine))
        sync_jack_roll(engine);
}

void sync_say_lead(struct engine *engine)
{
    const struct transport *transport = &engine->half->transport;
    struct sync *sync = &engine->half->sync;
    double place = transport->running ? transport->from : transport->place;

    sync->tempo = sync_mode(engine) == SYNC_LEAD_JACK ? sequencer_tempo(engine) : 0;
    engine->period->lead = (struct bbt_lead){
        .leads = sync->tempo > 0,
        .plays = sync->asked,
        .place = sync->asked ? transport_place_on(transport, engine->now) : place,
        .tempo = sync->tempo,
        .step_frames = transport->step_frames,
    };
}

/* ---- following ---- */

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

void sync_jack_follow(struct engine *engine)
{
    if (engine->period->jack_state == JACK_ROLLING)
        follow_rolling(engine);
    else
        follow_standing(engine);
    engine->half->sync.jack_ahead = engine->period->jack_frame - engine->now;
}
