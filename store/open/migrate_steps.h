/* migrate_steps.h: the steps from one version of the store to the next, row by row. For migrate.c. One thread. */
#ifndef LOOPHOLE_STORE_MIGRATE_STEPS_H
#define LOOPHOLE_STORE_MIGRATE_STEPS_H

#include "store/row.h"

/* A step over the rows of one database, in the order of their keys. An interrupted step continues after its last
 * committed row, so a row comes twice only if its first commit was lost. */
struct migrate_step {
    uint64_t to; /* the version after the step; a version may have several steps */
    const char *what;
    enum database over;
    /* `value` is valid until the first write. The arena is reset after each row. internal, before the first write: the
     * row, or one that it leads to, is damaged. It stays as it is. */
    enum err (*row)(struct writing *w, struct arena *arena, struct bytes key, struct bytes value);
    enum err (*end)(struct txn *txn); /* after the last row; NULL: nothing */
};

extern const struct migrate_step migrate_steps[]; /* in the order of their execution */
extern const uint32_t migrate_step_count;

#endif
