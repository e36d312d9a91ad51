#include <string.h>

#include "common/shared/work.h"
#include "store/environment.h"

enum err walk_begin(struct txn *txn, enum database db, struct bytes from, struct bytes prefix, struct walk *walk)
{
    MDB_cursor *cursor;
    int rc;

    *walk = (struct walk){ .prefix = prefix, .key = from };
    if (!txn->store->has[db])
        return ERR_OK;
    rc = mdb_cursor_open(txn->lmdb, txn->store->dbi[db], &cursor);
    if (rc == 0)
        walk->cursor = cursor;
    return environment_meaning(txn->store->env, rc);
}

static bool starts_with(struct bytes b, struct bytes prefix)
{
    return b.len >= prefix.len && (prefix.len == 0 || memcmp(b.at, prefix.at, prefix.len) == 0);
}

bool walk_next(struct walk *walk)
{
    MDB_val key = environment_val(walk->key), value;
    MDB_cursor_op op = walk->started ? MDB_NEXT : walk->key.len ? MDB_SET_RANGE : MDB_FIRST;

    work_step();
    int rc = walk->cursor ? mdb_cursor_get(walk->cursor, &key, &value, op) : MDB_NOTFOUND;
    if (rc) {
        if (walk->cursor)
            (void)environment_meaning(mdb_txn_env(mdb_cursor_txn(walk->cursor)), rc);
        return false;
    }
    walk->started = true;
    walk->key = environment_bytes(key);
    walk->value = environment_bytes(value);
    return starts_with(walk->key, walk->prefix);
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

    if (!txn->store->has[db])
        return false;
    int rc = mdb_cursor_open(txn->lmdb, txn->store->dbi[db], &cursor);
    if (rc == 0) {
        rc = mdb_cursor_get(cursor, &k, &v, MDB_LAST);
        mdb_cursor_close(cursor);
    }
    if (environment_meaning(txn->store->env, rc) != ERR_OK)
        return false;
    *key = environment_bytes(k);
    *value = environment_bytes(v);
    return true;
}
