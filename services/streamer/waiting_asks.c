#include "services/streamer/waiting_asks.h"

#include <string.h>

enum { PATIENCE_US = 5000000, MARGIN_US = 500000 };
enum { PERIODS_AHEAD = 2 }; /* a cue that was sent is taken by the second period from then at the latest */

static struct waiting_asks_ask take_at(struct waiting_asks *waiting, uint32_t index)
{
    struct waiting_asks_ask one = waiting->each[index];

    waiting->count--;
    memmove(waiting->each + index, waiting->each + index + 1, (waiting->count - index) * sizeof(one));
    return one;
}

static enum err wait_for(struct waiting_asks *waiting, struct call *call, waiting_asks_do *act, const void *ask,
                         uint32_t periods)
{
    usec_t now = clock_steady(), until = call_deadline(call) - MARGIN_US;
    bool runs = core_link_check(waiting->core, CORE_PAUSE_US, NULL) == ERR_OK;
    bool waits = waiting->count > 0 || !runs || periods > 0;

    if (until > now + PATIENCE_US)
        until = now + PATIENCE_US;
    if (!waits || until <= now || waiting->count == WAITING_ASKS)
        return act(waiting->streamer, call, ask);
    struct ticket ticket = call_defer(call);
    if (ticket.number)
        waiting->each[waiting->count++] =
            (struct waiting_asks_ask){ act, ask, call, ticket, until, waiting->core->state.periods, periods };
    return ERR_OK;
}

enum err waiting_asks_wait(struct waiting_asks *waiting, struct call *call, waiting_asks_do *act, const void *ask)
{
    return wait_for(waiting, call, act, ask, 0);
}

enum err waiting_asks_settle(struct waiting_asks *waiting, struct call *call, waiting_asks_do *act, const void *ask)
{
    return wait_for(waiting, call, act, ask, PERIODS_AHEAD);
}

/* If the ticket is closed, the call no longer exists. */
static void do_late(struct waiting_asks *waiting, const struct waiting_asks_ask *one)
{
    if (!ticket_is_open(waiting->service, one->ticket))
        return;
    const uint64_t before = ticket_take_up(waiting->service, one->ticket);
    if (one->act(waiting->streamer, one->call, one->ask) != ERR_OK)
        ticket_fail(waiting->service, one->ticket, call_fault(one->call));
    service_lay_down(waiting->service, before);
}

static bool has_settled(const struct waiting_asks *waiting, const struct waiting_asks_ask *one)
{
    return waiting->core->state.periods - one->since >= one->periods;
}

/* Returns the index of the first ask that is due; waiting->count if none is. */
static uint32_t first_due(const struct waiting_asks *waiting)
{
    bool runs = core_link_check(waiting->core, CORE_PAUSE_US, NULL) == ERR_OK;
    usec_t now = clock_steady();
    uint32_t i = 0;

    while (i < waiting->count && !(runs && has_settled(waiting, &waiting->each[i])) && waiting->each[i].until > now)
        i++;
    return i;
}

void waiting_asks_tick(struct waiting_asks *waiting)
{
    uint32_t due;

    while (waiting->count && (due = first_due(waiting)) < waiting->count) {
        struct waiting_asks_ask one = take_at(waiting, due);

        do_late(waiting, &one);
    }
}

void waiting_asks_drop(struct waiting_asks *waiting, waiting_asks_do *act)
{
    struct fault fault = { 0 };

    fault_set(&fault, ERR_CONFLICT, "it was stopped before it began");
    for (uint32_t i = waiting->count; i-- > 0;)
        if (waiting->each[i].act == act) {
            struct waiting_asks_ask one = take_at(waiting, i);

            ticket_fail(waiting->service, one.ticket, &fault);
        }
}
