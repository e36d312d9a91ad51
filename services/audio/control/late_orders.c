#include "services/audio/control/late_orders.h"

#include <string.h>

#include "services/audio/control/audio.h"

enum { LATE_US = 5000000, LATE_MARGIN_US = 500000 };

bool late_order_put(struct audio *audio, struct call *call, const struct order *orders, uint32_t count,
                    const void *answer)
{
    struct late_orders *late = &audio->late;
    const size_t size = call_ask(call)->answer->size;
    usec_t now = clock_steady(), until = call_deadline(call) - LATE_MARGIN_US;
    void *own;

    if (!audio_sounded(audio, LATE_US) || until <= now || late->count == LATE_ORDERS || count > LATE_PARTS)
        return false;
    own = arena_alloc(call_arena(call), size + 1);
    memcpy(own, answer, size);
    struct ticket ticket = call_defer(call);
    if (ticket.number)
        late->each[late->count++] = (struct late_order){ .parts = count,
                                                         .call = call,
                                                         .ticket = ticket,
                                                         .answer = own,
                                                         .until = until < now + LATE_US ? until : now + LATE_US };
    if (ticket.number)
        memcpy(late->each[late->count - 1].orders, orders, count * sizeof(*orders));
    return true;
}

/* The client may have gone, and its call with it. */
static void send_late(struct audio *audio, struct late_order *one)
{
    if (!ticket_is_open(audio->service, one->ticket))
        return;
    if (audio_orders_now(audio, one->call, one->orders, one->parts, one->answer) != ERR_OK) {
        ticket_fail(audio->service, one->ticket, call_fault(one->call));
        return;
    }
    if (call_ask(one->call)->answer == &transport_state_shape)
        audio_report_changed(audio, one->answer);
    ticket_answer(audio->service, one->ticket, one->answer);
}

/* The index of the first order that is due; the count if there is none. */
static uint32_t first_due(const struct audio *audio)
{
    const struct late_orders *late = &audio->late;
    usec_t now = clock_steady();
    bool sounds = audio_sounds(audio);
    uint32_t i = 0;

    while (i < late->count && !sounds && late->each[i].until > now)
        i++;
    return i;
}

void late_orders_tick(struct audio *audio)
{
    struct late_orders *late = &audio->late;
    uint32_t due;

    while (late->count && (due = first_due(audio)) < late->count) {
        struct late_order one = late->each[due];

        late->count--;
        memmove(late->each + due, late->each + due + 1, (late->count - due) * sizeof(one));
        send_late(audio, &one);
    }
}
