#include "services/audio/link.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "common/log.h"

enum {
    LOOK_US = 10000,
    TAKEN_US = 5000,   /* between two tries while a predecessor still stands in our name */
    RETRY_US = 50000,  /* … while there is no server */
    SILENT_US = 3000000, /* a server that runs no period for so long has thrown us out */
    HANG_US = 400000,  /* one period */
    STUCK_US = 2000000,
};

struct link {
    const struct paths *paths;
    struct engine *engine;
    char name[CLIENT_NAME];
    bool keeps;
    pthread_t thread;

    pthread_mutex_t lock; /* over what follows */
    struct link_facts facts;
    struct wires wires;
    bool is_told; /* wires were wanted or unwanted by an ask */
    bool stops, has_ended;

    _Atomic double bpm;
    _Atomic uint64_t entered, left; /* of the client in use */
    _Atomic int64_t leaving;        /* clock_steady since when; 0: it does not */

    /* the thread's own */
    struct client *client;
    usec_t moved, settled; /* when the last period ended; when the file was last looked at */
    uint64_t last_left;
    struct timespec file_time;
    bool doubts; /* connections are looked at once more */

    /* the control thread's own */
    uint64_t seen_left;
    usec_t seen_at;
    struct link_facts told;
};

/* ---- connections ---- */

/* A person's doing, in whatever program; the first core keeps it. */
static bool take_new(struct link *link, enum client_port port, const char *to)
{
    struct wire *wire = wires_find(&link->wires, port, to);
    bool is_new = !wire;

    if (is_new && link->keeps)
        wire = wires_add(&link->wires, port, to);
    if (wire)
        wire->made = wire->seen = true;
    return is_new && link->keeps;
}

static bool look_at_ports(struct link *link)
{
    char to[CLIENT_FOREIGN_NAME];
    bool changed = false;

    for (uint32_t i = 0; i < link->wires.count; i++)
        link->wires.at[i].seen = false;
    for (uint32_t port = 0; port < PORTS; port++)
        for (uint32_t i = 0; i < WIRES && client_connected(link->client, port, i, to); i++)
            changed = take_new(link, port, to) || changed;
    return changed;
}

/* True when a person took it away, in whatever program: both its ports stood all the time. It is looked at twice, for
 * a port that goes is first disconnected, and then gone. */
static bool was_taken(struct link *link, struct wire *wire, bool ports_changed)
{
    if (!wire->made || ports_changed || !link->keeps)
        return false;
    if (wire->missed)
        return true;
    wire->missed = link->doubts = true;
    return false;
}

/* True when it is wanted no more. */
static bool mend_one(struct link *link, struct wire *wire, bool ports_changed)
{
    if (wire->dropped && wire->seen)
        client_disconnect(link->client, wire->port, wire->to);
    if (wire->dropped)
        return true;
    if (wire->seen || !client_has_port(link->client, wire->to)) {
        wire->made = wire->seen;
        wire->missed = false;
        return false;
    }
    if (was_taken(link, wire, ports_changed))
        return true;
    if (!wire->missed)
        wire->made = client_connect(link->client, wire->port, wire->to);
    return false;
}

static bool mend(struct link *link, bool ports_changed)
{
    bool changed = false;

    link->doubts = false;
    for (uint32_t i = link->wires.count; i > 0; i--)
        if (mend_one(link, &link->wires.at[i - 1], ports_changed)) {
            wires_remove(&link->wires, &link->wires.at[i - 1]);
            changed = true;
        }
    return changed;
}

static bool has_any(const struct wires *wires, enum client_port port)
{
    for (uint32_t i = 0; i < wires->count; i++)
        if (wires->at[i].port == port && wires->at[i].made)
            return true;
    return false;
}

/* To the machine's sockets, where nobody ever said anything or nothing of what was said is there. */
static void connect_by_default(struct link *link)
{
    char to[CLIENT_FOREIGN_NAME];

    for (uint32_t port = 0; port < PORTS; port++) {
        bool named = false;
        for (uint32_t i = 0; i < link->wires.count; i++)
            named = named || link->wires.at[i].port == port;
        if (has_any(&link->wires, port) || (link->wires.is_known && !named) || !client_default(link->client, port, to))
            continue;
        struct wire *wire = client_connect(link->client, port, to) ? wires_add(&link->wires, port, to) : NULL;
        if (wire)
            wire->made = true;
    }
}

