/* Any sequence of asks to persist over a real store: each is answered or refused, and afterwards the store is
 * consistent. Every input begins with the same store, because its effects are undone. */
#include <stdio.h>

#include "services/persist/turn/multipart.h"
#include "store/check/check.h"
#include "store/store.h"
#include "tests/fuzz/persist/stage.h"

static void report_problem(void *state, const char *what)
{
    (void)state;
    fprintf(stderr, "the store has problems: %s\n", what);
}

static void store_holds_together(struct persist *p)
{
    struct check_counts counts = { 0 };

    if (!p->w.txn)
        return;
    holds(check_store(p->w.txn, NULL, report_problem, NULL, &counts) == ERR_OK);
    holds(counts.problems == 0);
}

static void undo_all(struct persist *p)
{
    struct fault fault = { .code = ERR_BUSY, .what = "the input has ended" };

    txn_end(p->w.txn);
    p->w.txn = NULL;
    buffer_reset(&p->w.dropped);
    multipart_fail_all(p, &fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = { bytes, len };
    struct stage *stage = stage_of();

    while (fuzz_next_ask(stage->p.service, &input, &stage->known))
        holds(!turn_is_broken(&stage->p));
    fuzz_timers(stage->p.service);
    store_holds_together(&stage->p);
    undo_all(&stage->p);
    return 0;
}
