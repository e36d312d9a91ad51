/* store.h: the only door to LMDB: an environment of named databases, transactions, cursors. catalogue.h interprets the
 * records. Rules: MDB_NOTLS, one environment in a process, never inherited over a fork, a fixed map size, no read
 * transaction longer than a turn of the event loop. One thread for each struct store. It declares what store.c, txn.c,
 * txn_version.c, walk.c and database.c define. */
#ifndef LOOPHOLE_STORE_STORE_H
#define LOOPHOLE_STORE_STORE_H

#include "common/paths.h"
#include "common/shared/work.h"
#include "common/text.h"

/* key → value; integers in keys are big-endian, so that the order of keys is that of numbers */
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
    DB_QUIET,           /* time, request id → nothing: the requests without changes */
    DB_UNDO,            /* number, or a scope's id and number → undo_step */
    DB_QUERY,           /* 1, name → a saved query; 0, time → a recent query */
    DB_ELEMENT,         /* project id (zero: of the project itself), id → element */
    DB_PART,            /* request id, number of an operation → revision, outcomes: of an unfinished request */
    DB_CONTEXT,         /* id → context */
    DB_USE,             /* context id, media id, role, zero, section[, zero, digest of the track] → use */
    DB_USED_IN,         /* media id, context id → nothing */
    DB_SESSION,         /* id → session */
    DB_SHARED,          /* hash of its subject → offer: a statement that this studio shares */
    DB_OUTBOX,          /* number → offer: of these, those that the server has not confirmed */
    DB_COMMUNITY,       /* kind, content, other content, word → lesson */
    DB_TEAM,            /* content (or zeros), hash of a field → team_row */
    DB_TEAM_OUT,        /* the key of a row of DB_TEAM → is_held: the server lacks what this engine says there */
    DB_COUNT
};

/* The most operations that a scope in DB_UNDO keeps; a further one removes the oldest. UNDO_STEPS: the catalogue, and
 * moves. UNDO_PROJECT_STEPS: a project, whose sounds may need that number when they are collected. */
enum { UNDO_STEPS = 10000, UNDO_PROJECT_STEPS = 16384 };
enum { STORE_VERSION = 3 }; /* of the databases; migrate.h converts older ones */

enum store_mode {
    STORE_READER, /* never waits: offline if there is no store yet, or it must be checked first (trust.h) */
    STORE_WRITER, /* makes and migrates the store; one in a home */
    STORE_TRIAL,  /* a reader in a child process (trial.h), even of a store that may be damaged */
    STORE_IMAGE,  /* for store_open_directory: the path is a file with the data of a store; no locks. Opening it reads
                   * its head only: a process may enter a sandbox before the first store_read. */
};

struct store;
struct txn;

/* Opens the environment in `directory` unchanged: no lock, no migration, any version. A writer makes missing databases;
 * for a reader they are empty. `map_bytes` 0: the default. Errors: those of store_open. */
enum err store_open_directory(const char *directory, enum store_mode mode, size_t map_bytes, struct store **store,
                              struct fault *fault);
void store_close(struct store *store); /* NULL is allowed */

void store_unlock(int lock);
void store_hold(struct store *store, int lock); /* makes store_close release it */

/* Frees the slots of dead readers; returns their number. Called at the start, on a timer, and after every death. */
int store_clear_readers(struct store *store);

/* Lists up to `most` readers within a transaction; returns their number. `newest` becomes the last commit. */
struct reader {
    int32_t pid;
    uint64_t txn; /* the commit that it reads */
};
uint32_t store_readers(struct store *store, struct reader *readers, uint32_t most, uint64_t *newest);
uint64_t store_pages(const struct store *store); /* pages of the file in use, as a measure of growth */

/* Writes a copy of one moment to `fd`, while writers continue. A compact copy omits unused pages, and fails if a page
 * is neither used nor in the list of free ones. Errors: full, io. */
enum err store_copy(struct store *store, int fd, bool compact, struct fault *fault);

/* Begins a transaction. A read transaction sees one moment; end it within the turn. If the store was replaced (restore,
 * migration), a reader opens the new one here. Errors: offline, version, io, full. */
enum err store_read(struct store *store, struct txn **txn, struct fault *fault);
enum err store_write(struct store *store, struct txn **txn, struct fault *fault); /* writer only, one at a time */
void txn_end(struct txn *txn); /* read: ends it; write: aborts it; NULL is allowed */
bool txn_writes(const struct txn *txn);

/* An inner transaction within a write transaction: txn_keep_inner keeps its writes, txn_undo_inner undoes them all. One
 * at a time; a walk ends before either. Errors: full, io; after an error of txn_keep_inner the outer one can only be
 * ended. */
enum err txn_begin_inner(struct txn *txn);
enum err txn_keep_inner(struct txn *txn);
void txn_undo_inner(struct txn *txn);

/* Makes the transaction durable and ends it, also after an error. Errors: full (disk or map: aborted, may be retried),
 * io (the environment must be opened again). */
enum err txn_commit(struct txn *txn, struct fault *fault);

/* Values point into the map until the transaction ends or, in a write transaction, until the next write. Keys have at
 * most 511 bytes. Errors of writes: full, io; then the transaction can only be ended. txn_get: not_found. */
enum err txn_get(struct txn *txn, enum database db, struct bytes key, struct bytes *value);
enum err txn_put(struct txn *txn, enum database db, struct bytes key, struct bytes value);
enum err txn_delete(struct txn *txn, enum database db, struct bytes key); /* not_found if it is missing */
uint64_t txn_count(struct txn *txn, enum database db);

/* Returns the version of the databases; 0 if there is none (a store from before versions, or an empty one). */
enum err txn_version(struct txn *txn, uint64_t *version);
enum err txn_set_version(struct txn *txn, uint64_t version);
bool txn_is_empty(struct txn *txn); /* no database has a row */

/* Walks keys in order, from the first that is ≥ `from`, while they begin with `prefix`. In a write transaction `db`
 * must not be written meanwhile. */
struct walk {
    void *cursor;
    struct bytes prefix;
    struct bytes key, value; /* of the current row */
    bool started;
};
enum err walk_begin(struct txn *txn, enum database db, struct bytes from, struct bytes prefix, struct walk *walk);
bool walk_next(struct walk *walk); /* false: no more rows */
void walk_end(struct walk *walk);
bool walk_last(struct txn *txn, enum database db, struct bytes *key, struct bytes *value); /* false: empty */

/* Returns "media", "place", …, for messages. */
const char *database_name(enum database db);

#endif
