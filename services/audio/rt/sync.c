#include "services/audio/rt/sync.h"

#include "services/audio/rt/instance.h"
#include "services/audio/rt/midi_out.h"
#include "services/audio/rt/mixer.h"
#include "services/audio/rt/sequencer.h"
#include "services/audio/rt/sync_lead.h"

static const float OFFSET_MOST = 0.1f; /* s */

/* ---- MIDI clock out ---- */

/* Sends the message with the sound of its frame. False: there is no room yet. */
static bool send_midi(struct engine *engine, uint32_t at, uint32_t length, uint8_t status, uint32_t value)
{
    struct engine_midi message = { .at = at + mixer_delay(engine),
                                   .length = (uint8_t)length,
                                   .bytes = { status, (uint8_t)(value & 0x7f), (uint8_t)(value >> 7 & 0x7f) } };

    return midi_out_send(&engine->half->midi_out, engine->period, &message);
}

/* Frames by which the clock leaves later than its music; below 0: earlier. */
static int64_t clock_offset(const struct engine *engine)
{
    const float offset = engine->score->midi_clock_offset, most = OFFSET_MOST;

    return (int64_t)floor((double)number_within(offset, -most, most) * engine->half->rate + 0.5);
}

static bool report_position(struct engine *engine, uint32_t at, double place)
{
    int64_t step = (int64_t)ceil(place);

    if (step == 0)
        return send_midi(engine, at, 1, MIDI_START, 0);
    return send_midi(engine, at, 3, MIDI_POSITION, (uint32_t)(step > 0 ? step & 0x3fff : 0)) &&
           send_midi(engine, at, 1, MIDI_CONTINUE, 0);
}

/* True if no stop is left to be sent. */
static bool send_stop(struct engine *engine)
{
    struct sync *sync = &engine->half->sync;

    if (sync->stops && send_midi(engine, engine->at, 1, MIDI_STOP, 0))
        sync->stops = 0;
    return !sync->stops;
}

/* A start cannot leave before its music; what should have been sent by then follows it at once. */
static void send_start(struct engine *engine, uint32_t frames)
{
    struct sync *sync = &engine->half->sync;

    if (!sync->starts || sync->start_frame >= engine->now + frames)
        return;
    sync->starts =
        !report_position(engine,
                         engine->at + (uint32_t)(sync->start_frame > engine->now ? sync->start_frame - engine->now : 0),
                         sync->start_place);
}

/* The next clock of the music from here on. */
static int64_t tick_after(const struct engine *engine)
{
    return (int64_t)ceil(transport_place(&engine->half->transport, engine->now) * SYNC_TICKS_A_STEP - 0.01);
}

/* At the first step, after the count-in. */
static void play_begins(struct engine *engine)
{
    struct sync *sync = &engine->half->sync;
    double place = transport_place(&engine->half->transport, engine->now);

    if (sync->playing)
        return;
    sync->playing = 1;
    sync->next_tick = tick_after(engine);
    sync->starts = engine->score->midi_clock_out != 0;
    sync->start_frame = engine->now + (clock_offset(engine) > 0 ? clock_offset(engine) : 0);
    sync->start_place = place;
    sync_jack_roll(engine);
}

void sync_due(struct engine *engine)
{
    const struct transport *transport = &engine->half->transport;

    if (transport->running && transport_frame_of(transport, transport->from) <= engine->now)
        play_begins(engine);
}

/* The frame of the music that the next clock belongs to. */
static int64_t tick_frame(const struct engine *engine)
{
    return transport_frame_of(&engine->half->transport, (double)engine->half->sync.next_tick / SYNC_TICKS_A_STEP);
}

/* A MIDI clock that runs while the transport is stopped continues after the last tick of the music. */
static void play_ends(struct engine *engine)
{
    struct sync *sync = &engine->half->sync;

    sync_jack_stop(engine);
    if (!sync->playing)
        return;
    sync->playing = 0;
    sync->idle_tick = (double)(tick_frame(engine) + clock_offset(engine));
    sync->stops |= engine->score->midi_clock_out && !sync->starts;
    (void)send_stop(engine);
}

