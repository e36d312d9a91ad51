/* A store with any changed rows: every reader answers or refuses, and the check finds nothing or explains each problem.
 * The changes are never committed, so each input begins with the same store. */
#include "store/changelog.h"
#include "store/changelog_trim.h"
#include "store/check/check.h"
#include "tests/fuzz/reads.h"

static void count_problem(void *state, const char *what)
{
    uint64_t *problems = state;

    holds(what[0]);
    ++*problems;
}

static void is_checked(struct txn *txn)
{
    struct check_counts counts = { 0 };
    uint64_t problems = 0;

    holds(check_store(txn, NULL, count_problem, &problems, &counts) == ERR_OK);
    holds(problems == counts.problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = { bytes, len };
    struct rows *rows = rows_of();
    struct writing w = { 0 };

    holds(store_write(rows->store, &w.txn, NULL) == ERR_OK);
    rows_damage(&input, w.txn);
    is_checked(w.txn);
    reads_all(w.txn, rows);
    (void)changelog_trim(&w, &changelog_limits, INT64_MAX / 2, 100);
    txn_end(w.txn);
    buffer_free(&w.row), buffer_free(&w.dropped);
    return 0;
}