static void save(struct link *link)
{
    struct fault fault = { 0 };

    if (wires_write(link->paths, &link->wires, &fault) != ERR_OK)
        log_fault("connections are not remembered", &fault);
    else
        link->wires.is_known = true;
}

/* What the keeper of the connections wants no more. */
static void drop_others(struct link *link, struct wires *wanted)
{
    for (uint32_t i = 0; i < link->wires.count; i++)
        if (link->wires.at[i].made && !wires_find(wanted, link->wires.at[i].port, link->wires.at[i].to))
            client_disconnect(link->client, link->wires.at[i].port, link->wires.at[i].to);
}

/* What the keeper of the connections has written. */
static bool follow_file(struct link *link)
{
    char path[PATH_MAX];
    struct wires wanted;
    struct stat st;

    (void)snprintf(path, sizeof(path), "%.*s/audio.connections", PATH_MAX - 32, link->paths->data);
    if (link->keeps || stat(path, &st) != 0 || memcmp(&st.st_mtim, &link->file_time, sizeof(st.st_mtim)) == 0)
        return false;
    link->file_time = st.st_mtim;
    if (wires_read(link->paths, &wanted, NULL) != ERR_OK)
        return false;
    drop_others(link, &wanted);
    link->wires = wanted;
    return true;
}

static void look_at_wires(struct link *link, const struct client_pulse *pulse, bool is_new)
{
    bool followed = follow_file(link), changed;

    if (!is_new && !followed && !link->is_told && !link->doubts && !pulse->ports_changed && !pulse->rewired)
        return;
    changed = look_at_ports(link);
    changed = mend(link, is_new || followed || link->is_told || pulse->ports_changed) || changed;
    if (is_new)
        connect_by_default(link);
    if (link->keeps && (changed || link->is_told))
        save(link);
    link->is_told = false;
}

/* ---- joining and leaving ---- */

static void leave(struct link *link, const char *why)
{
    struct client *client = link->client;

    log_warn("the JACK server: %s", why);
    link->client = NULL;
    link->facts.is_connected = false;
    (void)snprintf(link->facts.trouble, sizeof(link->facts.trouble), "%s", why);
    for (uint32_t i = 0; i < link->wires.count; i++)
        link->wires.at[i].made = link->wires.at[i].missed = false;
    atomic_store(&link->leaving, clock_steady());
    pthread_mutex_unlock(&link->lock);
    client_close(client);
    pthread_mutex_lock(&link->lock);
    atomic_store(&link->leaving, 0);
    atomic_store(&link->entered, 0);
    atomic_store(&link->left, 0);
}

static usec_t join(struct link *link)
{
    struct client_pulse none = { 0 };
    struct client *client;
    struct fault fault = { 0 };
    enum err e;

    pthread_mutex_unlock(&link->lock);
    e = client_open(link->name, link->engine, &client, &fault);
    pthread_mutex_lock(&link->lock);
    if (e != ERR_OK) {
        (void)snprintf(link->facts.trouble, sizeof(link->facts.trouble), "%.199s", fault.what);
        return e == ERR_EXISTS ? TAKEN_US : RETRY_US;
    }
    link->client = client;
    link->moved = clock_steady();
    link->facts.is_connected = true;
    link->facts.connects++;
    link->facts.trouble[0] = '\0';
    client_tell(client, &link->facts.client);
    look_at_wires(link, &none, true);
    log_info("on the JACK server: %u Hz, periods of %u frames", link->facts.client.rate, link->facts.client.period);
    return LOOK_US;
}

static usec_t stay(struct link *link)
{
    struct client_pulse pulse = client_look(link->client);
    usec_t now = clock_steady();

    atomic_store(&link->entered, pulse.entered);
    atomic_store(&link->left, pulse.left);
    if (pulse.left != link->last_left)
        link->moved = now;
    link->last_left = pulse.left;
    if (pulse.is_lost)
        leave(link, "it has ended");
    else if (now - link->moved > SILENT_US)
        leave(link, "it runs no periods");
    else {
        look_at_wires(link, &pulse, false);
        client_tell(link->client, &link->facts.client);
        client_lead(link->client, atomic_load(&link->bpm));
    }
    return LOOK_US;
}

