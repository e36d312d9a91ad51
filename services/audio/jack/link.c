#include "services/audio/jack/link.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/hang.h"
#include "common/process/log.h"
#include "services/audio/jack/patch.h"
#include "services/audio/jack/patch_chains.h"

enum {
    LOOK_US = 10000,
    TAKEN_US = 5000,      /* between attempts while a predecessor's client may still have our name … */
    REFUSED_US = 1000000, /* … which JACK notices within this time */
    RETRY_US = 50000,     /* between attempts while there is no server, or it refuses us */
    SILENT_US = 3000000,  /* a server without a period for so long has removed us */
    HANG_US = 400000,     /* longest duration of a period, and … */
    STUCK_US = 2000000,   /* … of leaving a server, by hang.h */
};

struct link {
    struct engine *engine;
    struct mailbox *mailbox;
    pthread_t thread;

    /* Guarded by the lock, which no thread holds while it calls JACK. */
    pthread_mutex_t lock;
    pthread_cond_t call; /* wakes the thread: a request, or the end */
    struct link_facts facts;
    struct link_request *requests;
    bool stops, has_ended;

    struct client_life life;
    _Atomic int32_t task;     /* id of the thread; 0: it has not run yet */
    _Atomic bool is_leaving;  /* a server */
    _Atomic int64_t answered; /* time of the server's last answer, by clock_steady */

    /* used only by the thread */
    char name[CLIENT_NAME];
    struct client *client;
    struct patch patch;
    struct link_facts now; /* the facts before publication */
    usec_t moved;          /* time of the last period's end */
    usec_t refused;        /* time of the first refusal since the server let us in; 0: none */
    uint64_t last_left;

    /* used only by the control thread */
    uint64_t seen_left, periods_seen, looks_seen;
    struct hang_watch period, leaving;
};

/* ---- requests ---- */

static void put_last(struct link *link, struct link_request *request)
{
    struct link_request **at = &link->requests;

    while (*at)
        at = &(*at)->next;
    *at = request;
}

static struct link_request *take_request(struct link *link)
{
    struct link_request *request;

    pthread_mutex_lock(&link->lock);
    request = link->requests;
    if (request)
        link->requests = request->next;
    pthread_mutex_unlock(&link->lock);
    return request;
}

static enum err grant_request(struct link *link, struct link_request *request)
{
    switch (request->verb) {
    case LINK_CONNECT:
        return patch_want(&link->patch, request->port, request->to,
                          request->for_take ? PATCH_CONNECT_FOR_TAKE : PATCH_CONNECT, &request->fault);
    case LINK_DISCONNECT:
        return patch_want(&link->patch, request->port, request->to, PATCH_DISCONNECT, &request->fault);
    case LINK_CHAIN:
        return patch_lead_through(&link->patch, request->chain_number, request->to, request->waits, &request->fault);
    case LINK_FOREIGN:
        if (link->client)
            request->foreign_count = client_foreign_ports(link->client, request->foreign, FOREIGN_PORTS);
        break;
    case LINK_LOOK:
        break;
    }
    return ERR_OK;
}

static void publish_facts(struct link *link)
{
    memcpy(link->now.chain, link->patch.chain, sizeof(link->now.chain));
    pthread_mutex_lock(&link->lock);
    link->facts = link->now;
    pthread_mutex_unlock(&link->lock);
}

static void answer_requests(struct link *link)
{
    struct client_pulse none = { 0 };
    struct link_request *request;

    while ((request = take_request(link))) {
        request->fault = (struct fault){ 0 };
        (void)grant_request(link, request);
        patch_look(&link->patch, &none);
        request->wires = link->patch.wires;
        memcpy(request->chain, link->patch.chain, sizeof(request->chain));
        publish_facts(link); /* the loop may ask for them as soon as it has the request */
        mailbox_put(link->mailbox, &request->home);
    }
}

/* ---- joining and leaving ---- */

static void leave_server(struct link *link, const char *why)
{
    struct client *client = link->client;

    log_warn("the JACK server: %s", why);
    link->client = NULL;
    link->now.is_connected = false;
    (void)snprintf(link->now.trouble, sizeof(link->now.trouble), "%s", why);
    patch_leave(&link->patch, why);
    publish_facts(link);
    atomic_store(&link->is_leaving, true);
    client_close(client);
    atomic_store(&link->is_leaving, false);
}

static void note_trouble(struct link *link, const struct fault *fault)
{
    if (fault->code == ERR_OFFLINE && link->now.server[0])
        (void)snprintf(link->now.trouble, sizeof(link->now.trouble), "no JACK server \"%.100s\" is running",
                       link->now.server);
    else
        (void)snprintf(link->now.trouble, sizeof(link->now.trouble), "%.199s", fault->what);
}

static usec_t pause_after(struct link *link, enum err e)
{
    if (e != ERR_EXISTS)
        return RETRY_US;
    if (!link->refused)
        link->refused = clock_steady();
    return clock_steady() - link->refused < REFUSED_US ? TAKEN_US : RETRY_US;
}

