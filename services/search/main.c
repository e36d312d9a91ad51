#include "common/process/log.h"
#include "schema_service.h"
#include "services/search/search.h"
#include "services/search/search_current.h"
#include "services/search/search_map.h"
#include "services/search/search_state.h"
#include "services/search/search_states.h"

int main(int argc, char **argv)
{
    struct service *service = service_start(argc, argv, &schema_search); /* options, log, limits, sockets */
    struct search search;
    struct fault fault = { 0 };

    if (search_open(&search, service, &fault) != ERR_OK) { /* maps the index's file */
        log_fault("cannot start", &fault);
        service_stop(service, err_exit_code(fault.code));
        return service_end(service);
    }
    service_answer(service, &search_handlers, &search); /* one function for each ask */
    service_each_turn(service, search_end_turn, &search);
    service_set_report(service, search_report, search_map_cancel,
                       &search);                                  /* reports the progress of a new index or map */
    service_every(service, SEARCH_EVERY, search_follow, &search); /* follows the catalogue */
    if (service_subscribe(service, "persist.changed", search_follow_soon, &search) != ERR_OK)
        log_warn("cannot subscribe to events of persist: search reads the change log every half second");
    if (service_subscribe(service, "availability.fetching", search_take_fetching, &search) != ERR_OK)
        log_warn("cannot subscribe to events of availability: items that are fetched count as online-only");
    service_every(service, SEARCH_EVERY, search_follow_fetching, &search);
    search_follow(&search);
    service_ready(service);
    service_loop(service); /* until the service must stop */

    search_close(&search); /* writes the index's file */
    return service_end(service);
}
