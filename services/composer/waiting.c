#include "services/composer/waiting.h"

enum err waiting_add(struct call *call, struct ticket *tickets, uint32_t *count)
{
    struct ticket ticket;

    if (*count == WAITING_MOST)
        return refuse(call, ERR_BUSY, "%d asks wait for an exchange already: try again later", WAITING_MOST);
    ticket = call_defer(call);
    if (ticket.number)
        tickets[(*count)++] = ticket;
    return ERR_OK;
}

void waiting_answer(struct composer *c, struct ticket *tickets, uint32_t *count, const void *answer,
                    const struct fault *why)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (answer)
            ticket_answer(c->service, tickets[i], answer);
        else
            ticket_fail(c->service, tickets[i], why);
    }
    *count = 0;
}
