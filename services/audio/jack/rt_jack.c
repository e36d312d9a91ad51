#include "services/audio/jack/rt_jack.h"

#include <string.h>

enum { STACK_BYTES = 128 << 10 };

/* The server's frame count has 32 bits. The machine's clock gives the upper half, so that two processes on one server
 * agree, whenever they started. */
static int64_t rt_widen(struct client *client, uint32_t now)
{
    int64_t since_boot = (int64_t)((double)jack_get_time() * client->period.rate / 1e6);

    if (client->has_clock)
        return client->frame + (int32_t)(now - (uint32_t)client->frame);
    client->has_clock = true;
    return now + ((since_boot - now + (INT64_C(1) << 31)) >> 32) * (INT64_C(1) << 32);
}

static void rt_fetch_clock(struct client *client)
{
    uint32_t now = jack_last_frame_time(client->jack);

    client->period.rate = atomic_load_explicit(&client->rate, memory_order_relaxed);
    client->period.jack_joined = !client->has_clock;
    client->frame = rt_widen(client, now);
    client->period.frame = client->frame;
    client->period.at = (int64_t)jack_frames_to_time(client->jack, now) +
                        atomic_load_explicit(&client->clock_ahead, memory_order_relaxed);
}

/* The messages of a port that are still to be taken. */
struct rt_source {
    void *buffer;
    uint32_t next, count;
    bool has_event;
    jack_midi_event_t event; /* the first one */
};

/* Skips messages of more than three bytes. */
static void rt_find_event(struct rt_source *source)
{
    source->has_event = false;
    while (!source->has_event && source->next < source->count)
        source->has_event = jack_midi_event_get(&source->event, source->buffer, source->next++) == 0 &&
                            source->event.size > 0 && source->event.size <= 3;
}

/* Returns MIDI_PORTS if there is no message. */
static uint32_t rt_find_earliest(const struct rt_source sources[MIDI_PORTS])
{
    uint32_t earliest = MIDI_PORTS;

    for (uint32_t i = 0; i < MIDI_PORTS; i++)
        if (sources[i].has_event && (earliest == MIDI_PORTS || sources[i].event.time < sources[earliest].event.time))
            earliest = i;
    return earliest;
}

/* The messages of all ports, in the order of their frames. */
static void rt_fetch_midi(struct client *client, uint32_t frames)
{
    struct rt_source sources[MIDI_PORTS];
    uint32_t taken = 0, port;

    for (uint32_t i = 0; i < MIDI_PORTS; i++) {
        sources[i].buffer = jack_port_get_buffer(client->ports[port_midi_in(i)], frames);
        sources[i].count = jack_midi_get_event_count(sources[i].buffer);
        sources[i].next = 0;
        rt_find_event(&sources[i]);
    }
    while (taken < ENGINE_MIDI && (port = rt_find_earliest(sources)) < MIDI_PORTS) {
        const jack_midi_event_t *event = &sources[port].event;

        client->midi_in[taken] =
            (struct engine_midi){ .at = event->time, .length = (uint8_t)event->size, .port = (uint8_t)port };
        memcpy(client->midi_in[taken++].bytes, event->buffer, event->size);
        rt_find_event(&sources[port]);
    }
    client->period.midi_in_count = taken;
}

/* Sends the messages for the port of this number. */
static void rt_send_messages(struct client *client, enum client_port port, uint32_t number,
                             const struct engine_midi *messages, uint32_t count)
{
    void *buffer = jack_port_get_buffer(client->ports[port], client->period.frames);

    jack_midi_clear_buffer(buffer);
    for (uint32_t i = 0; i < count && i < ENGINE_MIDI; i++)
        if (messages[i].port == number)
            jack_midi_event_write(buffer, messages[i].at, messages[i].bytes, messages[i].length);
}

static void rt_send_midi(struct client *client)
{
    rt_send_messages(client, PORT_MIDI_OUT, 0, client->midi_out, client->period.midi_out_count);
    for (uint32_t i = 0; i < MIDI_PORTS; i++)
        rt_send_messages(client, port_control_out(i), i, client->control_out, client->period.control_out_count);
}

/* Reads another leader's position, as exactly as it is given. */
static void rt_read_bar(struct engine_period *period, const jack_position_t *position)
{
    bool has_bar = position->valid & JackPositionBBT, is_exact = position->valid & JackBBTFrameOffset;
    struct bbt_position bar = { .bar = position->bar,
                                .beat = position->beat,
                                .ticks = position->tick,
                                .ticks_a_beat = position->ticks_per_beat,
                                .beats_a_bar = (double)position->beats_per_bar,
                                .tempo = position->beats_per_minute,
                                .offset = is_exact ? position->bbt_offset : 0 };

#ifdef JACK_TICK_DOUBLE
    if (position->valid & JackTickDouble) {
        bar.ticks = position->tick_double;
        is_exact = true;
    }
#endif
    period->jack_step = has_bar ? bbt_step(&bar, period->rate) : -1;
    period->jack_tempo = period->jack_step >= 0 ? position->beats_per_minute : 0;
    period->jack_slack = period->jack_step < 0 || is_exact ? 0 : bbt_slack(position->ticks_per_beat);
}

static void rt_fetch_transport(struct client *client)
{
    struct engine_period *period = &client->period;
    jack_position_t position;
    jack_transport_state_t state = jack_transport_query(client->jack, &position);

    period->jack_state = state == JackTransportStopped    ? JACK_STOPPED
                         : state == JackTransportStarting ? JACK_STARTING
                                                          : JACK_ROLLING;
    period->jack_frame = position.frame;
    rt_read_bar(period, &position);
}

