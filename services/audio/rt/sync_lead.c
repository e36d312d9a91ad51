#include "services/audio/rt/sync_lead.h"

#include "services/audio/rt/instance.h"
#include "services/audio/rt/sequencer.h"

enum { JACK_STARTS = 3 }; /* periods from the request to roll to the first period that rolls */

uint32_t sync_mode(const struct engine *engine)
{
    return engine->score->sync;
}

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
