/* environment.h: the part of store.h that calls LMDB, for the files of this folder: no other file includes lmdb.h. */
#ifndef LOOPHOLE_STORE_ENVIRONMENT_H
#define LOOPHOLE_STORE_ENVIRONMENT_H

#include <lmdb.h>
#include <sys/stat.h>

#include "store/store.h"

struct txn {
    struct store *store;
    MDB_txn *lmdb;
    MDB_txn *outer; /* of an inner transaction, which `lmdb` is then; else NULL */
    bool writes;
    MDB_cursor *at[DB_COUNT]; /* of a reader: where it found the last key; the next one is often near */
};

struct store {
    MDB_env *env;
    enum store_mode mode;
    size_t map_bytes;
    void *map;                  /* guarded against a disk that fails */
    _Atomic uint32_t open_txns; /* a writer has those of another thread, too */
    int lock;                   /* of the writer; -1: none */
    bool has[DB_COUNT];
    MDB_dbi dbi[DB_COUNT];
    dev_t device; /* of data.mdb when it was opened: another one has replaced it when they differ */
    ino_t inode;
    char directory[PATH_MAX];
};

/* What an error of LMDB, or an errno, is among our errors. With `env` (NULL: none), one that says that pages are
 * damaged is a doubt (trust.h). */
enum err store_meaning(MDB_env *env, int number);

/* "cannot DOING WHAT: the words of LMDB"; returns the meaning. */
enum err store_failed(struct store *store, struct fault *fault, int number, const char *doing, const char *what);

/* Begins a transaction that writes, after the last commit. lock.mdb says which one that is; a disk that became
 * read-only and returned can give back an older page of it, by which LMDB would write over later commits. The number is
 * compared with the store's own, and corrected. Errors: as store_failed; io. */
enum err writing_begin(struct store *store, MDB_txn **txn, struct fault *fault);

/* True when data.mdb was replaced by another file: what is written to the open one would be lost. */
bool store_was_replaced(const struct store *store);

/* Doubts the store (trust.h), so that the other file is checked when it is opened; returns io. */
enum err store_refuse_replaced(const struct store *store, struct fault *fault);

static inline MDB_val environment_val(struct bytes b)
{
    return (MDB_val){ b.len, (void *)(uintptr_t)b.at };
}

static inline struct bytes environment_bytes(MDB_val v)
{
    return bytes_of(v.mv_data, v.mv_size);
}

#endif
