#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "store/environment.h"
#include "store/files.h"
#include "store/trust.h"

enum { READERS = 254 };
static const size_t default_map_bytes = (size_t)256 << 30;

/* ---- opening ---- */

static enum err open_environment(struct store *store, struct fault *fault)
{
    static const unsigned flags_of[] = { [STORE_READER] = MDB_RDONLY,
                                         [STORE_WRITER] = 0,
                                         [STORE_TRIAL] = MDB_RDONLY,
                                         [STORE_IMAGE] = MDB_RDONLY | MDB_NOLOCK | MDB_NOSUBDIR };
    int rc = mdb_env_create(&store->env);

    if (rc == 0)
        rc = mdb_env_set_userctx(store->env, store);
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
    if (rc == ENOENT && (store->mode == STORE_READER || store->mode == STORE_TRIAL))
        return fault_set(fault, ERR_OFFLINE, "there is no store in %s yet", store->directory);
    store->map = rc ? NULL : files_guard_map(store->directory);
    return rc ? environment_failed(store, fault, rc, "open the store", store->directory) : ERR_OK;
}

/* The environment stays open while a stuck process has the turn: the end of this process closes it without harm. */
static enum err close_environment(struct store *store, struct fault *fault)
{
    int turn = -1;
    enum err e = store->env ? files_take_turn(store->directory, &turn, fault) : ERR_OK;

    if (e == ERR_BUSY)
        return e;
    files_end_guard(store->map);
    if (store->env)
        mdb_env_close(store->env);
    files_end_turn(turn);
    store->env = NULL;
    store->map = NULL;
    return ERR_OK;
}

/* ---- beginning a transaction ---- */

/* The head of lock.mdb in LMDB 0.9: two 32-bit numbers, the readers' mutex, and the number of the last transaction, by
 * which a writer chooses its meta page. */
enum { LAST_AT = 48, MAGIC = 0xBEEFC0DE };

/* Corrects the number while the writer's mutex is held. The word must be the number that the transaction began with;
 * another layout is left unchanged. */
static bool correct_last(const struct store *store, size_t wrong, size_t right)
{
    uint8_t *map = files_map(store->directory, "lock.mdb");
    uint32_t magic;
    size_t last;

    if (!map)
        return false;
    memcpy(&magic, map, sizeof(magic));
    memcpy(&last, map + LAST_AT, sizeof(last));
    if (magic != MAGIC || last != wrong)
        return false;
    memcpy(map + LAST_AT, &right, sizeof(right));
    log_warn("lock.mdb named commit %zu as the last one, and the store has %zu; it is corrected", wrong, right);
    return true;
}

/* Begins a write transaction after the last commit. lock.mdb has the number of that commit. If a disk became read-only
 * and returned, an older page of lock.mdb may be back, and LMDB would overwrite later commits. So the number is
 * compared with the store's own, and corrected. Errors: those of environment_failed; io. */
static enum err begin_writing(struct store *store, MDB_txn **txn, struct fault *fault)
{
    MDB_envinfo info;

    for (int tries = 0; tries < 2; tries++) {
        int rc = mdb_txn_begin(store->env, NULL, 0, txn);
        if (rc)
            return environment_failed(store, fault, rc, "begin a transaction in", store->directory);
        mdb_env_info(store->env, &info);
        size_t number = mdb_txn_id(*txn);
        if (number == info.me_last_txnid + 1)
            return ERR_OK;
        bool corrected = correct_last(store, number - 1, info.me_last_txnid);
        mdb_txn_abort(*txn);
        if (!corrected)
            break;
    }
    return fault_set(fault, ERR_IO, "the lock file of the store in %s names another last commit than the store",
                     store->directory);
}

static enum err begin_lmdb(struct store *store, bool writes, MDB_txn **txn, struct fault *fault)
{
    int rc;

    if (writes)
        return begin_writing(store, txn, fault);
    rc = mdb_txn_begin(store->env, NULL, MDB_RDONLY, txn);
    return rc ? environment_failed(store, fault, rc, "begin a transaction in", store->directory) : ERR_OK;
}

static enum err open_databases(struct store *store, struct fault *fault)
{
    bool writer = store->mode == STORE_WRITER;
    MDB_txn *txn;
    int rc;
    enum err e = begin_lmdb(store, writer, &txn, fault);

    if (e != ERR_OK)
        return e;
    for (enum database db = 0; db < DB_COUNT; db++) {
        rc = mdb_dbi_open(txn, database_name(db), writer ? MDB_CREATE : 0, &store->dbi[db]);
        store->has[db] = rc == 0;
        if (rc && rc != MDB_NOTFOUND) {
            mdb_txn_abort(txn);
            return environment_failed(store, fault, rc, "open database", database_name(db));
        }
    }
    rc = mdb_txn_commit(txn);
    return rc ? environment_failed(store, fault, rc, "make the databases of", store->directory) : ERR_OK;
}

