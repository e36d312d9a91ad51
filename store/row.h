/* row.h: one record of the catalogue in its row, encoded by its schema's tables. One thread. */
#ifndef LOOPHOLE_STORE_ROW_H
#define LOOPHOLE_STORE_ROW_H

#include "common/arena.h"
#include "common/buffer.h"
#include "proto/wire/schema.h"
#include "store/keys.h"
#include "store/store.h"

/* Fills the struct `to` of `shape`. Strings point into the map in a read transaction, and into the arena in a write
 * transaction, because the next write may change the map. Errors: not_found, internal, full. */
enum err row_get(struct txn *txn, struct arena *arena, enum database db, const struct key *key,
                 const struct shape *shape, void *to);

/* As row_get for the current value of a walk. */
enum err row_decode(struct txn *txn, struct arena *arena, struct bytes value, const struct shape *shape, void *to);

/* A write transaction and the shared state of its writers. */
struct writing {
    struct txn *txn;
    struct buffer row; /* the record to be encoded */
    size_t bytes;      /* of the written records, for the owner's own use: the store only adds */
    /* Names of artefact files that no row names after this transaction, each with a closing zero. */
    struct buffer dropped;
};

/* Write a row; errors: full, io, and those of codec_encode. */
enum err row_put(struct writing *w, enum database db, const struct key *key, const struct shape *shape,
                 const void *value);
enum err row_put_id(struct writing *w, enum database db, const struct key *key, struct id id);
enum err row_delete(struct writing *w, enum database db, const struct key *key); /* ok if it is missing */
enum err row_get_id(struct txn *txn, enum database db, const struct key *key, struct id *to);

#endif
