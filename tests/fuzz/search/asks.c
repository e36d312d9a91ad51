/* Any sequence of asks to search over a real store with a few items: each is answered or refused. */
#include "tests/fuzz/search/stage.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = { bytes, len };
    struct stage *stage = stage_of();
    const struct id_list known = { ITEMS, stage->known };

    while (fuzz_next_ask(stage->search.service, &input, &known))
        ;
    fuzz_offline(stage->search.service);
    search_follow(&stage->search);
    return 0;
}