static void rt_send_transport(struct client *client)
{
    if (client->period.jack_locate >= 0)
        jack_transport_locate(client->jack, (jack_nframes_t)client->period.jack_locate);
    if (client->period.jack_ask > 0)
        jack_transport_start(client->jack);
    else if (client->period.jack_ask < 0)
        jack_transport_stop(client->jack);
}

/* The chains are stored after their latencies. */
static void rt_fetch_chains(struct client *client)
{
    const uint32_t chains = atomic_load_explicit(&client->chains, memory_order_acquire);

    client->period.chains = chains & ~(uint32_t)CLIENT_CHAINS_KNOWN;
    client->period.awaits_chains = !(chains & CLIENT_CHAINS_KNOWN);
    for (uint32_t i = 0; i < CHAINS; i++)
        client->period.latency_frames[i] = atomic_load_explicit(&client->chain_latency_frames[i], memory_order_relaxed);
}

static void rt_fetch_wired(struct client *client)
{
    uint32_t now = atomic_load_explicit(&client->wired, memory_order_relaxed);

    client->period.wired = now;
    for (uint32_t i = 0; i < CLIENT_SETTLED; i++)
        client->period.wired &= client->wired_before[i];
    client->wired_before[client->wired_count++ % CLIENT_SETTLED] = now;
    client->period.midi_wired = atomic_load_explicit(&client->midi_wired, memory_order_relaxed);
    client->period.control_wired = atomic_load_explicit(&client->control_wired, memory_order_relaxed);
}

static void rt_fetch_audio(struct client *client, uint32_t frames)
{
    struct engine_period *period = &client->period;

    for (uint32_t side = 0; side < 2; side++) {
        period->capture[side] = jack_port_get_buffer(client->ports[PORT_IN_LEFT + side], frames);
        period->main[side] = jack_port_get_buffer(client->ports[PORT_MAIN_LEFT + side], frames);
        period->preview[side] = jack_port_get_buffer(client->ports[PORT_PREVIEW_LEFT + side], frames);
        period->insert[side] = jack_port_get_buffer(client->ports[PORT_INSERT_LEFT + side], frames);
        period->pfl[side] = jack_port_get_buffer(client->ports[PORT_PFL_LEFT + side], frames);
        for (uint32_t i = 0; i < CHAINS; i++)
            period->returns[i][side] = jack_port_get_buffer(client->ports[port_return(i) + side], frames);
        for (uint32_t i = 0; i < SCORE_OUTPUTS; i++)
            period->output[i][side] = jack_port_get_buffer(client->ports[PORT_OUT_1_LEFT + 2 * i + side], frames);
        for (uint32_t i = 0; i < GROUPS; i++)
            if (i != GROUP_PREVIEW)
                period->own[i][side] = jack_port_get_buffer(client->ports[port_send(i) + side], frames);
    }
    period->listen = jack_port_get_buffer(client->ports[PORT_LISTEN], frames);
}

int rt_process(jack_nframes_t frames, void *state)
{
    struct client *client = state;
    struct engine_period *period = &client->period;
    jack_time_t began = jack_get_time();

    atomic_fetch_add_explicit(&client->life->entered, 1, memory_order_relaxed);
    period->frames = frames < ENGINE_FRAMES ? frames : ENGINE_FRAMES;
    rt_fetch_clock(client);
    rt_fetch_audio(client, frames);
    rt_fetch_wired(client);
    rt_fetch_chains(client);
    rt_fetch_midi(client, frames);
    rt_fetch_transport(client);
    engine_run(client->engine, period);
    atomic_store_explicit(&client->is_to_lead, period->lead.leads != 0, memory_order_relaxed);
    atomic_store_explicit(&client->delay, period->delay, memory_order_relaxed);
    atomic_store_explicit(&client->aligned, period->aligned, memory_order_relaxed);
    rt_send_midi(client);
    rt_send_transport(client);
    period->load = (float)((double)(jack_get_time() - began) * 1e-6 * period->rate / period->frames);
    atomic_fetch_add_explicit(&client->life->left, 1, memory_order_release);
    return 0;
}

/* The transport's leader, called after rt_process on its thread: sets the position of the next cycle. */
void rt_lead(jack_transport_state_t state, jack_nframes_t frames, jack_position_t *position, int is_new, void *arg)
{
    struct client *client = arg;
    const struct bbt_lead *lead = &client->period.lead;
    struct bbt bbt;

    (void)state, (void)frames;
    (void)is_new; /* a position is always filled in completely */
    atomic_store_explicit(&client->led, atomic_load_explicit(&client->life->left, memory_order_relaxed),
                          memory_order_relaxed);
    position->valid = (jack_position_bits_t)0;
    if (!lead->leads) /* the other instance has taken over */
        return;
    bbt_say(lead, position->frame, &bbt);
    position->valid |= JackPositionBBT;
    position->bar = bbt.bar;
    position->beat = bbt.beat;
    position->tick = bbt.tick;
    position->bar_start_tick = bbt.bar_start_tick;
    position->beats_per_bar = BBT_BEATS;
    position->beat_type = 4;
    position->ticks_per_beat = BBT_TICKS;
    position->beats_per_minute = lead->tempo;
#ifdef JACK_TICK_DOUBLE
    position->valid |= JackTickDouble;
    position->tick_double = bbt.exact;
#endif
}

/* Called once on the audio thread before its first period: touches the stack as deep as it will ever be. */
void rt_begin(void *state)
{
    volatile uint8_t stack[STACK_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof(stack); i += 1024)
        stack[i] = 0;
}
