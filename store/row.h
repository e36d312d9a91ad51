/* row.h: one record of the catalogue in its row: encoded by the tables of its schema. One thread. */
#ifndef LOOPHOLE_STORE_ROW_H
#define LOOPHOLE_STORE_ROW_H

#include "common/arena.h"
#include "common/buffer.h"
#include "proto/wire/schema.h"
#include "store/keys.h"
#include "store/store.h"

/* Fills the struct `to` of `shape`. Read in a read transaction, strings point into the map; in a write transaction
 * into the arena, because the next write may move what the map shows. Errors: not_found, internal, full. */
enum err row_get(struct txn *txn, struct arena *arena, enum database db, const struct key *key,
                 const struct shape *shape, void *to);

/* The same for the current value of a walk. */
enum err row_decode(struct txn *txn, struct arena *arena, struct bytes value, const struct shape *shape, void *to);

/* A write transaction and what its writers share. */
struct writing {
    struct txn *txn;
    struct buffer row;     /* the record being encoded */
    size_t bytes;          /* of the records written, for the writer's own use: the store only adds */
    struct buffer dropped; /* names of artefact files, each with a closing zero, that nothing refers to after this */
};

enum err row_put(struct writing *w, enum database db, const struct key *key, const struct shape *shape,
                 const void *value);
enum err row_put_id(struct writing *w, enum database db, const struct key *key, struct id id);
enum err row_delete(struct writing *w, enum database db, const struct key *key); /* ok when it is not there */
enum err row_get_id(struct txn *txn, enum database db, const struct key *key, struct id *to);

#endif
