/* loophole-persist: the only writer of the catalogue. */
#include "common/process/priority.h"
#include "services/persist/open.h"
#include "services/persist/turn/turn.h"

int main(int argc, char **argv)
{
    priority_prompt(); /* before its threads start: many processes wait for persist */
    struct service *s = service_start(argc, argv, &schema_persist); /* options, log, limits, lock, sockets */
    struct persist p = { .service = s, .paths = service_paths(s) };

    persist_open(&p); /* migrates the store; refuses a second writer, a newer store, a network disk */
    service_answer(s, &persist_asks, &p);            /* one function for each ask */
    service_each_turn(s, turn_end_unless_asked, &p); /* group commit, then the acks */
    service_set_report(s, persist_report, persist_cancel, &p);
    service_ready(s); /* the supervisor sees it on the board */
    service_loop(s);  /* until the supervisor asks it to stop */

    persist_close(&p);
    return service_end(s);
}
