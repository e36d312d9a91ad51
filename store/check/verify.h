/* verify.h: a child process checks an untrusted store (trust.h) before it is used. One thread. */
#ifndef LOOPHOLE_STORE_VERIFY_H
#define LOOPHOLE_STORE_VERIFY_H

#include "common/shared/work.h"
#include "store/store.h"
#include "store/trust.h"

/* Checks the store if trust.h requires it: its pages (pages.h) and, at this version, its rows (check.h). Inconsistent
 * rows are logged but do not make the store unusable: services skip them. A store with inconsistent pages is damaged,
 * and is marked so. The caller holds the writer's lock and has no store open. Reports its progress to `work` (may be
 * NULL). Errors: io (damaged or unreadable), full. */
enum err verify_store(const char *directory, size_t map_bytes, const struct long_work *work, struct fault *fault);

/* The check of the child process, exported for the fuzz test: returns ok, or the reason of the damage. Counts the rows'
 * problems, and copies the first one. Errors: io (damaged or unreadable), full. */
struct verified {
    uint64_t problems;
    char first[TRUST_REASON];
};
enum err verify_here(struct store *store, const struct long_work *work, struct verified *found, struct fault *fault);

/* True if no database has a row, but the file has more pages than one whose maker died before its first row: the table
 * of databases is damaged. */
bool verify_finds_no_rows(const struct store *store, struct txn *txn);
#define VERIFY_NO_ROWS "it has pages, but no rows"

#endif
