/* A client sends its ask again while no answer has come. A copy that finds the ask under way is taken for it
 * (ticket.c); one that comes just behind the answer would be done anew, which asks that are done once must not be. */
#include "proto/service_parts.h"

static struct recalled *find(struct service *service, const struct call *call)
{
    for (uint32_t i = 0; i < LIMIT_RECALLED; i++) {
        struct recalled *one = &service->recalled[i];
        if (one->ask == call->ask && id_equal(one->request, call->frame.request))
            return one;
    }
    return NULL;
}

bool recall_answers(struct call *call)
{
    const struct recalled *one = call->ask->once ? find(call->service, call) : NULL;

    return one && call_answer_again(call, one->error, buffer_bytes(&one->body)) == ERR_OK;
}

void recall_keep(const struct call *call)
{
    struct service *service = call->service;
    struct recalled *one = &service->recalled[service->recalled_next];

    if (!call->ask || !call->ask->once || err_passes(call->error) || find(service, call))
        return;
    buffer_reset(&one->body);
    buffer_add(&one->body, call->body.at, call->body.len);
    one->ask = one->body.failed ? NULL : call->ask;
    one->request = call->frame.request;
    one->error = call->error;
    service->recalled_next = (service->recalled_next + 1) % LIMIT_RECALLED;
}

void recall_free(struct service *service)
{
    for (uint32_t i = 0; i < LIMIT_RECALLED; i++)
        buffer_free(&service->recalled[i].body);
}
