#include "services/streamer/patience.h"

#include <string.h>

enum { PATIENCE_US = 5000000, MARGIN_US = 500000 };

static struct patience_ask take_at(struct patience *patience, uint32_t index)
{
    struct patience_ask one = patience->each[index];

    patience->count--;
    memmove(patience->each + index, patience->each + index + 1, (patience->count - index) * sizeof(one));
    return one;
}

enum err patience_wait(struct patience *patience, struct call *call, patience_do *act, const void *ask)
{
    usec_t now = clock_steady(), until = call_deadline(call) - MARGIN_US;
    bool waits = patience->count > 0 || desk_check(patience->desk, NULL) != ERR_OK;

    if (until > now + PATIENCE_US)
        until = now + PATIENCE_US;
    if (!waits || until <= now || patience->count == PATIENCE_ASKS)
        return act(patience->streamer, call, ask);
    struct ticket ticket = call_defer(call);
    if (ticket.number)
        patience->each[patience->count++] = (struct patience_ask){ act, ask, call, ticket, until };
    return ERR_OK;
}

/* Its client may have gone, and its call with it. */
static void do_late(struct patience *patience, const struct patience_ask *one)
{
    if (!ticket_is_open(patience->service, one->ticket))
        return;
    if (one->act(patience->streamer, one->call, one->ask) != ERR_OK)
        ticket_fail(patience->service, one->ticket, call_fault(one->call));
}

/* The first that may be done now; its index, or the count. */
static uint32_t first_due(const struct patience *patience)
{
    bool runs = desk_check(patience->desk, NULL) == ERR_OK;
    usec_t now = clock_steady();
    uint32_t i = 0;

    while (i < patience->count && !runs && patience->each[i].until > now)
        i++;
    return i;
}

void patience_tick(struct patience *patience)
{
    uint32_t due;

    while (patience->count && (due = first_due(patience)) < patience->count) {
        struct patience_ask one = take_at(patience, due);

        do_late(patience, &one);
    }
}

void patience_drop(struct patience *patience, patience_do *act)
{
    struct fault fault = { 0 };

    fault_set(&fault, ERR_CONFLICT, "it was stopped before it began");
    for (uint32_t i = patience->count; i-- > 0;)
        if (patience->each[i].act == act) {
            struct patience_ask one = take_at(patience, i);

            ticket_fail(patience->service, one.ticket, &fault);
        }
}
