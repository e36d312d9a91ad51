/* migrate_mark.h: the progress of a migration, in a row of the new store that is committed with the rows it counts. The
 * owner of the transaction. */
#ifndef LOOPHOLE_STORE_MIGRATE_MARK_H
#define LOOPHOLE_STORE_MIGRATE_MARK_H

#include "store/store.h"

#define MIGRATE_MARK "migration" /* the key in DB_META; a finished store keeps it, and it is never copied */

enum { MIGRATE_KEY_MAX = 511 };

/* The source of a migration. All members are compared: for another source the migration begins again. */
struct migrate_source {
    uint64_t from, to; /* versions */
    uint64_t stages;   /* of this program */
    uint64_t file;     /* inode of the old data.mdb */
    uint64_t commit;   /* number of the old store's last commit */
    uint64_t rows;     /* of the old store */
};

struct migrate_mark {
    struct migrate_source source;
    uint64_t stage; /* first the databases to copy, then the steps */
    uint64_t rows;  /* done in all stages */
    uint32_t key_len;
    uint8_t key[MIGRATE_KEY_MAX]; /* of the stage's last row; empty: none yet */
};

/* Writes the mark in the transaction of the rows that it counts. Errors: full, io. */
enum err migrate_mark_put(struct txn *txn, const struct migrate_mark *mark);

/* False: it is missing, malformed, or of another source. */
bool migrate_mark_get(struct txn *txn, const struct migrate_source *source, struct migrate_mark *mark);

/* Sets the stage's last row. False: the key is too long. */
bool migrate_mark_row(struct migrate_mark *mark, struct bytes key);
/* True if `key` is that row's. */
bool migrate_mark_is_at(const struct migrate_mark *mark, struct bytes key);

#endif
