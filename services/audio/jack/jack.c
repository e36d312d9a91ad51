#include "services/audio/jack/jack.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/alloc.h"
#include "common/id.h"
#include "services/audio/jack/rt_jack.h"

enum {
    LEAD_PERIODS = 100, /* without a call of rt_lead: we have lost the lead */
    CLOCK_DRIFT = 1000, /* the two clocks drift apart by less than a thousandth of the time */
    ALIAS_BYTES = 512   /* at least as long as JACK names ports */
};

/* ---- callbacks on JACK's other thread or as in a signal handler: they set only flags and numbers ---- */

static void on_shutdown(jack_status_t code, const char *reason, void *state)
{
    struct client *client = state;

    (void)code, (void)reason;
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

    (void)port, (void)is_new;
    atomic_store(&client->ports_changed, true);
}

static void on_wire(jack_port_id_t a, jack_port_id_t b, int is_new, void *state)
{
    struct client *client = state;

    (void)a, (void)b, (void)is_new;
    atomic_store(&client->rewired, true);
}

/* The latency range of our ports of one direction, as JACK computes it without a callback. Sound that leaves at a
 * chain's port comes back to us: if it counted, the latencies would grow each time. */
static jack_latency_range_t range_of(struct client *client, bool outputs, jack_latency_callback_mode_t mode)
{
    jack_latency_range_t all = { UINT32_MAX, 0 }, range;

    for (uint32_t i = 0; i < PORTS; i++) {
        if (port_is_output(i) != outputs || port_is_in_loop(i))
            continue;
        jack_port_get_latency_range(client->ports[i], mode, &range);
        all.min = range.min < all.min ? range.min : all.min;
        all.max = range.max > all.max ? range.max : all.max;
    }
    return all;
}

static struct port_delays delays_of(struct client *client)
{
    const uint32_t chains = atomic_load_explicit(&client->chains, memory_order_acquire);
    const uint32_t aligned = atomic_load_explicit(&client->aligned, memory_order_relaxed);
    const uint32_t all = atomic_load_explicit(&client->delay, memory_order_relaxed);
    struct port_delays delays = { .limiter = all > aligned ? all - aligned : 0, .aligned = aligned };

    for (uint32_t i = 0; i < CHAINS; i++)
        if (chains >> i & 1)
            delays.own[i] = atomic_load_explicit(&client->chain_latency_frames[i], memory_order_relaxed);
    return delays;
}

/* Capture latency passes from the inputs, which JACK has set, to the outputs; playback latency the other way. At ports
 * that may send to a chain it is our own delay alone, whatever the inputs have: JACK notifies the clients of a chain
 * one after the other, and client_way would compare an input's latency of now with that of before. */
static void on_latency(jack_latency_callback_mode_t mode, void *state)
{
    struct client *client = state;
    bool to_outputs = mode == JackCaptureLatency;
    const jack_latency_range_t range = range_of(client, !to_outputs, mode);
    const struct port_delays delays = delays_of(client);

    atomic_store(&client->rewired, true); /* an insert may have another latency */
    for (uint32_t i = 0; i < PORTS; i++) {
        const uint32_t delay = port_delay(i, &delays);
        jack_latency_range_t late = { range.min + delay, range.max + delay };
        if (to_outputs && port_is_in_loop(i))
            late = (jack_latency_range_t){ delay, delay };
        if (port_is_output(i) == to_outputs)
            jack_port_set_latency_range(client->ports[i], mode, &late);
    }
}

static void say_nothing(const char *text)
{
    (void)text;
}

/* ---- opening and closing ---- */

static enum err join_server(const char *name, struct client *client, struct fault *fault)
{
    jack_status_t status = 0;

    jack_set_error_function(say_nothing);
    jack_set_info_function(say_nothing);
    client->jack = jack_client_open(name, JackNoStartServer | JackUseExactName, &status);
    if (client->jack)
        return ERR_OK;
    if (status & JackServerFailed)
        return fault_set(fault, ERR_OFFLINE, "no JACK server is running");
    if (status & (JackNameNotUnique | JackServerError)) /* for a name in use, JACK 2 sets only JackServerError */
        return fault_set(fault, ERR_EXISTS,
                         "the JACK server refuses the client %s: it has one of that name already, or no room", name);
    return fault_set(fault, ERR_IO, "the JACK server refuses the client (status 0x%x)", (unsigned)status);
}

