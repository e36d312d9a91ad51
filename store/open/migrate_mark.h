/* migrate_mark.h: how far a migration is: a row of the new store, committed with the rows that it counts. */
#ifndef LOOPHOLE_STORE_MIGRATE_MARK_H
#define LOOPHOLE_STORE_MIGRATE_MARK_H

#include "store/store.h"

#define MIGRATE_MARK "migration" /* the key in DB_META; a finished store keeps it, and it is never copied */

enum { MIGRATE_KEY_MAX = 511 };

/* Which store is migrated, and to what. All members are compared: another source begins from nothing. */
struct migrate_source {
    uint64_t from, to; /* versions */
    uint64_t stages;   /* of this program */
    uint64_t file;     /* inode of the old data.mdb */
    uint64_t commit;   /* the last one of the old store */
    uint64_t rows;     /* of the old store */
};

struct migrate_mark {
    struct migrate_source source;
    uint64_t stage; /* databases to copy come first, then the steps */
    uint64_t rows;  /* done in all stages */
    uint32_t key_len;
    uint8_t key[MIGRATE_KEY_MAX]; /* of the stage's last row; empty: none yet */
};

enum err migrate_mark_put(struct txn *txn, const struct migrate_mark *mark);

/* False: there is none, it is malformed, or it is of another source. */
bool migrate_mark_get(struct txn *txn, const struct migrate_source *source, struct migrate_mark *mark);

/* Key too long: false. */
bool migrate_mark_row(struct migrate_mark *mark, struct bytes key);
bool migrate_mark_is_at(const struct migrate_mark *mark, struct bytes key);

#endif
