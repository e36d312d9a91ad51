#include "store/store.h"
#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "store/files.h"

enum { READERS = 254 };
static const size_t default_map_bytes = (size_t)256 << 30;

struct txn {
    struct store *store;
    MDB_txn *lmdb;
    bool writes;
    MDB_cursor *at[DB_COUNT]; /* of a reader: where it found the last key; the next one is often near */
};

struct store {
    MDB_env *env;
    enum store_mode mode;
    size_t map_bytes;
    void *map; /* guarded against a disk that fails */
    _Atomic uint32_t open_txns; /* a writer has those of another thread, too */
    int lock; /* of the writer; -1: none */
    bool has[DB_COUNT];
    MDB_dbi dbi[DB_COUNT];
    dev_t device; /* of data.mdb when it was opened: another one has replaced it when they differ */
    ino_t inode;
    char directory[PATH_MAX];
};

static const struct {
    int number;
    enum err code;
} meanings[] = {
    { MDB_SUCCESS, ERR_OK },
    { MDB_NOTFOUND, ERR_NOT_FOUND },
    { MDB_MAP_FULL, ERR_FULL },
    { MDB_READERS_FULL, ERR_BUSY },
    { MDB_BAD_VALSIZE, ERR_INTERNAL },
    { MDB_BAD_TXN, ERR_INTERNAL },
    { MDB_TXN_FULL, ERR_TOO_LARGE },
    { MDB_VERSION_MISMATCH, ERR_VERSION },
    { ENOMEM, ERR_IO },
    { EINVAL, ERR_IO },
};

static enum err meaning(int number)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
        if (meanings[i].number == number)
            return meanings[i].code;
    return number > 0 ? files_err(number) : ERR_IO;
}

static enum err failed(struct fault *fault, int number, const char *doing, const char *what)
{
    return fault_set(fault, meaning(number), "cannot %s %s: %s", doing, what, mdb_strerror(number));
}

/* ---- opening ---- */

static enum err open_environment(struct store *store, struct fault *fault)
{
    static const unsigned flags_of[] = { [STORE_READER] = MDB_RDONLY, [STORE_WRITER] = 0,
                                         [STORE_IMAGE] = MDB_RDONLY | MDB_NOLOCK | MDB_NOSUBDIR };
    int rc = mdb_env_create(&store->env);

    if (rc == 0)
        rc = mdb_env_set_maxdbs(store->env, DB_COUNT + 8);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(store->env, READERS);
    if (rc == 0)
        rc = mdb_env_set_mapsize(store->env, store->map_bytes);
    if (rc == 0) {
        int turn;
        enum err e = files_take_turn(store->directory, &turn, fault);
        if (e != ERR_OK)
            return e;
        rc = mdb_env_open(store->env, store->directory, MDB_NOTLS | flags_of[store->mode], 0600);
        files_end_turn(turn);
    }
    if (rc == ENOENT && store->mode == STORE_READER)
        return fault_set(fault, ERR_OFFLINE, "there is no store in %s yet", store->directory);
    store->map = rc ? NULL : files_guard_map(store->directory);
    return rc ? failed(fault, rc, "open the store", store->directory) : ERR_OK;
}

static enum err open_databases(struct store *store, struct fault *fault)
{
    bool writer = store->mode == STORE_WRITER;
    MDB_txn *txn;
    int rc = mdb_txn_begin(store->env, NULL, writer ? 0 : MDB_RDONLY, &txn);

    if (rc)
        return failed(fault, rc, "begin a transaction in", store->directory);
    for (enum database db = 0; db < DB_COUNT; db++) {
        rc = mdb_dbi_open(txn, database_name(db), writer ? MDB_CREATE : 0, &store->dbi[db]);
        store->has[db] = rc == 0;
        if (rc && rc != MDB_NOTFOUND) {
            mdb_txn_abort(txn);
            return failed(fault, rc, "open database", database_name(db));
        }
    }
    rc = mdb_txn_commit(txn);
    return rc ? failed(fault, rc, "make the databases of", store->directory) : ERR_OK;
}

/* What a predecessor committed, or made, before it died may still be in memory only. */
static enum err settle(struct store *store, struct fault *fault)
{
    char above[PATH_MAX + 4];
    int rc = mdb_env_sync(store->env, 1);
    enum err e = rc ? failed(fault, rc, "sync", store->directory) : files_sync(store->directory, fault);

    if (e != ERR_OK)
        return e;
    snprintf(above, sizeof(above), "%s/..", store->directory);
    return files_sync(above, fault);
}

static enum err open_all(struct store *store, struct fault *fault)
{
    struct stat st;
    enum err e = ERR_OK;

