/* loophole-indexer: scans and watches libraries, has their files analysed, and reports to persist. */
#include "services/indexer/indexer.h"

int main(int argc, char **argv)
{
    struct service *s = service_start(argc, argv, &schema_indexer); /* options, log, limits, lock, sockets */
    struct indexer indexer = { .service = s };

    indexer_open(&indexer);                       /* workers, inotify, the reader of the catalogue, the libraries */
    service_answer(s, &asks_handlers, &indexer);  /* one function for each ask */
    service_each_turn(s, indexer_turn, &indexer); /* sends results to persist */
    service_set_report(s, indexer_report, indexer_cancel, &indexer);
    service_ready(s); /* the supervisor sees it on the board */
    service_loop(s);  /* until the supervisor asks it to stop */

    indexer_close(&indexer);
    return service_end(s);
}
