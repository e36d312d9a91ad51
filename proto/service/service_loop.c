#include <sched.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/process/log.h"
#include "proto/service/service_parts.h"

enum { OWN_FDS = 4, FDS = OWN_FDS + REQUESTER_FDS + LIMIT_WATCHED };

/* The result of a wait. The service's own descriptors come first, then the requester's, then the watched ones. */
struct waited {
    struct pollfd at[FDS];
    struct socket *sockets[OWN_FDS]; /* of the own descriptors; NULL for the signals */
    uint32_t own, requester, count;
};

/* A late timer ticks once, and its next period begins now. A tick may change the list. */
static bool tick_timers(struct service *service, usec_t now)
{
    bool any = false;

    for (uint32_t i = 0; i < service->timer_count; i++) {
        struct timer *timer = &service->timers[i];

        if (now < timer->due)
            continue;
        timer->due = now + timer->period;
        timer->tick(timer->state);
        any = true;
    }
    return any;
}

/* ---- waiting ---- */

static void wait_for(struct waited *waited, int fd, struct socket *socket)
{
    waited->sockets[waited->own] = socket;
    waited->at[waited->own++] = (struct pollfd){ fd, POLLIN, 0 };
}

static bool is_settled(const struct service *service)
{
    return service->waiting.count == 0 && sockets_settled(service->ask_socket) && !service->requester_stirred &&
           (!service->subscribed_socket || sockets_settled(service->subscribed_socket));
}

static usec_t next_due(const struct service *service)
{
    usec_t due = service->tickets.due;

    if (service->requester && requester_due(service->requester) < due)
        due = requester_due(service->requester);
    for (uint32_t i = 0; i < service->timer_count; i++)
        due = service->timers[i].due < due ? service->timers[i].due : due;
    return due;
}

static int timeout_ms(const struct service *service)
{
    usec_t left;

    if (!is_settled(service))
        return 0;
    left = next_due(service) - clock_steady();
    if (left <= 0)
        return 0;
    return left / 1000 < LIMIT_BEAT_MS ? (int)(left / 1000) + 1 : LIMIT_BEAT_MS;
}

static void wait_once(struct service *service, struct waited *waited)
{
    waited->own = 0;
    wait_for(waited, service->signals, NULL);
    wait_for(waited, sockets_fd(service->ask_socket), service->ask_socket);
    if (service->event_socket)
        wait_for(waited, sockets_fd(service->event_socket), service->event_socket);
    if (service->subscribed_socket)
        wait_for(waited, sockets_fd(service->subscribed_socket), service->subscribed_socket);
    waited->count = waited->own;
    if (service->requester)
        waited->count += requester_wait_for(service->requester, waited->at + waited->own, REQUESTER_FDS);
    waited->requester = waited->count;
    for (uint32_t i = 0; i < service->watch_count; i++) {
        waited->at[waited->count++] = (struct pollfd){ service->watches[i].fd, POLLIN, 0 };
        service->watches[i].is_new = false;
    }
    if (poll(waited->at, waited->count, timeout_ms(service)) <= 0)
        for (uint32_t i = 0; i < waited->count; i++)
            waited->at[i].revents = 0;
}

/* ---- one turn ---- */

static void take_signal(struct service *service)
{
    struct signalfd_siginfo signal;

    while (read(service->signals, &signal, sizeof(signal)) == sizeof(signal)) {
        log_info("signal %u: stopping", signal.ssi_signo);
        service->stopping = true;
    }
}

static bool is_signalled(const struct waited *waited, const struct socket *socket)
{
    for (uint32_t i = 0; i < waited->own; i++)
        if (waited->sockets[i] == socket && waited->at[i].revents)
            return true;
    return false;
}

static bool wants_reading(const struct waited *waited, const struct socket *socket)
{
    return socket && (!sockets_settled(socket) || is_signalled(waited, socket));
}

static bool take_messages(struct service *service, const struct waited *waited)
{
    bool any = false, requester = service->requester_stirred;

    if (service->waiting.count > 0 || wants_reading(waited, service->ask_socket))
        any = call_take_all(service) > 0;
    if (service->event_socket && is_signalled(waited, service->event_socket))
        sockets_tend(service->event_socket);
    if (wants_reading(waited, service->subscribed_socket))
        any = service_events_take(service) || any;
    for (uint32_t i = waited->own; i < waited->requester; i++)
        requester = requester || waited->at[i].revents;
    if (service->requester && (requester || clock_steady() >= requester_due(service->requester)))
        any = service_asks_take(service) || any;
    return any;
}

/* A callback may unwatch a descriptor that is ready too, and its number may be reused for a new one. */
static bool take_watched(struct service *service, const struct waited *waited)
{
    bool any = false;

    for (uint32_t i = waited->requester; i < waited->count; i++) {
        for (uint32_t j = 0; waited->at[i].revents && j < service->watch_count; j++) {
            if (service->watches[j].fd != waited->at[i].fd || service->watches[j].is_new)
                continue;
            service->watches[j].ready(service->watches[j].state, waited->at[i].fd);
            any = true;
            break;
        }
    }
    return any;
}

/* With many answers held, some clients are about to ask: one yield lets their asks join this commit. */
static void take_more(struct service *service)
{
    uint32_t held;

    do {
        held = service->held.count;
        sched_yield();
        call_take_all(service);
    } while (service->held.count > held && service->held.count < LIMIT_TURN);
}

void service_beat(void *state)
{
    struct service *service = state;

    if (!service->is_alive || service->is_alive(service->alive_state))
        board_beat(service->entry);
}

/* Heartbeats also follow the messages and the watched descriptors, so that a long turn of several kinds of work is not
 * silent as a whole. */
static void take_turn(struct service *service, const struct waited *waited)
{
    bool any;

    service_look_at_board(service);
    service_beat(service);
    if (service->subscribed_socket)
        sockets_follow(service->subscribed_socket);
    sockets_look_after();
    service->turn_began = clock_steady();
    service->turn_ends = service->turn_began + LIMIT_TURN_MS * 1000;
    service->held_ends = service->turn_began + LIMIT_HELD_MS * 1000;
    if (waited->at[0].revents)
        take_signal(service);
    any = take_messages(service, waited);
    if (service->held.count > 1)
        take_more(service);
    service_beat(service);
    any = take_watched(service, waited) || any;
    service_beat(service);
    any = tick_timers(service, clock_steady()) || any;
    any = ticket_expire(service, clock_steady()) || any;
    if (any && service->end_of_turn)
        service->end_of_turn(service->end_of_turn_state);
}

void service_loop(struct service *service)
{
    struct waited waited = { 0 };

    while (!service->stopping) {
        wait_once(service, &waited);
        take_turn(service, &waited);
    }
    service->state = BOARD_STOPPING;
    board_state(service->entry, BOARD_STOPPING);
    service_asks_abandon(service);
}
