/* verify.h: a store that is not trusted (trust.h) is checked by a child process before it is used. */
#ifndef LOOPHOLE_STORE_VERIFY_H
#define LOOPHOLE_STORE_VERIFY_H

#include "common/shared/work.h"
#include "store/store.h"
#include "store/trust.h"

/* Looks at the trust, and checks the store where that is due: its pages (pages.h) and, at this version, its rows
 * (check.h). Rows that do not hold together are logged, and no reason to refuse the store: services leave them out.
 * A store whose pages do not hold together is damaged, which is noted. For the holder of the writer's lock, which has
 * no store open. Reports to `work` (may be NULL). Errors: io (it is damaged, or it cannot be read), full. */
enum err verify_store(const char *directory, size_t map_bytes, const struct long_work *work, struct fault *fault);

/* In a child: ok, or the reason of the damage. The rows' problems are counted, and the first one is copied. */
struct verified {
    uint64_t problems;
    char first[TRUST_REASON];
};
enum err verify_here(struct store *store, const struct long_work *work, struct verified *found, struct fault *fault);

#endif
