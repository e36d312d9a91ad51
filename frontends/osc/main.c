/* loophole-osc: takes OSC messages over UDP, and sends their answers. */
#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "frontends/osc/taking.h"

int main(int argc, char **argv)
{
    struct service *service = service_start(argc, argv, &schema_osc); /* options, log, limits, lock, sockets */
    struct osc *osc = alloc_zeroed(1, sizeof(*osc));
    struct fault fault = { 0 };

    if (taking_open(osc, service, &fault) == ERR_OK) { /* the settings, the predecessor's subscribers, timers */
        service_answer(service, &taking_asks, osc);
        service_loop(service); /* until the supervisor asks it to stop; a timer opens the port */
    } else {
        log_fault("cannot start", &fault);
        service_stop(service, err_exit_code(fault.code));
    }
    taking_close(osc);
    free(osc);
    return service_end(service);
}
