/* Any sequence of asks to an indexer without workers and without other services: each is answered, refused or
 * postponed. */
#include "tests/fuzz/asks.h"

#include "services/indexer/indexer.h"

/* One turn of the loop, with everything that time and threads have brought. */
static void turn_indexer(struct indexer *indexer)
{
    fuzz_timers(indexer->service);
    fuzz_watches(indexer->service);
    indexer_turn(indexer);
    fuzz_offline(indexer->service);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct indexer indexer;
    static const struct id_list none;
    struct fuzz_input input = { bytes, len };

    if (!indexer.service) {
        indexer.service = fuzz_service(&schema_indexer);
        indexer_open(&indexer);
        service_answer(indexer.service, &asks_handlers, &indexer);
        service_set_report(indexer.service, indexer_report, indexer_cancel, &indexer);
    }
    while (fuzz_next_ask(indexer.service, &input, &none))
        ;
    turn_indexer(&indexer);
    return 0;
}
