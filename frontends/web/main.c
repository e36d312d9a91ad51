/* loophole-web: the gateway between browsers and the services. */
#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "frontends/web/gateway.h"

int main(int argc, char **argv)
{
    struct service *service = service_start(argc, argv, &schema_web); /* options, log, limits, lock, sockets */
    struct web *web = alloc_zeroed(1, sizeof(*web));
    struct fault fault = { 0 };

    if (web_open(web, service, &fault) == ERR_OK) { /* the port and the key, libwebsockets in its thread */
        service_answer(service, &web_asks, web);
        service_beats_while(service, web_is_alive, web); /* a hang of the thread is a hang of the service */
        service_ready(service);
        service_loop(service); /* until the supervisor asks it to stop */
    } else {
        log_fault("cannot start", &fault);
        service_stop(service, err_exit_code(fault.code));
    }
    web_close(web);
    free(web);
    return service_end(service);
}