static enum err make_ports(struct client *client, struct fault *fault)
{
    for (uint32_t i = 0; i < PORTS; i++) {
        const char *type = i >= PORT_MIDI_IN ? JACK_DEFAULT_MIDI_TYPE : JACK_DEFAULT_AUDIO_TYPE;
        unsigned long flags = port_is_output(i) ? JackPortIsOutput : JackPortIsInput;

        client->ports[i] = jack_port_register(client->jack, port_names[i], type, flags, 0);
        if (!client->ports[i])
            return fault_set(fault, ERR_FULL, "the JACK server has no room for port %s", port_names[i]);
    }
    return ERR_OK;
}

static uint64_t new_number(void)
{
    struct id id = id_new();
    uint64_t number;

    memcpy(&number, id.b + sizeof(id.b) - sizeof(number), sizeof(number));
    return number;
}

/* Linux makes the clock of a thread's processor time of the id of the thread. JACK calls its callback for new threads
 * on others of its threads too, and the audio thread makes no system call to ask for its id. */
static void note_thread(struct client *client)
{
    const jack_native_thread_t thread = jack_client_thread_id(client->jack);
    clockid_t clock;

    if (thread != 0 && pthread_getcpuclockid(thread, &clock) == 0)
        atomic_store(&client->life->task, ~(clock >> 3));
}

static enum err begin_client(struct client *client, struct fault *fault)
{
    jack_client_t *jack = client->jack;

    client->rate = client->period.rate = jack_get_sample_rate(jack);
    client->frames = jack_get_buffer_size(jack);
    client->period.client = new_number();
    client->period.midi_in = client->midi_in;
    client->period.midi_out = client->midi_out;
    client->period.control_out = client->control_out;
    jack_on_info_shutdown(jack, on_shutdown, client);
    if (jack_set_process_callback(jack, rt_process, client) != 0 ||
        jack_set_thread_init_callback(jack, rt_begin, client) != 0 ||
        jack_set_sample_rate_callback(jack, on_rate, client) != 0 ||
        jack_set_buffer_size_callback(jack, on_period, client) != 0 ||
        jack_set_port_registration_callback(jack, on_port, client) != 0 ||
        jack_set_latency_callback(jack, on_latency, client) != 0 ||
        jack_set_port_connect_callback(jack, on_wire, client) != 0)
        return fault_set(fault, ERR_IO, "the JACK server refuses the callbacks");
    client_map_clock(client);
    if (jack_activate(jack) != 0)
        return fault_set(fault, ERR_IO, "the JACK server does not activate the client");
    note_thread(client);
    return ERR_OK;
}

enum err client_open(const char *name, struct engine *engine, struct client_life *life, struct client **client,
                     struct fault *fault)
{
    struct client *made = alloc_zeroed(1, sizeof(*made));
    enum err e;

    *client = NULL;
    made->engine = engine;
    made->life = life;
    e = join_server(name, made, fault);
    if (e == ERR_OK)
        e = make_ports(made, fault);
    if (e == ERR_OK)
        e = begin_client(made, fault);
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
    atomic_store(&client->life->entered, 0);
    atomic_store(&client->life->left, 0);
    atomic_store(&client->life->task, 0);
    free(client);
}

/* ---- for other files ---- */

/* A pause between the readings makes the result inexact by at most half of its length. Then the former one stays, while
 * it is closer. */
void client_map_clock(struct client *client)
{
    const usec_t before = clock_steady(), jack = (usec_t)jack_get_time(), after = clock_steady();
    const usec_t error = (after - before) / 2 + 1, drift = (after - client->clock_mapped) / CLOCK_DRIFT;

    if (client->clock_mapped && error > client->clock_error + drift)
        return;
    client->clock_mapped = after;
    client->clock_error = error;
    atomic_store_explicit(&client->clock_ahead, before + error - 1 - jack, memory_order_relaxed);
}

struct client_pulse client_look(struct client *client)
{
    return (struct client_pulse){
        .left = atomic_load_explicit(&client->life->left, memory_order_acquire),
        .is_lost = atomic_load(&client->is_lost),
        .ports_changed = atomic_exchange(&client->ports_changed, false),
        .rewired = atomic_exchange(&client->rewired, false),
    };
}

