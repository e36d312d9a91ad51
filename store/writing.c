#include <string.h>

#include "common/process/log.h"
#include "store/environment.h"
#include "store/files.h"

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

enum err writing_begin(struct store *store, MDB_txn **txn, struct fault *fault)
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
