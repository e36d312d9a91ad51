#include <string.h>

#include "services/streamer/streamer.h"

enum { PATIENCE_US = 5000000, MARGIN_US = 500000 };

static struct patience_ask take_at(struct patience *patience, uint32_t index)
{
    struct patience_ask one = patience->each[index];

    patience->count--;
    memmove(patience->each + index, patience->each + index + 1, (patience->count - index) * sizeof(one));
    return one;
}

enum err patience_wait(struct streamer *streamer, struct call *call, patience_do *act, const void *ask)
{
    struct patience *patience = &streamer->patience;
    usec_t now = clock_steady(), until = call_deadline(call) - MARGIN_US;
    bool waits = patience->count > 0 || desk_check(&streamer->desk, NULL) != ERR_OK;

    if (until > now + PATIENCE_US)
        until = now + PATIENCE_US;
    if (!waits || until <= now || patience->count == PATIENCE_ASKS)
        return act(streamer, call, ask);
    struct ticket ticket = call_defer(call);
    if (ticket.number)
        patience->each[patience->count++] = (struct patience_ask){ act, ask, call, ticket, until };
    return ERR_OK;
}

/* Its client may have gone, and its call with it. */
static void do_late(struct streamer *streamer, const struct patience_ask *one)
{
    if (!ticket_is_open(streamer->service, one->ticket))
        return;
    if (one->act(streamer, one->call, one->ask) != ERR_OK)
        ticket_fail(streamer->service, one->ticket, call_fault(one->call));
}

/* The first that may be done now; its index, or the count. */
static uint32_t first_due(struct streamer *streamer)
{
    const struct patience *patience = &streamer->patience;
    bool runs = desk_check(&streamer->desk, NULL) == ERR_OK;
    usec_t now = clock_steady();
    uint32_t i = 0;

    while (i < patience->count && !runs && patience->each[i].until > now)
        i++;
    return i;
}

void patience_tick(struct streamer *streamer)
{
    struct patience *patience = &streamer->patience;
    uint32_t due;

    while (patience->count && (due = first_due(streamer)) < patience->count) {
        struct patience_ask one = take_at(patience, due);

        do_late(streamer, &one);
    }
}

void patience_drop(struct streamer *streamer, patience_do *act)
{
    struct patience *patience = &streamer->patience;
    struct fault fault = { 0 };

    fault_set(&fault, ERR_CONFLICT, "it was stopped before it began");
    for (uint32_t i = patience->count; i-- > 0;)
        if (patience->each[i].act == act) {
            struct patience_ask one = take_at(patience, i);

            ticket_fail(streamer->service, one.ticket, &fault);
        }
}