    if (store->mode == STORE_READER && files_are_blank(store->directory))
        return fault_set(fault, ERR_OFFLINE, "there is no store in %s yet", store->directory);
    if (store->mode == STORE_WRITER) {
        files_drop_blank(store->directory);
        e = files_reserve_lock(store->directory, fault);
    }
    if (e == ERR_OK)
        e = open_environment(store, fault);
    if (e == ERR_OK)
        e = open_databases(store, fault);
    if (e == ERR_OK && store->mode == STORE_WRITER)
        e = settle(store, fault);
    if (e == ERR_OK && files_data(store->directory, &st)) {
        store->device = st.st_dev;
        store->inode = st.st_ino;
    }
    return e;
}

enum err store_open_directory(const char *directory, enum store_mode mode, size_t map_bytes,
                              struct store **store, struct fault *fault)
{
    struct store *s = calloc(1, sizeof(*s));
    enum err e;

    *store = NULL;
    if (!s)
        return fault_set(fault, ERR_FULL, "no memory for the store");
    s->mode = mode;
    s->lock = -1;
    s->map_bytes = map_bytes ? map_bytes : default_map_bytes;
    if (!text_copy(s->directory, sizeof(s->directory), text_of(directory)))
        e = fault_set(fault, ERR_TOO_LARGE, "the store's path is too long");
    else
        e = open_all(s, fault);
    if (e != ERR_OK) {
        store_close(s);
        return e;
    }
    *store = s;
    return ERR_OK;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    files_end_guard(store->map);
    if (store->env)
        mdb_env_close(store->env);
    store_unlock(store->lock);
    free(store);
}

void store_hold(struct store *store, int lock)
{
    store->lock = lock;
}

int store_clear_readers(struct store *store)
{
    int dead = 0;

    mdb_reader_check(store->env, &dead);
    return dead;
}

struct listing {
    struct reader *to;
    uint32_t count, most;
};

/* LMDB tells of its readers in lines: pid, thread, and transaction or "-". */
static int take_reader(const char *line, void *listing)
{
    struct listing *l = listing;
    unsigned long long txn;
    int pid;

    if (l->count < l->most && sscanf(line, "%d %*x %llu", &pid, &txn) == 2)
        l->to[l->count++] = (struct reader){ pid, txn };
    return 0;
}

uint32_t store_readers(struct store *store, struct reader *readers, uint32_t most, uint64_t *newest)
{
    struct listing listing = { readers, 0, most };
    MDB_envinfo info = { 0 };

    mdb_env_info(store->env, &info);
    *newest = info.me_last_txnid;
    mdb_reader_list(store->env, take_reader, &listing);
    return listing.count;
}

uint64_t store_pages(const struct store *store)
{
    MDB_envinfo info;

    return mdb_env_info(store->env, &info) == 0 ? (uint64_t)info.me_last_pgno + 1 : 0;
}

enum err store_copy(struct store *store, int fd, bool compact, struct fault *fault)
{
    int rc = mdb_env_copyfd2(store->env, fd, compact ? MDB_CP_COMPACT : 0);

    return rc ? failed(fault, rc, "copy", store->directory) : ERR_OK;
}

/* ---- transactions ---- */

static bool was_replaced(const struct store *store)
{
    struct stat st;

    return files_data(store->directory, &st) && (st.st_ino != store->inode || st.st_dev != store->device);
}

static enum err open_again(struct store *store, struct fault *fault)
{
    files_end_guard(store->map);
    if (store->env)
        mdb_env_close(store->env);
    store->env = NULL;
    store->map = NULL;
    return open_all(store, fault);
}

static enum err begin(struct store *store, bool writes, struct txn **txn, struct fault *fault)
{
    struct txn *t = calloc(1, sizeof(*t));
    int rc;

    if (!t)
        return fault_set(fault, ERR_FULL, "no memory for a transaction");
    rc = mdb_txn_begin(store->env, NULL, writes ? 0 : MDB_RDONLY, &t->lmdb);
    if (rc) {
        free(t);
        return failed(fault, rc, "begin a transaction in", store->directory);
    }
    t->store = store;
    t->writes = writes;
    store->open_txns++;
    *txn = t;
    return ERR_OK;
}

enum err store_read(struct store *store, struct txn **txn, struct fault *fault)
{
    uint64_t version = STORE_VERSION;
    enum err e = ERR_OK;
    bool again = store->mode == STORE_READER && store->open_txns == 0 && (!store->env || was_replaced(store));

    if (again)
        e = open_again(store, fault);
    if (e == ERR_OK)
        e = begin(store, false, txn, fault);
    if (e != ERR_OK || !again)
        return e;
    e = txn_version(*txn, &version);
    if (e == ERR_OK && version == STORE_VERSION)
        return ERR_OK;
    txn_end(*txn);
    *txn = NULL;
    return fault_set(fault, ERR_VERSION, "the store is now of version %llu, this program reads %d",
                     (unsigned long long)version, STORE_VERSION);
}

