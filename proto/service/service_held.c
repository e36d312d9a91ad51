#include "proto/service/service_parts.h"

bool service_holds(const struct service *service)
{
    return service->held.count > 0;
}

bool service_is_awaited(struct service *service)
{
    struct pollfd ask = { sockets_fd(service->ask_socket), POLLIN, 0 };

    if (service->held.count > 0 || service->waiting.count > 0 || !sockets_settled(service->ask_socket))
        return !service->stopping;
    return poll(&ask, 1, 0) > 0 && !service->stopping; /* once the service stops, no turn follows */
}

void service_release(struct service *service)
{
    struct call *call;

    while ((call = call_queue_take(&service->held))) {
        call->holds = false;
        call_finish(call, call->error);
    }
}

void service_fail_held(struct service *service, const struct fault *fault)
{
    struct call *call;

    while ((call = call_queue_take(&service->held))) {
        call->holds = call->is_encoded = false;
        call->fault = *fault;
        call_finish(call, fault->code ? fault->code : ERR_INTERNAL);
    }
}