bool client_is_lost(struct client *client)
{
    return atomic_load(&client->is_lost);
}

/* JACK waits for a change of the graph that is under way before it shows a connection or a latency. If the server died
 * in such a change, each of these calls takes a period, and there are hundreds in one look. */
static uint32_t latency_of(struct client *client, enum client_port port, jack_latency_callback_mode_t mode)
{
    jack_latency_range_t range = { 0 };

    if (!client_is_lost(client))
        jack_port_get_latency_range(client->ports[port], mode, &range);
    return range.max;
}

static const char **connections_of(struct client *client, const jack_port_t *port)
{
    return client_is_lost(client) ? NULL : jack_port_get_all_connections(client->jack, port);
}

uint32_t client_way(struct client *client, enum client_port send, enum client_port back)
{
    uint32_t there = latency_of(client, send, JackCaptureLatency), here = latency_of(client, back, JackCaptureLatency);

    return atomic_load(&client->frames) + (here > there ? here - there : 0);
}

void client_set_chains(struct client *client, uint32_t chains, const uint32_t latency_frames[CHAINS])
{
    bool is_other = (atomic_load(&client->chains) & ~(uint32_t)CLIENT_CHAINS_KNOWN) != chains;

    for (uint32_t i = 0; i < CHAINS; i++)
        is_other |= atomic_exchange_explicit(&client->chain_latency_frames[i], latency_frames[i],
                                             memory_order_relaxed) != latency_frames[i];
    atomic_store_explicit(&client->chains, chains | CLIENT_CHAINS_KNOWN, memory_order_release);
    client->chains_changed = client->chains_changed || is_other;
}

static void look_at_inputs(struct client *client)
{
    uint32_t wired = 0, shown = 0;

    for (uint32_t i = 0; i < MIDI_PORTS; i++)
        shown += (uint32_t)jack_port_connected(client->ports[port_control_out(i)]);
    for (uint32_t side = 0; side < 2; side++)
        wired |= (uint32_t)(jack_port_connected(client->ports[PORT_IN_LEFT + side]) > 0) << side;
    atomic_store_explicit(&client->wired, wired, memory_order_relaxed);
    atomic_store_explicit(&client->midi_wired, (uint32_t)jack_port_connected(client->ports[PORT_MIDI_OUT]),
                          memory_order_relaxed);
    atomic_store_explicit(&client->control_wired, shown, memory_order_relaxed);
}

/* JACK calls on_latency during this call or soon after. */
static void say_delay(struct client *client, uint32_t delay)
{
    const uint32_t aligned = atomic_load_explicit(&client->aligned, memory_order_relaxed);

    if (delay == client->reported_delay && aligned == client->reported_aligned && !client->chains_changed)
        return;
    client->reported_delay = delay;
    client->reported_aligned = aligned;
    client->chains_changed = false;
    jack_recompute_total_latencies(client->jack);
}

void client_report(struct client *client, struct client_facts *facts)
{
    uint32_t delay = atomic_load_explicit(&client->delay, memory_order_relaxed);

    if (client_is_lost(client))
        return;
    look_at_inputs(client);
    say_delay(client, delay);
    *facts = (struct client_facts){
        .rate = atomic_load(&client->rate),
        .period = atomic_load(&client->frames),
        .is_realtime = jack_is_realtime(client->jack) != 0,
        .latency_in = latency_of(client, PORT_IN_LEFT, JackCaptureLatency),
        .latency_out = latency_of(client, PORT_MAIN_LEFT, JackPlaybackLatency) + delay,
    };
}

/* Copies one name of a list, and frees the list. */
static bool pick_name(const char **all, uint32_t number, char to[CLIENT_FOREIGN_NAME])
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
    return pick_name(connections_of(client, client->ports[port]), number, to);
}

bool client_has_port(struct client *client, const char *foreign)
{
    return jack_port_by_name(client->jack, foreign) != NULL;
}

bool client_connect(struct client *client, enum client_port port, const char *foreign)
{
    const char *own = jack_port_name(client->ports[port]);
    int failed =
        port_is_output(port) ? jack_connect(client->jack, own, foreign) : jack_connect(client->jack, foreign, own);

    return failed == 0 || (!client_is_lost(client) && jack_port_connected_to(client->ports[port], foreign) != 0);
}

