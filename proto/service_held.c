#include "proto/service_parts.h"

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
