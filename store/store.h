/* store.h: the one door to LMDB: an environment of named databases, transactions, cursors. What the records mean
 * is catalogue.h's. RELIABILITY: MDB_NOTLS, one environment a process, never inherited over a fork, map size fixed,
 * no read transaction over an event-loop turn. One thread for each struct store. */
#ifndef LOOPHOLE_STORE_STORE_H
#define LOOPHOLE_STORE_STORE_H

#include "common/paths.h"
#include "common/text.h"

enum database {        /* key → value; integers in keys are big-endian so that order is meaning */
    DB_META,           /* name → value: version, catalogue id, epoch */
    DB_MEDIA,          /* id → media */
    DB_PLACE,          /* folder id, file name → media id */
    DB_FOLDER,         /* id → folder */
    DB_FOLDER_NAME,    /* volume id, parent id, name → folder id */
    DB_VOLUME,         /* id → volume */
    DB_VOLUME_IDENTITY, /* hash of the identity → volume id */
    DB_LIBRARY,        /* folder id → library */
    DB_CONTENT,        /* content, media id → nothing */
    DB_FACTS,          /* subject (16 bytes: content or media id) → its facts */
    DB_ARTEFACT,       /* content, type, parameters → artefact, or the digest of its file */
    DB_EMBEDDING,      /* content → embedding */
    DB_CHANGE,         /* revision → change */
    DB_REQUEST,        /* request id → revision, error, answer */
    DB_UNDO,           /* number → undo record */
    DB_COUNT
};

enum store_mode {
    STORE_READER, /* waits for nothing: offline when there is no store yet */
    STORE_WRITER, /* makes and migrates it; one a home (the lock of service.h) */
};

struct store;
struct txn;

/* Errors: offline (no store yet), version (newer than this program), denied (a network file system), io, full. */
enum err store_open(const struct paths *paths, enum store_mode mode, struct store **store, struct fault *fault);
void store_close(struct store *store);

/* Clears the slots of dead readers; returns how many. Called at start, on a timer, after every death. */
int store_clear_readers(struct store *store);
uint64_t store_pages(const struct store *store); /* pages of the file in use: growth is watched by it */

/* A read transaction sees one moment; end it within the turn. */
enum err store_read(struct store *store, struct txn **txn, struct fault *fault);
enum err store_write(struct store *store, struct txn **txn, struct fault *fault); /* writer only, one at a time */
void txn_end(struct txn *txn);                                                    /* read: done; write: abort */

/* Durable when it returns ok. Errors: full (disk or map: aborted, may be tried again), io (the environment must be
 * opened anew). Ends the transaction in any case. */
enum err txn_commit(struct txn *txn, struct fault *fault);

/* Values point into the map until the transaction ends or (write) is written to. Keys ≤ 511 bytes. */
enum err txn_get(struct txn *txn, enum database db, struct bytes key, struct bytes *value);
enum err txn_put(struct txn *txn, enum database db, struct bytes key, struct bytes value);
enum err txn_delete(struct txn *txn, enum database db, struct bytes key); /* not_found when it is not there */
uint64_t txn_count(struct txn *txn, enum database db);

/* Walks keys in order, from the first that is ≥ `from`, while they begin with `prefix`. In a write transaction
 * nothing may be written to `db` meanwhile. */
struct walk {
    void *cursor;
    struct bytes prefix;
    struct bytes key, value; /* of the present row */
    bool started;
};
enum err walk_begin(struct txn *txn, enum database db, struct bytes from, struct bytes prefix, struct walk *walk);
bool walk_next(struct walk *walk); /* false: no more */
void walk_end(struct walk *walk);
bool walk_last(struct txn *txn, enum database db, struct bytes *key, struct bytes *value); /* false: empty */

#endif
