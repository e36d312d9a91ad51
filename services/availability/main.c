/* loophole-availability: knows which volumes are here, and reports to persist. */
#include "services/availability/availability.h"

int main(int argc, char **argv)
{
    struct service *s = service_start(argc, argv, &schema_availability); /* options, log, limits, lock, sockets */
    struct availability availability = { .service = s };

    availability_open(&availability);                 /* the mount table, its events, the reader of the catalogue */
    service_answer(s, &asks_handlers, &availability); /* one function for each ask */
    service_each_turn(s, availability_turn, &availability);
    service_set_report(s, availability_report, availability_cancel, &availability);
    service_ready(s);
    service_loop(s); /* until the supervisor asks it to stop */

    availability_close(&availability);
    return service_end(s);
}
