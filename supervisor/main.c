/* loopholed: starts, watches and restarts all services, and finds those of its predecessor. */
#include "common/process/heap.h"
#include "supervisor/asks.h"
#include "supervisor/keeper.h"
#include "supervisor/supervisor.h"

enum { MEMORY = 16 << 20 };

int main(int argc, char **argv)
{
    struct service *service;
    struct supervisor supervisor;

    if (keeper_is_asked(argc, argv))
        return keeper_run(argc, argv);

    heap_take(MEMORY);                                       /* before it is ready */
    service = service_start(argc, argv, &schema_supervisor); /* options, log, limits, lock, sockets */
    supervisor_open(&supervisor, service, argv);             /* adopts running services, starts the others */

    service_answer(service, &supervisor_handlers, &supervisor);
    service_set_report(service, supervisor_report, NULL, &supervisor);
    service_ready(service);
    service_loop(service); /* until asked to stop */

    supervisor_shut(&supervisor); /* stops the services, in reverse order */
    return service_end(service);
}
