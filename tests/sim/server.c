#include <poll.h>
#include <setjmp.h>
#include <stdlib.h>

#include "proto/service/service_parts.h"
#include "schema_audio.h"
#include "schema_service.h"
#include "services/persist/open.h"
#include "services/persist/turn/turn.h"
#include "tests/sim/sim.h"

enum { MOMENTS = 600 }; /* the largest length of a life that is not the whole world's */
static const usec_t down_at_most = 2000000;

#define NEVER INT64_MAX

static struct {
    struct persist persist;
    struct service *service;
    jmp_buf death;
    bool has_died;
} server;

/* ---- birth ---- */

static struct service *make_service(const struct schema *schema)
{
    struct service *service = calloc(1, sizeof(*service));
    struct fault fault = { 0 };

    if (!service)
        sim_fail("no memory");
    service->schema = schema;
    service->name = schema->service;
    service->paths = sim.paths;
    service->signals = service->lock = service->recall_file = -1;
    service->epoch = (uint64_t)clock_now();
    ticket_init(&service->tickets);
    service->latencies = calloc(schema->ask_count + schema_service.ask_count, sizeof(*service->latencies));
    service->sequences = calloc(schema->event_count + 1, sizeof(*service->sequences));
    service->sockets = sockets_new(&fault);
    sockets_open(service->sockets, SOCKET_ASK, "persist.ask", &service->ask_socket, &fault);
    sockets_open(service->sockets, SOCKET_EVENTS, "persist.events", &service->event_socket, &fault);
    return service;
}

/* As in services/persist/main.c. */
static void open_persist(void)
{
    struct persist *p = &server.persist;

    server.service = make_service(&schema_persist);
    *p = (struct persist){ .service = server.service, .paths = &sim.paths };
    persist_open(p);
    errands_begin(p->mailbox);
    if (!p->store)
        sim_fail("the store does not open: %s", p->alarm);
    service_answer(server.service, &persist_asks, p);
    service_each_turn(server.service, turn_end_unless_asked, p);
    service_set_report(server.service, persist_report, NULL, p);
}

static void be_born(void)
{
    server.has_died = false;
    if (sim.is_once) {
        server.service = make_service(&schema_audio);
        errands_begin(NULL);
        once_open(server.service);
    } else {
        open_persist();
    }
    network_server(true);
    sim_step("born", 0);
}

/* ---- death ---- */

bool server_has_died(void)
{
    return server.has_died;
}

void server_die(void)
{
    longjmp(server.death, 1);
}

/* A death: an open transaction is never committed, and asks in progress are forgotten. */
static void close_persist(void)
{
    struct persist *p = &server.persist;

    txn_end(p->w.txn);
    p->w.txn = NULL;
    persist_close(p);
}

static void clear_away(void)
{
    struct service *service = server.service;

    server.has_died = true;
    death_arm(0);
    network_server(false);
    if (!sim.is_once)
        close_persist();
    ticket_drop_all(service);
    call_free_spare(service);
    recall_free(service);
    sockets_close(service->ask_socket);
    sockets_close(service->event_socket);
    sockets_free(service->sockets);
    buffer_free(&service->frame);
    arena_free(&service->received_arena);
    free(service->latencies);
    free(service->sequences);
    free(service);
}

/* ---- the world around it ---- */

/* Lets one thing happen, not later than `until`; false: nothing did. */
static bool world_turns(usec_t until)
{
    uint32_t client = 0;
    usec_t mail = network_due(), due = client_due(&client);

    if (!server.has_died && errands_due() <= until && errands_due() <= mail && errands_due() <= due) {
        sim.now = errands_due() > sim.now ? errands_due() : sim.now;
        errands_turn();
        return true;
    }
    if (mail > until && due > until)
        return false;
    if (mail <= due) {
        sim.now = mail > sim.now ? mail : sim.now;
        if (network_arrive(&client))
            client_run(client);
        return true;
    }
    sim.now = due > sim.now ? due : sim.now;
    client_run(client);
    return true;
}

static bool has_mail(void)
{
    return network_server_has_mail() || errands_have_mail();
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms);
int __wrap___poll_chk(struct pollfd *fds, nfds_t count, int timeout_ms, size_t size);

/* persist waits: meanwhile the rest of the world runs. Everything due by then happens first. */
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    usec_t until = sim.now + (usec_t)timeout_ms * 1000;

    death_may_come("between two turns");
    sim_set_clock();
    while (world_turns(sim.now) || (!has_mail() && sim.steps < sim.steps_end && world_turns(until)))
        ;
    if (!has_mail() && sim.now < until)
        sim.now = until;
    if (sim.steps >= sim.steps_end)
        server.service->stopping = true;
    for (nfds_t i = 0; i < count; i++) {
        bool asked = network_server_has_mail() && fds[i].fd == sockets_fd(server.service->ask_socket);
        bool has_mail = errands_have_mail() && fds[i].fd == errands_fd();
        fds[i].revents = asked || has_mail ? POLLIN : 0;
    }
    return 1;
}

/* The name of poll in a fortified build. */
int __wrap___poll_chk(struct pollfd *fds, nfds_t count, int timeout_ms, size_t size)
{
    (void)size;
    return __wrap_poll(fds, count, timeout_ms);
}

static void be_down(void)
{
    usec_t until = sim.now + 1 + (usec_t)sim_random((uint64_t)down_at_most);

    while (sim.steps < sim.steps_end && world_turns(until))
        ;
    sim.now = until > sim.now ? until : sim.now;
}

void server_live(void)
{
    be_born();
    if (setjmp(server.death) == 0) {
        death_arm(sim_chance(950) ? 1 + sim_random(sim_chance(500) ? MOMENTS : MOMENTS / 20) : 0);
        service_loop(server.service);
        sim_step("stopped", (uint64_t)server.service->exit_code);
    } else {
        sim.counts.deaths++;
        sim_step("dead", 0);
    }
    clear_away();
    be_down();
}