/* Clocks in the transport's tempo, without a place. After a gap they begin again now. */
static void send_idle_clocks(struct engine *engine, uint32_t frames)
{
    struct sync *sync = &engine->half->sync;
    const double apart = engine->half->transport.step_frames / SYNC_TICKS_A_STEP, now = (double)engine->now;

    if (!(sync->idle_tick >= now && sync->idle_tick <= now + 2 * apart))
        sync->idle_tick = now;
    while (sync->idle_tick < now + frames &&
           send_midi(engine, engine->at + (uint32_t)(sync->idle_tick - now), 1, MIDI_CLOCK, 0))
        sync->idle_tick += apart;
}

/* Devices count the clocks, so those of a gap leave after it, in order, while other messages keep room. */
void sync_clock_out(struct engine *engine, uint32_t frames)
{
    struct sync *sync = &engine->half->sync;
    const struct transport *transport = &engine->half->transport;
    const int64_t offset = clock_offset(engine);

    if (!engine->score->midi_clock_out) {
        sync->starts = sync->stops = 0;
        sync->next_tick = tick_after(engine);
        return;
    }
    if (!send_stop(engine))
        return;
    if ((!sync->playing || !transport->running) && engine->score->midi_clock_stopped)
        send_idle_clocks(engine, frames);
    if (!sync->playing || !transport->running)
        return;
    send_start(engine, frames);
    if (engine->now - tick_frame(engine) > 2 * (int64_t)engine->half->rate) /* no gap is as long: damage */
        sync->next_tick = tick_after(engine);
    for (uint32_t i = 0; i < frames && !sync->starts; i++) {
        int64_t frame = tick_frame(engine) + offset;
        if (frame >= engine->now + frames ||
            (frame < engine->now && midi_out_is_busy(&engine->half->midi_out, engine->period)) ||
            !send_midi(engine, engine->at + (uint32_t)(frame > engine->now ? frame - engine->now : 0), 1, MIDI_CLOCK,
                       0))
            return;
        sync->next_tick++;
    }
}

/* ---- the transport itself ---- */

void sync_start(struct engine *engine, uint32_t bars)
{
    struct sync *sync = &engine->half->sync;

    if (engine->half->transport.running)
        return;
    transport_start(&engine->half->transport, engine->now, bars);
    sync->ticks = (int64_t)floor(engine->half->transport.place * SYNC_TICKS_A_STEP);
    sequencer_place(engine);
}

void sync_locate(struct engine *engine, double place)
{
    bool running = engine->half->transport.running;

    play_ends(engine);
    transport_locate(&engine->half->transport, engine->now, place);
    sequencer_rewind(engine, 0);
    sequencer_place(engine);
    if (running)
        play_begins(engine);
}

void sync_stop(struct engine *engine)
{
    play_ends(engine);
    transport_stop(&engine->half->transport, engine->now);
    sequencer_place(engine);
}

bool sync_cue_start(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    (void)producer;
    if (sync_mode(engine) == SYNC_FOLLOW_JACK)
        engine->period->jack_ask = 1;
    else
        sync_start(engine, (uint32_t)number_within(cue->value, 0, 8));
    return true;
}

bool sync_cue_stop(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    (void)cue, (void)producer;
    if (sync_mode(engine) == SYNC_FOLLOW_JACK)
        engine->period->jack_ask = -1;
    else
        sync_stop(engine);
    return true;
}

bool sync_cue_locate(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    (void)producer;
    if (sync_mode(engine) == SYNC_FOLLOW_JACK || sync_mode(engine) == SYNC_LEAD_JACK)
        sync_jack_locate(engine, cue->from);
    if (sync_mode(engine) != SYNC_FOLLOW_JACK)
        sync_locate(engine, cue->from);
    return true;
}
