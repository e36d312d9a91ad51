#include <string.h>

#include "proto/transport/requester.h"
#include "tests/sim/deed.h"

enum { AT_ONCE = 3, BUDGET_LEAST_MS = 50, BUDGET_MS = 20000 };
enum { DIES = 4, ASKS_AGAIN = 120, GIVES_UP = 200 }; /* of a thousand */
static const usec_t thinking = 30000;

#define NEVER INT64_MAX

struct client {
    uint32_t life;
    struct sockets *sockets;
    struct requester *requester;
    usec_t thinks_until;
    struct deed *under_way[AT_ONCE];
    struct deed *owed[AT_ONCE]; /* without a definite answer: they will be asked again with the same request id */
};

static struct client clients[CLIENTS];

static void be_born(struct client *client)
{
    struct fault fault = { 0 };

    client->life++;
    client->sockets = sockets_new(&fault);
    client->requester = requester_new(client->sockets, &sim.paths, AT_ONCE);
    client->thinks_until = sim.now + (usec_t)sim_random((uint64_t)thinking);
}

/* The client dies and forgets its asks in progress. It keeps its unanswered deeds, because they belong to work that
 * outlives it. */
static void end_client(struct client *client)
{
    sim.counts.client_deaths++;
    sim_step("client dies", (uint64_t)(client - clients));
    requester_free(client->requester);
    sockets_free(client->sockets);
    for (int i = 0; i < AT_ONCE; i++) {
        client->owed[i] = client->under_way[i] ? client->under_way[i] : client->owed[i];
        client->under_way[i] = NULL;
        if (client->owed[i] && sim_chance(GIVES_UP))
            client->owed[i] = NULL;
    }
    be_born(client);
}

void client_begin_all(void)
{
    memset(clients, 0, sizeof(clients));
    for (int i = 0; i < CLIENTS; i++)
        be_born(&clients[i]);
}

void client_end_all(void)
{
    for (int i = 0; i < CLIENTS; i++) {
        requester_free(clients[i].requester);
        sockets_free(clients[i].sockets);
    }
}

/* ---- asking ---- */

/* In one life a client does not use an id for two things: a late answer to one would be taken for the other's. */
static bool may_ask(const struct client *client, const struct deed *deed)
{
    for (int i = 0; i < AT_ONCE; i++)
        if (client->under_way[i] == deed)
            return false;
    return !deed->rival || deed->rival->asked_in[client - clients] != client->life;
}

static void send_ask(struct client *client, int place, struct deed *deed)
{
    struct buffer body = { 0 };
    struct fault fault = { 0 };
    uint32_t budget = BUDGET_LEAST_MS + (uint32_t)sim_random(sim_chance(100) ? 200 : BUDGET_MS);
    enum err e;

    client->owed[place] = NULL;
    if (!may_ask(client, deed))
        return;
    deed->asked_in[client - clients] = client->life;
    deed_encode(deed, &body);
    network_for((uint32_t)(client - clients));
    deed->first_sent = deed->first_sent ? deed->first_sent : sim.now;
    deed->asked_anew = deed->asked_anew || deed->answered;
    sim_step("deed", (uint64_t)deed->kind);
    e = requester_send(client->requester, text_of(deed_ask(deed)->full_name), buffer_bytes(&body), budget,
                       deed->request, 0, (struct text){ 0 }, deed, &fault);
    if (e != ERR_OK)
        sim_fail("an ask is not sent: %s", fault.what);
    buffer_free(&body);
    client->under_way[place] = deed;
}

/* Mostly a new deed; sometimes one that was answered already, or that another client asked for. */
static struct deed *choose_deed(struct client *client, int place)
{
    struct deed *deed = client->owed[place];

    if (deed)
        return deed;
    if (deed_count() > 0 && sim_chance(ASKS_AGAIN)) {
        sim.counts.repeated++;
        return deed_at((uint32_t)sim_random(deed_count()));
    }
    deed = deed_draw();
    sim.counts.deeds += deed != NULL;
    return deed;
}

static void act_once(struct client *client)
{
    struct deed *deed;

    client->thinks_until = sim.now + 1 + (usec_t)sim_random((uint64_t)thinking);
    if (sim_chance(DIES)) {
        end_client(client);
        return;
    }
    for (int place = 0; place < AT_ONCE; place++) {
        if (client->under_way[place])
            continue;
        deed = choose_deed(client, place);
        if (deed)
            send_ask(client, place, deed);
        return;
    }
}

/* ---- answers ---- */

/* busy, io, full, timeout, offline and the answers of a stopping service leave open whether the deed was done. */
static bool says_something(enum err e)
{
    return e == ERR_OK || e == ERR_BAD_REQUEST || e == ERR_NOT_FOUND || e == ERR_EXISTS || e == ERR_CONFLICT;
}

/* A refusal that arrives after an ack is older than it: persist never sends one later (deed_is_answered). */
static void take_delivery(struct deed *deed, const struct delivery *delivery)
{
    if (deed->answered && (deed->error == ERR_OK || delivery->error != ERR_OK))
        return;
    sim.counts.acked += delivery->error == ERR_OK;
    sim.counts.refused += delivery->error != ERR_OK;
    deed->answered = sim.now;
    deed->error = delivery->error;
    if (deed->error == ERR_OK)
        deed_learn(deed, delivery->body);
}

static void deliver_answer(struct client *client, const struct delivery *delivery)
{
    struct deed *deed = delivery->token;
    int place = 0;

    while (client->under_way[place] != deed)
        place++;
    client->under_way[place] = NULL;
    sim_step(err_name(delivery->error), (uint64_t)place);
    if (says_something(delivery->error)) {
        take_delivery(deed, delivery);
        return;
    }
    sim.counts.unknown++;
    if (delivery->error == ERR_INTERNAL || delivery->error == ERR_TOO_LARGE || delivery->error == ERR_DENIED)
        sim_fail("an ask is answered with %s", err_name(delivery->error));
    client->owed[place] = sim_chance(GIVES_UP) ? NULL : deed;
}

void client_run(uint32_t number)
{
    struct client *client = &clients[number];
    struct delivery delivery;

    while (requester_take(client->requester, &delivery))
        deliver_answer(client, &delivery);
    if (sim.now >= client->thinks_until)
        act_once(client);
}

usec_t client_due(uint32_t *number)
{
    usec_t due = NEVER;

    for (uint32_t i = 0; i < CLIENTS; i++) {
        usec_t own = requester_due(clients[i].requester);
        own = own < clients[i].thinks_until ? own : clients[i].thinks_until;
        if (own < due) {
            due = own;
            *number = i;
        }
    }
    return due;
}