enum err store_write(struct store *store, struct txn **txn, struct fault *fault)
{
    return begin(store, true, txn, fault);
}

static void forget(struct txn *txn)
{
    txn->store->open_txns--;
    free(txn);
}

void txn_end(struct txn *txn)
{
    if (!txn)
        return;
    for (int db = 0; db < DB_COUNT; db++)
        if (txn->at[db])
            mdb_cursor_close(txn->at[db]);
    mdb_txn_abort(txn->lmdb);
    forget(txn);
}

bool txn_writes(const struct txn *txn)
{
    return txn->writes;
}

enum err txn_commit(struct txn *txn, struct fault *fault)
{
    const char *directory = txn->store->directory;
    int rc = mdb_txn_commit(txn->lmdb);

    forget(txn);
    if (rc == 0)
        return ERR_OK;
    return fault_set(fault, meaning(rc) == ERR_FULL ? ERR_FULL : ERR_IO, "cannot commit to %s: %s", directory,
                     mdb_strerror(rc));
}

static MDB_val val(struct bytes b)
{
    return (MDB_val){ b.len, (void *)(uintptr_t)b.at };
}

static struct bytes from_val(MDB_val v)
{
    return bytes_of(v.mv_data, v.mv_size);
}

/* A writer's cursors would have to follow its writes. */
static int find(struct txn *txn, enum database db, MDB_val *key, MDB_val *value)
{
    MDB_cursor **at = &txn->at[db];
    int rc = 0;

    if (!txn->store->has[db])
        return MDB_NOTFOUND;
    if (txn->writes)
        return mdb_get(txn->lmdb, txn->store->dbi[db], key, value);
    if (!*at)
        rc = mdb_cursor_open(txn->lmdb, txn->store->dbi[db], at);
    return rc ? rc : mdb_cursor_get(*at, key, value, MDB_SET);
}

enum err txn_get(struct txn *txn, enum database db, struct bytes key, struct bytes *value)
{
    MDB_val k = val(key), v;
    int rc = find(txn, db, &k, &v);

    if (rc)
        return meaning(rc);
    *value = from_val(v);
    return ERR_OK;
}

enum err txn_put(struct txn *txn, enum database db, struct bytes key, struct bytes value)
{
    MDB_val k = val(key), v = val(value);

    return meaning(mdb_put(txn->lmdb, txn->store->dbi[db], &k, &v, 0));
}

enum err txn_delete(struct txn *txn, enum database db, struct bytes key)
{
    MDB_val k = val(key);

    return meaning(mdb_del(txn->lmdb, txn->store->dbi[db], &k, NULL));
}

uint64_t txn_count(struct txn *txn, enum database db)
{
    MDB_stat stat;

    if (!txn->store->has[db] || mdb_stat(txn->lmdb, txn->store->dbi[db], &stat))
        return 0;
    return stat.ms_entries;
}

/* ---- walks ---- */

enum err walk_begin(struct txn *txn, enum database db, struct bytes from, struct bytes prefix,
                    struct walk *walk)
{
    MDB_cursor *cursor;
    int rc;

    *walk = (struct walk){ .prefix = prefix, .key = from };
    if (!txn->store->has[db])
        return ERR_OK;
    rc = mdb_cursor_open(txn->lmdb, txn->store->dbi[db], &cursor);
    if (rc == 0)
        walk->cursor = cursor;
    return meaning(rc);
}

static bool starts(struct bytes b, struct bytes prefix)
{
    return b.len >= prefix.len && (prefix.len == 0 || memcmp(b.at, prefix.at, prefix.len) == 0);
}

bool walk_next(struct walk *walk)
{
    MDB_val key = val(walk->key), value;
    MDB_cursor_op op = walk->started ? MDB_NEXT : walk->key.len ? MDB_SET_RANGE : MDB_FIRST;

    if (!walk->cursor || mdb_cursor_get(walk->cursor, &key, &value, op))
        return false;
    walk->started = true;
    walk->key = from_val(key);
    walk->value = from_val(value);
    return starts(walk->key, walk->prefix);
}

void walk_end(struct walk *walk)
{
    if (walk->cursor)
        mdb_cursor_close(walk->cursor);
    walk->cursor = NULL;
}

bool walk_last(struct txn *txn, enum database db, struct bytes *key, struct bytes *value)
{
    MDB_cursor *cursor;
    MDB_val k, v;

    if (!txn->store->has[db] || mdb_cursor_open(txn->lmdb, txn->store->dbi[db], &cursor))
        return false;
    bool found = mdb_cursor_get(cursor, &k, &v, MDB_LAST) == 0;
    mdb_cursor_close(cursor);
    if (found) {
        *key = from_val(k);
        *value = from_val(v);
    }
    return found;
}
