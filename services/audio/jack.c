#include "services/audio/jack.h"
#include <jack/jack.h>
#include <jack/midiport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STACK_BYTES = 128 << 10, STEPS_A_BEAT = 4, TICKS_A_BEAT = 1920, BEATS_A_BAR = 4 };

const char *const client_ports[PORTS] = {
    [PORT_MAIN_LEFT] = "main_left",         [PORT_MAIN_RIGHT] = "main_right",     [PORT_PREVIEW_LEFT] = "preview_left",
    [PORT_PREVIEW_RIGHT] = "preview_right", [PORT_IN_LEFT] = "in_left",           [PORT_IN_RIGHT] = "in_right",
    [PORT_RETURN_LEFT] = "return_left",     [PORT_RETURN_RIGHT] = "return_right", [PORT_MIDI_IN] = "midi_in",
    [PORT_LISTEN] = "listen",               [PORT_MIDI_OUT] = "midi_out",
};

struct client {
    jack_client_t *jack;
    jack_port_t *ports[PORTS];
    struct engine *engine;
    bool has_clock;
    int64_t frame; /* the server's frame clock, 64 bits */
    struct engine_period period;
    struct engine_midi midi_in[ENGINE_MIDI], midi_out[ENGINE_MIDI];
    bool leads; /* link's thread's own */
    _Atomic double bpm;
    _Atomic uint64_t entered, left;
    _Atomic bool is_lost, ports_changed, rewired;
    _Atomic uint32_t rate, frames;
};

/* ---- RT: the process callback, and what it calls ---- */

/* The server counts frames in 32 bits. The first 32 above them come from the machine's clock, so that two processes
 * on one server count alike whenever they began. */
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
    client->frame = rt_widen(client, now);
    client->period.frame = client->frame;
    client->period.at = (int64_t)jack_frames_to_time(client->jack, now);
}

static void rt_fetch_midi(struct client *client, uint32_t frames)
{
    void *buffer = jack_port_get_buffer(client->ports[PORT_MIDI_IN], frames);
    uint32_t count = jack_midi_get_event_count(buffer), taken = 0;
    jack_midi_event_t event;

    for (uint32_t i = 0; i < count && taken < ENGINE_MIDI; i++) {
        if (jack_midi_event_get(&event, buffer, i) != 0 || event.size == 0 || event.size > 3)
            continue;
        client->midi_in[taken] = (struct engine_midi){ .at = event.time, .length = (uint8_t)event.size };
        memcpy(client->midi_in[taken++].bytes, event.buffer, event.size);
    }
    client->period.midi_in_count = taken;
}

static void rt_send_midi(struct client *client)
{
    void *buffer = jack_port_get_buffer(client->ports[PORT_MIDI_OUT], client->period.frames);

    jack_midi_clear_buffer(buffer);
    for (uint32_t i = 0; i < client->period.midi_out_count && i < ENGINE_MIDI; i++) {
        const struct engine_midi *midi = &client->midi_out[i];
        jack_midi_event_write(buffer, midi->at, midi->bytes, midi->length);
    }
}

