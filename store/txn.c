#include <stdlib.h>

#include "store/environment.h"
#include "store/trust.h"

static void free_txn(struct txn *txn)
{
    txn->store->open_txns--;
    trust_leave();
    free(txn);
}

void txn_end(struct txn *txn)
{
    if (!txn)
        return;
    for (int db = 0; db < DB_COUNT; db++)
        if (txn->at[db])
            mdb_cursor_close(txn->at[db]);
    mdb_txn_abort(txn->outer ? txn->outer : txn->lmdb); /* it ends an inner one as well */
    free_txn(txn);
}

bool txn_writes(const struct txn *txn)
{
    return txn->writes;
}

enum err txn_commit(struct txn *txn, struct fault *fault)
{
    const struct store *store = txn->store;
    int rc = mdb_txn_commit(txn->lmdb);
    enum err e = environment_meaning(txn->store->env, rc);

    free_txn(txn);
    if (rc == 0)
        return environment_is_gone(store) ? environment_refuse_replaced(store, fault) : ERR_OK;
    return fault_set(fault, e == ERR_FULL ? ERR_FULL : ERR_IO, "cannot commit to %s: %s", store->directory,
                     mdb_strerror(rc));
}

/* ---- an inner transaction ---- */

enum err txn_begin_inner(struct txn *txn)
{
    MDB_txn *inner;
    int rc = mdb_txn_begin(txn->store->env, txn->lmdb, 0, &inner);

    if (rc)
        return environment_meaning(txn->store->env, rc);
    txn->outer = txn->lmdb;
    txn->lmdb = inner;
    return ERR_OK;
}

static MDB_txn *leave_inner(struct txn *txn)
{
    MDB_txn *inner = txn->lmdb;

    txn->lmdb = txn->outer;
    txn->outer = NULL;
    return inner;
}

enum err txn_keep_inner(struct txn *txn)
{
    return environment_meaning(txn->store->env, mdb_txn_commit(leave_inner(txn)));
}

void txn_undo_inner(struct txn *txn)
{
    mdb_txn_abort(leave_inner(txn));
}

/* ---- rows ---- */

/* A writer has no kept cursors, because they would have to follow its writes. */
static int find_stored_row(struct txn *txn, enum database db, MDB_val *key, MDB_val *value)
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
    MDB_val k = environment_val(key), v;
    int rc = find_stored_row(txn, db, &k, &v);

    if (rc)
        return environment_meaning(txn->store->env, rc);
    *value = environment_bytes(v);
    return ERR_OK;
}

enum err txn_put(struct txn *txn, enum database db, struct bytes key, struct bytes value)
{
    MDB_val k = environment_val(key), v = environment_val(value);

    return environment_meaning(txn->store->env, mdb_put(txn->lmdb, txn->store->dbi[db], &k, &v, 0));
}

enum err txn_delete(struct txn *txn, enum database db, struct bytes key)
{
    MDB_val k = environment_val(key);

    return environment_meaning(txn->store->env, mdb_del(txn->lmdb, txn->store->dbi[db], &k, NULL));
}

uint64_t txn_count(struct txn *txn, enum database db)
{
    MDB_stat stat;

    if (!txn->store->has[db] ||
        environment_meaning(txn->store->env, mdb_stat(txn->lmdb, txn->store->dbi[db], &stat)) != ERR_OK)
        return 0;
    return stat.ms_entries;
}