void client_disconnect(struct client *client, enum client_port port, const char *foreign)
{
    const char *own = jack_port_name(client->ports[port]);

    if (port_is_output(port))
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

uint32_t client_names(struct client *client, const char *foreign, char names[CLIENT_NAMES][CLIENT_FOREIGN_NAME])
{
    const jack_port_t *port = jack_port_by_name(client->jack, foreign);
    char aliases[CLIENT_NAMES - 1][ALIAS_BYTES] = { 0 };
    char *const to[CLIENT_NAMES - 1] = { aliases[0], aliases[1] };
    uint32_t count = 0;

    if (!port || jack_port_name_size() > ALIAS_BYTES)
        return 0;
    (void)snprintf(names[count++], CLIENT_FOREIGN_NAME, "%s", foreign);
    (void)jack_port_get_aliases(port, to);
    for (uint32_t i = 0; i < CLIENT_NAMES - 1; i++)
        if (aliases[i][0])
            (void)snprintf(names[count++], CLIENT_FOREIGN_NAME, "%.*s", CLIENT_FOREIGN_NAME - 1, aliases[i]);
    return count;
}

bool client_midi_port(struct client *client, enum client_port port, uint32_t number, char to[CLIENT_FOREIGN_NAME])
{
    return pick_name(jack_get_ports(client->jack, NULL, JACK_DEFAULT_MIDI_TYPE,
                                    port_is_output(port) ? JackPortIsInput : JackPortIsOutput),
                     number, to);
}

static bool belongs_to(const char *port, const char *owner)
{
    size_t length = strlen(owner);

    return strncmp(port, owner, length) == 0 && port[length] == ':';
}

uint32_t client_foreign_ports(struct client *client, struct client_foreign to[], uint32_t most)
{
    const char **all = jack_get_ports(client->jack, NULL, JACK_DEFAULT_AUDIO_TYPE, 0);
    const char *own = jack_get_client_name(client->jack);
    uint32_t count = 0;

    for (uint32_t at = 0; all && all[at] && count < most; at++) {
        if (belongs_to(all[at], own))
            continue;
        (void)snprintf(to[count].name, sizeof(to[count].name), "%s", all[at]);
        to[count].is_input = client_is_input(client, all[at]);
        count++;
    }
    jack_free(all);
    return count;
}

bool client_output(struct client *client, const char *owner, uint32_t number, char to[CLIENT_FOREIGN_NAME])
{
    const char **all = jack_get_ports(client->jack, NULL, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput);
    uint32_t count = 0, at = 0;

    while (all && all[at] && (!belongs_to(all[at], owner) || count++ < number))
        at++;
    return pick_name(all, at, to);
}

bool client_output_connected(struct client *client, const char *output, uint32_t number, char to[CLIENT_FOREIGN_NAME])
{
    jack_port_t *port = jack_port_by_name(client->jack, output);

    return port && pick_name(connections_of(client, port), number, to);
}

bool client_default(struct client *client, enum client_port port, char to[CLIENT_FOREIGN_NAME])
{
    static const uint32_t sides[PORTS] = { [PORT_MAIN_RIGHT] = 1, [PORT_IN_RIGHT] = 1 };
    bool has_default = port <= PORT_MAIN_RIGHT || port == PORT_IN_LEFT || port == PORT_IN_RIGHT;
    unsigned long flags = JackPortIsPhysical | (port_is_output(port) ? JackPortIsInput : JackPortIsOutput);

    return has_default &&
           pick_name(jack_get_ports(client->jack, NULL, JACK_DEFAULT_AUDIO_TYPE, flags), sides[port], to);
}

/* JACK calls its leader each period. It does not report when another client takes the lead. */
static bool has_lost_lead(struct client *client)
{
    uint64_t periods = atomic_load(&client->life->left) - atomic_load(&client->led);

    return periods > LEAD_PERIODS && periods < UINT64_MAX / 2;
}

void client_lead(struct client *client)
{
    bool leads = atomic_load_explicit(&client->is_to_lead, memory_order_relaxed);

    if (client->leads && (!leads || has_lost_lead(client))) {
        (void)jack_release_timebase(client->jack); /* fails if another client leads */
        client->leads = false;
    }
    if (!leads || client->leads)
        return;
    atomic_store(&client->led, atomic_load(&client->life->left));
    client->leads = jack_set_timebase_callback(client->jack, 1, rt_lead, client) == 0;
}