static usec_t join_server(struct link *link)
{
    struct client *client;
    struct fault fault = { 0 };
    enum err e = client_open(link->name, link->engine, &link->life, &client, &fault);

    if (e != ERR_OK) {
        note_trouble(link, &fault);
        return pause_after(link, e);
    }
    link->refused = 0;
    link->client = client;
    link->moved = clock_steady();
    link->now.is_connected = true;
    link->now.connects++;
    link->now.trouble[0] = '\0';
    client_report(client, &link->now.client);
    patch_join(&link->patch, client);
    log_info("on the JACK server: %u Hz, periods of %u frames", link->now.client.rate, link->now.client.period);
    return LOOK_US;
}

static usec_t watch_server(struct link *link)
{
    struct client_pulse pulse = client_look(link->client);
    usec_t now = clock_steady();

    if (pulse.left != link->last_left)
        link->moved = now;
    link->last_left = pulse.left;
    if (pulse.is_lost)
        leave_server(link, "it has ended");
    else if (now - link->moved > SILENT_US)
        leave_server(link, "it is not running");
    else {
        client_map_clock(link->client);
        patch_look(&link->patch, &pulse);
        client_report(link->client, &link->now.client);
        client_lead(link->client);
    }
    return LOOK_US;
}

/* False: the thread must end. */
static bool wait_for_call(struct link *link, usec_t pause)
{
    const struct timespec end = clock_timespec(clock_steady() + pause);
    bool goes_on;

    pthread_mutex_lock(&link->lock);
    while (!link->stops && !link->requests && pthread_cond_timedwait(&link->call, &link->lock, &end) == 0)
        ;
    goes_on = !link->stops;
    pthread_mutex_unlock(&link->lock);
    return goes_on;
}

static void *run_link(void *state)
{
    struct link *link = state;
    usec_t pause;

    atomic_store(&link->task, gettid());
    do {
        pause = link->client ? watch_server(link) : join_server(link);
        answer_requests(link);
        if (link->client)
            atomic_store(&link->answered, clock_steady());
        publish_facts(link);
    } while (wait_for_call(link, pause));
    if (link->client)
        leave_server(link, "left");
    pthread_mutex_lock(&link->lock);
    link->has_ended = true;
    pthread_mutex_unlock(&link->lock);
    return NULL;
}

static void make_call(pthread_cond_t *call)
{
    pthread_condattr_t steady;

    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(call, &steady);
    pthread_condattr_destroy(&steady);
}

enum err link_open(const struct link_plan *plan, struct link **link, struct fault *fault)
{
    struct link *made = alloc_zeroed(1, sizeof(*made));
    const char *server = getenv("JACK_DEFAULT_SERVER");

    *link = NULL;
    made->engine = plan->engine;
    made->mailbox = plan->mailbox;
    atomic_store(&made->answered, clock_steady());
    (void)snprintf(made->name, sizeof(made->name), "%s", plan->name);
    (void)snprintf(made->now.name, sizeof(made->now.name), "%s", plan->name);
    (void)snprintf(made->now.server, sizeof(made->now.server), "%s", server ? server : "");
    patch_open(&made->patch, plan->paths, plan->name, plan->keeps, plan->is_chained);
    pthread_mutex_init(&made->lock, NULL);
    make_call(&made->call);
    publish_facts(made);
    if (pthread_create(&made->thread, NULL, run_link, made) != 0) {
        free(made);
        return fault_set(fault, ERR_FULL, "cannot start a thread for the link to JACK");
    }
    *link = made;
    return ERR_OK;
}

static bool stop_link_thread(struct link *link)
{
    bool ended;

    pthread_mutex_lock(&link->lock);
    link->stops = true;
    ended = link->has_ended;
    pthread_cond_signal(&link->call);
    pthread_mutex_unlock(&link->lock);
    return ended;
}

bool link_close(struct link *link)
{
    struct hang_watch ending = { .looked = clock_steady() };

    if (!link)
        return true;
    while (!stop_link_thread(link)) {
        if (hang_watch_found(&ending, atomic_load(&link->task), 0, STUCK_US, "the link to JACK"))
            return false; /* the memory leaks, because the thread may still use it */
        clock_sleep(1000);
    }
    pthread_join(link->thread, NULL);
    pthread_cond_destroy(&link->call);
    pthread_mutex_destroy(&link->lock);
    free(link);
    return true;
}

/* ---- the control thread ---- */

bool link_is_alive(struct link *link)
{
    const uint64_t left = atomic_load(&link->life.left);
    const int32_t known = atomic_load(&link->life.task), task = known ? known : atomic_load(&link->task);

    if (left != link->seen_left || atomic_load(&link->life.entered) == left || atomic_load(&link->is_leaving))
        link->periods_seen++;
    link->seen_left = left;
    return !hang_watch_found(&link->period, task, link->periods_seen, HANG_US, "the audio thread");
}

bool link_is_stuck(struct link *link)
{
    if (!atomic_load(&link->is_leaving))
        link->looks_seen++;
    return hang_watch_found(&link->leaving, atomic_load(&link->task), link->looks_seen, STUCK_US,
                            "leaving a dead JACK server");
}

usec_t link_silence(struct link *link)
{
    return clock_steady() - atomic_load(&link->answered);
}

void link_report(struct link *link, struct link_facts *facts)
{
    pthread_mutex_lock(&link->lock);
    *facts = link->facts;
    pthread_mutex_unlock(&link->lock);
}

void link_send(struct link *link, struct link_request *request)
{
    request->next = NULL;
    pthread_mutex_lock(&link->lock);
    put_last(link, request);
    pthread_cond_signal(&link->call);
    pthread_mutex_unlock(&link->lock);
}