static void *run(void *state)
{
    struct link *link = state;

    pthread_mutex_lock(&link->lock);
    while (!link->stops) {
        usec_t pause = link->client ? stay(link) : join(link);
        pthread_mutex_unlock(&link->lock);
        clock_sleep(pause);
        pthread_mutex_lock(&link->lock);
    }
    if (link->client)
        leave(link, "left");
    link->has_ended = true;
    pthread_mutex_unlock(&link->lock);
    return NULL;
}

enum err link_open(const struct paths *paths, const char *name, struct engine *engine, bool keeps, struct link **link,
                   struct fault *fault)
{
    struct link *made = calloc(1, sizeof(*made));
    const char *server = getenv("JACK_DEFAULT_SERVER");
    struct fault ignored = { 0 };

    *link = NULL;
    if (!made)
        return fault_set(fault, ERR_FULL, "no memory for the link to JACK");
    made->paths = paths;
    made->engine = engine;
    made->keeps = keeps;
    (void)snprintf(made->name, sizeof(made->name), "%s", name);
    (void)snprintf(made->facts.name, sizeof(made->facts.name), "%s", name);
    (void)snprintf(made->facts.server, sizeof(made->facts.server), "%s", server ? server : "");
    if (wires_read(paths, &made->wires, &ignored) != ERR_OK)
        log_fault("connections are not known", &ignored);
    pthread_mutex_init(&made->lock, NULL);
    if (pthread_create(&made->thread, NULL, run, made) != 0) {
        free(made);
        return fault_set(fault, ERR_FULL, "no thread for the link to JACK");
    }
    *link = made;
    return ERR_OK;
}

void link_close(struct link *link)
{
    usec_t end = clock_steady() + STUCK_US;
    bool has_ended = false;

    if (!link)
        return;
    while (!has_ended && clock_steady() < end) {
        if (pthread_mutex_trylock(&link->lock) == 0) {
            link->stops = true;
            has_ended = link->has_ended;
            pthread_mutex_unlock(&link->lock);
        }
        clock_sleep(1000);
    }
    if (!has_ended) { /* it keeps its memory: it may come back to it */
        log_warn("the JACK server hangs; left as it is");
        return;
    }
    pthread_join(link->thread, NULL);
    pthread_mutex_destroy(&link->lock);
    free(link);
}

/* ---- the control thread ---- */

bool link_is_alive(struct link *link)
{
    uint64_t left = atomic_load(&link->left);
    usec_t now = clock_steady();

    if (left != link->seen_left || atomic_load(&link->entered) == left) {
        link->seen_left = left;
        link->seen_at = now;
    }
    return now - link->seen_at < HANG_US;
}

bool link_is_stuck(struct link *link)
{
    int64_t since = atomic_load(&link->leaving);

    return since != 0 && clock_steady() - since > STUCK_US;
}

/* A thread that hangs in JACK may hold the lock: what it said last stands meanwhile. */
void link_tell(struct link *link, struct link_facts *facts)
{
    if (pthread_mutex_trylock(&link->lock) == 0) {
        link->told = link->facts;
        pthread_mutex_unlock(&link->lock);
    }
    *facts = link->told;
}

static enum err take_lock(struct link *link, struct fault *fault)
{
    usec_t end = clock_steady() + HANG_US / 4;

    while (pthread_mutex_trylock(&link->lock) != 0) {
        if (clock_steady() > end)
            return fault_set(fault, ERR_BUSY, "the JACK server does not answer");
        clock_sleep(500);
    }
    return ERR_OK;
}

enum err link_wires(struct link *link, struct wires *wires, struct fault *fault)
{
    enum err e = take_lock(link, fault);

    if (e != ERR_OK)
        return e;
    *wires = link->wires;
    pthread_mutex_unlock(&link->lock);
    return ERR_OK;
}

enum err link_want(struct link *link, enum client_port port, const char *to, bool wanted, struct fault *fault)
{
    struct wire *wire;
    enum err e = take_lock(link, fault);

    if (e != ERR_OK)
        return e;
    wire = wires_find(&link->wires, port, to);
    if (wanted && !wire)
        wire = wires_add(&link->wires, port, to);
    if (wanted && !wire)
        e = fault_set(fault, ERR_FULL, "%d connections are remembered already", WIRES);
    if (wire)
        wire->dropped = !wanted;
    link->is_told = true;
    pthread_mutex_unlock(&link->lock);
    return e;
}

void link_lead(struct link *link, double bpm)
{
    atomic_store(&link->bpm, bpm);
}
