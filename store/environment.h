/* environment.h: the part of store.h that calls LMDB. Only files of this folder include it, and no other file includes
 * lmdb.h. */
#ifndef LOOPHOLE_STORE_ENVIRONMENT_H
#define LOOPHOLE_STORE_ENVIRONMENT_H

#include <lmdb.h>
#include <sys/stat.h>

#include "store/store.h"

struct txn {
    struct store *store;
    MDB_txn *lmdb;
    MDB_txn *outer; /* if `lmdb` is an inner transaction: the outer one; else NULL */
    bool writes;
    MDB_cursor *at[DB_COUNT]; /* of a reader: where it found the last key, which is often near the next one */
};

struct store {
    MDB_env *env;
    enum store_mode mode;
    size_t map_bytes;
    void *map;                  /* guarded against a failing disk */
    _Atomic uint32_t open_txns; /* atomic because a writer may have some in another thread */
    int lock;                   /* of the writer; -1: none */
    bool has[DB_COUNT];
    MDB_dbi dbi[DB_COUNT];
    dev_t device; /* of data.mdb when it was opened: if they differ, another file has replaced it */
    ino_t inode;
    char directory[PATH_MAX];
};

/* Converts an error of LMDB or an errno. An error that means damaged pages also doubts the store of `env` (trust.h);
 * NULL: none. */
enum err environment_meaning(MDB_env *env, int number);

/* Sets the fault "cannot DOING WHAT: LMDB's message"; returns the converted error. */
enum err environment_failed(struct store *store, struct fault *fault, int number, const char *doing, const char *what);

/* True if data.mdb was removed and its folder still exists (put_back.h). */
bool environment_was_removed(const struct store *store);

/* True if another file replaced data.mdb: writes to the open one would be lost. */
bool environment_was_replaced(const struct store *store);

bool environment_is_gone(const struct store *store); /* replaced or removed */

/* Doubts the store (trust.h) if it was replaced, so that the other file is checked when it is opened. Returns io. */
enum err environment_refuse_replaced(const struct store *store, struct fault *fault);

static inline MDB_val environment_val(struct bytes b)
{
    return (MDB_val){ b.len, (void *)(uintptr_t)b.at };
}

static inline struct bytes environment_bytes(MDB_val v)
{
    return bytes_of(v.mv_data, v.mv_size);
}

#endif