/* A predecessor's last commits, or its new files, may still be in memory only. */
static enum err sync_all(struct store *store, struct fault *fault)
{
    char above[PATH_MAX + 4];
    int rc = mdb_env_sync(store->env, 1);
    enum err e =
        rc ? environment_failed(store, fault, rc, "sync", store->directory) : files_sync(store->directory, fault);

    if (e != ERR_OK)
        return e;
    snprintf(above, sizeof(above), "%s/..", store->directory);
    return files_sync(above, fault);
}

static enum err open_all(struct store *store, struct fault *fault)
{
    struct stat st;
    enum err e = ERR_OK;

    if ((store->mode == STORE_READER || store->mode == STORE_TRIAL) && files_are_blank(store->directory))
        return fault_set(fault, ERR_OFFLINE, "there is no store in %s yet", store->directory);
    if (store->mode == STORE_WRITER) {
        files_drop_blank(store->directory);
        e = files_reserve_lock(store->directory, fault);
    }
    if (e == ERR_OK)
        e = open_environment(store, fault);
    if (e == ERR_OK && store->mode != STORE_IMAGE)
        e = open_databases(store, fault);
    if (e == ERR_OK && store->mode == STORE_WRITER)
        e = sync_all(store, fault);
    if (e == ERR_OK && files_data(store->directory, &st)) {
        store->device = st.st_dev;
        store->inode = st.st_ino;
    }
    return e;
}

/* Opens the store. If the process dies meanwhile, the store is checked before its next use. */
static enum err open_watched(struct store *store, struct fault *fault)
{
    enum err e;

    trust_watch(store->directory);
    trust_enter();
    e = open_all(store, fault);
    trust_leave();
    return e;
}

enum err store_open_directory(const char *directory, enum store_mode mode, size_t map_bytes, struct store **store,
                              struct fault *fault)
{
    struct store *s = alloc_zeroed(1, sizeof(*s));
    enum err e;

    *store = NULL;
    s->mode = mode;
    s->lock = -1;
    s->map_bytes = map_bytes ? map_bytes : default_map_bytes;
    if (!text_copy(s->directory, sizeof(s->directory), text_of(directory)))
        e = fault_set(fault, ERR_TOO_LARGE, "the store's path is too long");
    else
        e = open_watched(s, fault);
    if (e != ERR_OK) {
        store_close(s);
        return e;
    }
    *store = s;
    return ERR_OK;
}

void store_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}

void store_close(struct store *store)
{
    if (!store)
        return;
    (void)close_environment(store, NULL);
    if (store->lock >= 0 && !trust_is_doubted(store->directory) && !environment_was_replaced(store))
        trust_closed(store->directory);
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

/* LMDB lists its readers in lines: pid, thread, and transaction or "-". */
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

    return rc ? environment_failed(store, fault, rc, "copy", store->directory) : ERR_OK;
}

/* ---- transactions ---- */

static enum err open_again(struct store *store, struct fault *fault)
{
    enum err e = close_environment(store, fault);

    return e == ERR_OK ? open_watched(store, fault) : e;
}

static enum err begin_txn(struct store *store, bool writes, struct txn **txn, struct fault *fault)
{
    struct txn *t = alloc_zeroed(1, sizeof(*t));
    enum err e;

    trust_enter();
    e = begin_lmdb(store, writes, &t->lmdb, fault);
    if (e != ERR_OK) {
        trust_leave();
        free(t);
        return e;
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
    bool is_first = store->mode == STORE_READER && store->open_txns == 0;
    bool again = is_first && (!store->env || environment_was_replaced(store));

    if (is_first && trust_is_doubted(store->directory))
        e = trust_refuse(store->directory, fault);
    if (e == ERR_OK && again)
        e = open_again(store, fault);
    if (e == ERR_OK && store->mode == STORE_IMAGE)
        e = open_databases(store, fault);
    if (e == ERR_OK)
        e = begin_txn(store, false, txn, fault);
    if (e != ERR_OK || !again)
        return e;
    e = txn_version(*txn, &version);
    if (e == ERR_OK && version == STORE_VERSION)
        return ERR_OK;
    txn_end(*txn);
    *txn = NULL;
    store->inode = 0; /* the next read opens it again, and looks at its version again */
    if (e == ERR_OK && version < STORE_VERSION)
        return fault_set(fault, ERR_OFFLINE, "the store is not ready yet: it waits for its writer");
    return fault_set(fault, ERR_VERSION, "the store now has version %llu; this program reads version %d",
                     (unsigned long long)version, STORE_VERSION);
}

enum err store_write(struct store *store, struct txn **txn, struct fault *fault)
{
    return environment_is_gone(store) ? environment_refuse_replaced(store, fault) : begin_txn(store, true, txn, fault);
}
