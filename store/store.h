/* store.h: the one door to LMDB: an environment of named databases, transactions, cursors. What the records mean
 * is catalogue.h's. RELIABILITY: MDB_NOTLS, one environment a process, never inherited over a fork, map size fixed,
 * no read transaction over an event-loop turn. One thread for each struct store. */
#ifndef LOOPHOLE_STORE_STORE_H
#define LOOPHOLE_STORE_STORE_H

#include "common/paths.h"
#include "common/shared/work.h"
#include "common/text.h"

/* key → value; integers in keys are big-endian so that order is meaning */
enum database {
    DB_META,            /* name → value: version, catalogue id, undo pointers */
    DB_MEDIA,           /* id → media */
    DB_PLACE,           /* folder id, file name → kept_place */
    DB_FOLDER,          /* id → folder */
    DB_FOLDER_NAME,     /* volume id, parent id, name → folder id */
    DB_VOLUME,          /* id → volume */
    DB_VOLUME_IDENTITY, /* hash of the identity → volume id */
    DB_LIBRARY,         /* folder id → library */
    DB_CONTENT,         /* content, media id → nothing */
    DB_FACTS,           /* subject (16 bytes: content or media id) → its facts */
    DB_ARTEFACT,        /* content, type, zero, parameters → kept_artefact */
    DB_EMBEDDING,       /* content → embedding */
    DB_CHANGE,          /* revision → change */
    DB_REQUEST,         /* request id → revision (0: it changed nothing), error, digest, answer */
    DB_QUIET,           /* time, request id → nothing: the requests that changed nothing */
    DB_UNDO,            /* number, or a scope's id and number → undo_step */
    DB_QUERY,           /* 1, name → a saved query; 0, time → one that was asked */
    DB_PART,            /* request id, number of an operation → revision, outcomes: of a request that is not done yet */
    DB_COUNT
};

enum { UNDO_STEPS = 10000 }; /* operations of a scope that DB_UNDO keeps; the oldest goes */
enum { STORE_VERSION = 3 };  /* of the databases; migrate.h brings older ones here */

enum store_mode {
    STORE_READER, /* waits for nothing: offline when there is no store yet, or it is to be checked first (trust.h) */
    STORE_WRITER, /* makes and migrates it; one a home */
    STORE_TRIAL,  /* a reader in a child process (common/process/trial.h), of a store that may be damaged, too */
    STORE_IMAGE,  /* for store_open_directory: the path is that of a file with the data of a store; no locks */
};

struct store;
struct txn;

/* Opens DATA/store. A writer first takes the lock DATA/store.lock for as long as it is open; when it returns, all
 * that a predecessor committed is on the disk. The map is 256 GiB of address space, or the setting store.map_mib.
 * On an error *store is NULL. A store that is not trusted (trust.h) is checked first; a damaged one is refused. Errors:
 * offline (no store yet, or it waits for its migration or its check), version (newer than this program), denied (a
 * network file system, no permission), exists (another writer), io (damage, too), full. */
enum err store_open(const struct paths *paths, enum store_mode mode, struct store **store, struct fault *fault);

/* The same; opening and migrating report their progress to `work` (may be NULL). */
enum err store_open_work(const struct paths *paths, enum store_mode mode, const struct long_work *work,
                         struct store **store, struct fault *fault);

/* Opens the environment in `directory` as it is: no lock, no migration, any version. A writer makes what is
 * missing; to a reader a missing database is an empty one. `map_bytes` 0: the default. Errors: as above. */
enum err store_open_directory(const char *directory, enum store_mode mode, size_t map_bytes, struct store **store,
                              struct fault *fault);
void store_close(struct store *store); /* NULL is allowed */

/* Address space of the map by the configuration. Errors: bad_request (the setting), io. */
enum err store_map_bytes(const struct paths *paths, size_t *bytes, struct fault *fault);

/* The writer's lock alone, for a process that replaces the whole store. Errors: exists (the engine runs), io, full. */
enum err store_lock(const struct paths *paths, int *lock, struct fault *fault);
void store_unlock(int lock);
void store_hold(struct store *store, int lock); /* store_close unlocks it */

/* Clears the slots of dead readers; returns how many. Called at start, on a timer, after every death. */
int store_clear_readers(struct store *store);

/* The readers that are within a transaction, at most `most`; returns how many. `newest` is the last commit. */
struct reader {
    int32_t pid;
    uint64_t txn; /* the commit that it sees */
};
uint32_t store_readers(struct store *store, struct reader *readers, uint32_t most, uint64_t *newest);
uint64_t store_pages(const struct store *store); /* pages of the file in use: growth is watched by it */

/* Writes a copy of one moment to `fd`, while writers go on; a compact one leaves unused pages out, and fails when a
 * page is neither used nor on the list of free ones. Errors: full, io. */
enum err store_copy(struct store *store, int fd, bool compact, struct fault *fault);

/* A read transaction sees one moment; end it within the turn. A reader whose store was replaced (restore, migration)
 * opens the new one here. */
enum err store_read(struct store *store, struct txn **txn, struct fault *fault);
enum err store_write(struct store *store, struct txn **txn, struct fault *fault); /* writer only, one at a time */
void txn_end(struct txn *txn); /* read: done; write: abort; NULL is allowed */
bool txn_writes(const struct txn *txn);

/* An inner transaction within a write transaction: what is written after txn_begin_inner is kept by txn_keep_inner, or
 * taken back by txn_undo_inner as if it had never been written. One at a time, and no walk goes on over either end.
 * Errors: full, io; of txn_keep_inner they break the outer one: it can only be ended. */
enum err txn_begin_inner(struct txn *txn);
enum err txn_keep_inner(struct txn *txn);
void txn_undo_inner(struct txn *txn);

/* Durable when it returns ok. Errors: full (disk or map: aborted, may be tried again), io (the environment must be
 * opened again). Ends the transaction in any case. */
enum err txn_commit(struct txn *txn, struct fault *fault);

/* Values point into the map until the transaction ends or (write) is written to. Keys ≤ 511 bytes. Errors of writes:
 * full, io; then the transaction can only be ended. */
enum err txn_get(struct txn *txn, enum database db, struct bytes key, struct bytes *value);
enum err txn_put(struct txn *txn, enum database db, struct bytes key, struct bytes value);
enum err txn_delete(struct txn *txn, enum database db, struct bytes key); /* not_found when it is not there */
uint64_t txn_count(struct txn *txn, enum database db);

/* The version of the databases: 0 when none is written (a store from before versions, or an empty one). */
enum err txn_version(struct txn *txn, uint64_t *version);
enum err txn_set_version(struct txn *txn, uint64_t version);
bool txn_is_empty(struct txn *txn); /* not a row in any database */

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

/* "media", "place", …: for messages. */
const char *database_name(enum database db);

#endif
