#include "services/audio/control/late_cues.h"

#include <string.h>

enum { LATE_MARGIN_US = 500000 };

bool late_cue_put(struct late_cues *late, struct call *call, const struct cue *cues, uint32_t count, const void *answer)
{
    const size_t size = call_ask(call)->answer->size;
    usec_t now = clock_steady(), until = call_deadline(call) - LATE_MARGIN_US;
    void *own;

    if (until <= now || late->count == LATE_CUES || count > LATE_PARTS)
        return false;
    own = arena_alloc(call_arena(call), size + 1);
    memcpy(own, answer, size);
    struct ticket ticket = call_defer(call);
    if (ticket.number)
        late->each[late->count++] = (struct late_cue){ .parts = count,
                                                       .call = call,
                                                       .ticket = ticket,
                                                       .answer = own,
                                                       .until = until < now + LATE_US ? until : now + LATE_US };
    if (ticket.number)
        memcpy(late->each[late->count - 1].cues, cues, count * sizeof(*cues));
    return true;
}

/* The client may have gone, and its call with it. */
static void send_late(struct service *service, struct late_cue *one, late_send_fn *send, void *state)
{
    if (!ticket_is_open(service, one->ticket))
        return;
    const uint64_t before = ticket_take_up(service, one->ticket);
    if (send(state, one) == ERR_OK)
        ticket_answer(service, one->ticket, one->answer);
    else
        ticket_fail(service, one->ticket, call_fault(one->call));
    service_lay_down(service, before);
}

/* The index of the first cue that is due; the count if there is none. */
static uint32_t first_due(const struct late_cues *late, bool sounds)
{
    usec_t now = clock_steady();
    uint32_t i = 0;

    while (i < late->count && !sounds && late->each[i].until > now)
        i++;
    return i;
}

void late_cues_tick(struct late_cues *late, struct service *service, bool sounds, late_send_fn *send, void *state)
{
    uint32_t due;

    while (late->count && (due = first_due(late, sounds)) < late->count) {
        struct late_cue one = late->each[due];

        late->count--;
        memmove(late->each + due, late->each + due + 1, (late->count - due) * sizeof(one));
        send_late(service, &one, send, state);
    }
}
