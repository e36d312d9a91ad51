/* Any sequence of asks to the supervisor of an engine without services: each is answered or refused. */
#include "tests/fuzz/asks.h"

#include "proto/service/service_parts.h"
#include "supervisor/asks.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct supervisor supervisor;
    static const struct id_list none;
    struct fuzz_input input = { bytes, len };
    struct service *service = supervisor.world.service;

    if (!service) {
        supervisor.world.paths = fuzz_home();
        service = supervisor.world.service = fuzz_service(&schema_supervisor);
        service_answer(service, &supervisor_handlers, &supervisor);
    }
    while (fuzz_next_ask(service, &input, &none))
        service->stopping = false; /* the effect of `shutdown` */
    return 0;
}