static void rt_fetch_transport(struct client *client)
{
    struct engine_period *period = &client->period;
    jack_position_t position;
    jack_transport_state_t state = jack_transport_query(client->jack, &position);
    bool has_bar = position.valid & JackPositionBBT && position.ticks_per_beat > 0 && position.bar > 0;

    period->jack_state = state == JackTransportStopped    ? JACK_STOPPED
                         : state == JackTransportStarting ? JACK_STARTING
                                                          : JACK_ROLLING;
    period->jack_frame = position.frame;
    period->jack_tempo = has_bar ? position.beats_per_minute : 0;
    period->jack_step = -1;
    if (has_bar)
        period->jack_step = ((position.bar - 1) * (double)position.beats_per_bar + position.beat - 1 +
                             position.tick / position.ticks_per_beat) *
                            STEPS_A_BEAT;
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

static void rt_fetch_audio(struct client *client, uint32_t frames)
{
    struct engine_period *period = &client->period;

    for (uint32_t side = 0; side < 2; side++) {
        period->capture[side] = jack_port_get_buffer(client->ports[PORT_IN_LEFT + side], frames);
        period->returns[side] = jack_port_get_buffer(client->ports[PORT_RETURN_LEFT + side], frames);
        period->main[side] = jack_port_get_buffer(client->ports[PORT_MAIN_LEFT + side], frames);
        period->preview[side] = jack_port_get_buffer(client->ports[PORT_PREVIEW_LEFT + side], frames);
    }
    period->listen = jack_port_get_buffer(client->ports[PORT_LISTEN], frames);
}

static int rt_process(jack_nframes_t frames, void *state)
{
    struct client *client = state;
    struct engine_period *period = &client->period;
    jack_time_t began = jack_get_time();

    atomic_fetch_add_explicit(&client->entered, 1, memory_order_relaxed);
    period->frames = frames < ENGINE_FRAMES ? frames : ENGINE_FRAMES;
    rt_fetch_clock(client);
    rt_fetch_audio(client, frames);
    rt_fetch_midi(client, frames);
    rt_fetch_transport(client);
    engine_run(client->engine, period);
    rt_send_midi(client);
    rt_send_transport(client);
    period->load = (float)((double)(jack_get_time() - began) * 1e-6 * period->rate / period->frames);
    atomic_fetch_add_explicit(&client->left, 1, memory_order_release);
    return 0;
}

/* As the transport's leader: bar, beat and tick of a steady tempo from frame 0 on. */
static void rt_lead(jack_transport_state_t state, jack_nframes_t frames, jack_position_t *position, int is_new,
                    void *arg)
{
    struct client *client = arg;
    double bpm = atomic_load_explicit(&client->bpm, memory_order_relaxed);
    double beats = position->frame / (double)client->period.rate * bpm / 60; /* JACK's own rate there may be 0 still */
    int64_t beat = (int64_t)beats;

    (void)state;
    (void)frames;
    (void)is_new;
    position->valid = JackPositionBBT;
    position->bar = (int32_t)(beat / BEATS_A_BAR) + 1;
    position->beat = (int32_t)(beat % BEATS_A_BAR) + 1;
    position->tick = (int32_t)((beats - (double)beat) * TICKS_A_BEAT);
    position->bar_start_tick = (double)(beat / BEATS_A_BAR) * BEATS_A_BAR * TICKS_A_BEAT;
    position->beats_per_bar = BEATS_A_BAR;
    position->beat_type = 4;
    position->ticks_per_beat = TICKS_A_BEAT;
    position->beats_per_minute = bpm;
}

/* Once, in the audio thread, before its first period: its stack is touched as deep as it will ever be. */
static void rt_begin(void *state)
{
    volatile uint8_t stack[STACK_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof(stack); i += 1024)
        stack[i] = 0;
}

/* ---- callbacks of JACK's other thread, or of a moment like a signal's: flags and numbers only ---- */

static void on_shutdown(jack_status_t code, const char *reason, void *state)
{
    struct client *client = state;

    (void)code;
    (void)reason;
    atomic_store(&client->is_lost, true);
}

static int on_rate(jack_nframes_t rate, void *state)
{
    struct client *client = state;

    atomic_store(&client->rate, rate);
    return 0;
}

static int on_period(jack_nframes_t frames, void *state)
{
    struct client *client = state;

    atomic_store(&client->frames, frames);
    return 0;
}

static void on_port(jack_port_id_t port, int is_new, void *state)
{
    struct client *client = state;

    (void)port;
    (void)is_new;
    atomic_store(&client->ports_changed, true);
}

static void on_wire(jack_port_id_t a, jack_port_id_t b, int is_new, void *state)
{
    struct client *client = state;

    (void)a;
    (void)b;
    (void)is_new;
    atomic_store(&client->rewired, true);
}

static void say_nothing(const char *text)
{
    (void)text;
}

/* ---- opening and closing ---- */

static bool is_output(enum client_port port)
{
    return port < PORT_IN_LEFT || port == PORT_MIDI_OUT;
}

static enum err join(const char *name, struct client *client, struct fault *fault)
{
    jack_status_t status = 0;

    jack_set_error_function(say_nothing);
    jack_set_info_function(say_nothing);
    client->jack = jack_client_open(name, JackNoStartServer | JackUseExactName, &status);
    if (client->jack)
        return ERR_OK;
    if (status & JackNameNotUnique)
        return fault_set(fault, ERR_EXISTS, "a client named %s is on the JACK server already", name);
    if (status & (JackServerFailed | JackServerError))
        return fault_set(fault, ERR_OFFLINE, "no JACK server runs");
    return fault_set(fault, ERR_IO, "the JACK server refuses (status 0x%x)", (unsigned)status);
}

static enum err make_ports(struct client *client, struct fault *fault)
{
    for (uint32_t i = 0; i < PORTS; i++) {
        const char *type = i >= PORT_MIDI_IN ? JACK_DEFAULT_MIDI_TYPE : JACK_DEFAULT_AUDIO_TYPE;
        unsigned long flags = is_output(i) ? JackPortIsOutput : JackPortIsInput;

        client->ports[i] = jack_port_register(client->jack, client_ports[i], type, flags, 0);
        if (!client->ports[i])
            return fault_set(fault, ERR_FULL, "the JACK server has no room for port %s", client_ports[i]);
    }
    return ERR_OK;
}

static enum err begin(struct client *client, struct fault *fault)
{
    jack_client_t *jack = client->jack;

    client->rate = client->period.rate = jack_get_sample_rate(jack);
    client->frames = jack_get_buffer_size(jack);
    client->period.midi_in = client->midi_in;
    client->period.midi_out = client->midi_out;
    jack_on_info_shutdown(jack, on_shutdown, client);
    if (jack_set_process_callback(jack, rt_process, client) != 0 ||
        jack_set_thread_init_callback(jack, rt_begin, client) != 0 ||
        jack_set_sample_rate_callback(jack, on_rate, client) != 0 ||
        jack_set_buffer_size_callback(jack, on_period, client) != 0 ||
        jack_set_port_registration_callback(jack, on_port, client) != 0 ||
        jack_set_port_connect_callback(jack, on_wire, client) != 0)
        return fault_set(fault, ERR_IO, "the JACK server takes no callbacks");
    if (jack_activate(jack) != 0)
        return fault_set(fault, ERR_IO, "the JACK server does not activate the client");
    return ERR_OK;
}

enum err client_open(const char *name, struct engine *engine, struct client **client, struct fault *fault)
{
    struct client *made = calloc(1, sizeof(*made));
    enum err e;

    *client = NULL;
    if (!made)
        return fault_set(fault, ERR_FULL, "no memory for a JACK client");
    made->engine = engine;
    e = join(name, made, fault);
    if (e == ERR_OK)
        e = make_ports(made, fault);
    if (e == ERR_OK)
        e = begin(made, fault);
    if (e != ERR_OK)
        client_close(made);
    else
        *client = made;
    return e;
}

void client_close(struct client *client)
{
    if (client->jack)
        jack_client_close(client->jack);
    free(client);
}

/* ---- what others see ---- */

struct client_pulse client_look(struct client *client)
{
    return (struct client_pulse){
        .left = atomic_load_explicit(&client->left, memory_order_acquire),
        .entered = atomic_load_explicit(&client->entered, memory_order_relaxed),
        .is_lost = atomic_load(&client->is_lost),
        .ports_changed = atomic_exchange(&client->ports_changed, false),
        .rewired = atomic_exchange(&client->rewired, false),
    };
}

static uint32_t latency_of(struct client *client, enum client_port port, jack_latency_callback_mode_t mode)
{
    jack_latency_range_t range = { 0 };

    jack_port_get_latency_range(client->ports[port], mode, &range);
    return range.max;
}

void client_tell(struct client *client, struct client_facts *facts)
{
    *facts = (struct client_facts){
        .rate = atomic_load(&client->rate),
        .period = atomic_load(&client->frames),
        .is_realtime = jack_is_realtime(client->jack) != 0,
        .latency_in = latency_of(client, PORT_IN_LEFT, JackCaptureLatency),
        .latency_out = latency_of(client, PORT_MAIN_LEFT, JackPlaybackLatency),
    };
}

/* One of a list of JACK's, which is freed. */
static bool pick(const char **all, uint32_t number, char to[CLIENT_FOREIGN_NAME])
{
    uint32_t count = 0;

    while (all && all[count] && count < number)
        count++;
    bool is_there = all && all[count];
    if (is_there)
        (void)snprintf(to, CLIENT_FOREIGN_NAME, "%s", all[count]);
    jack_free(all);
    return is_there;
}

bool client_connected(struct client *client, enum client_port port, uint32_t number, char to[CLIENT_FOREIGN_NAME])
{
    return pick(jack_port_get_all_connections(client->jack, client->ports[port]), number, to);
}

bool client_has_port(struct client *client, const char *foreign)
{
    return jack_port_by_name(client->jack, foreign) != NULL;
}

bool client_connect(struct client *client, enum client_port port, const char *foreign)
{
    const char *own = jack_port_name(client->ports[port]);
    int failed = is_output(port) ? jack_connect(client->jack, own, foreign) : jack_connect(client->jack, foreign, own);

    return failed == 0 || jack_port_connected_to(client->ports[port], foreign) != 0;
}

void client_disconnect(struct client *client, enum client_port port, const char *foreign)
{
    const char *own = jack_port_name(client->ports[port]);

    if (is_output(port))
        jack_disconnect(client->jack, own, foreign);
    else
        jack_disconnect(client->jack, foreign, own);
}

static int flags_of(struct client *client, const char *foreign)
{
    jack_port_t *port = jack_port_by_name(client->jack, foreign);

    return port && strcmp(jack_port_type(port), JACK_DEFAULT_AUDIO_TYPE) == 0 ? jack_port_flags(port) : 0;
}

bool client_is_input(struct client *client, const char *foreign)
{
    return flags_of(client, foreign) & JackPortIsInput;
}

bool client_is_socket(struct client *client, const char *foreign)
{
    return flags_of(client, foreign) & JackPortIsPhysical;
}

static bool belongs(const char *port, const char *owner)
{
    size_t length = strlen(owner);

    return strncmp(port, owner, length) == 0 && port[length] == ':';
}

bool client_output(struct client *client, const char *owner, uint32_t number, char to[CLIENT_FOREIGN_NAME])
{
    const char **all = jack_get_ports(client->jack, NULL, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput);
    uint32_t count = 0, at = 0;

    while (all && all[at] && (!belongs(all[at], owner) || count++ < number))
        at++;
    return pick(all, at, to);
}

bool client_output_connected(struct client *client, const char *output, uint32_t number, char to[CLIENT_FOREIGN_NAME])
{
    jack_port_t *port = jack_port_by_name(client->jack, output);

    return port && pick(jack_port_get_all_connections(client->jack, port), number, to);
}

bool client_default(struct client *client, enum client_port port, char to[CLIENT_FOREIGN_NAME])
{
    static const uint32_t sides[PORTS] = { [PORT_MAIN_RIGHT] = 1, [PORT_IN_RIGHT] = 1 };
    bool has_default = port <= PORT_MAIN_RIGHT || port == PORT_IN_LEFT || port == PORT_IN_RIGHT;
    unsigned long flags = JackPortIsPhysical | (is_output(port) ? JackPortIsInput : JackPortIsOutput);

    return has_default &&
           pick(jack_get_ports(client->jack, NULL, JACK_DEFAULT_AUDIO_TYPE, flags), sides[port], to);
}

void client_lead(struct client *client, double bpm)
{
    atomic_store(&client->bpm, bpm > 0 ? bpm : 120);
    if (bpm > 0 && !client->leads)
        client->leads = jack_set_timebase_callback(client->jack, 1, rt_lead, client) == 0;
    else if (bpm <= 0 && client->leads)
        client->leads = jack_release_timebase(client->jack) != 0;
}
