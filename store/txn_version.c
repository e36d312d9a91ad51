#include "store/store.h"

bool txn_is_empty(struct txn *txn)
{
    uint64_t rows = 0;

    for (int db = 0; db < DB_COUNT; db++)
        rows += txn_count(txn, (enum database)db);
    return rows == 0;
}

static const struct bytes version_key = { 7, (const uint8_t *)"version" };

enum err txn_version(struct txn *txn, uint64_t *version)
{
    struct bytes value;
    enum err e = txn_get(txn, DB_META, version_key, &value);

    *version = 0;
    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    if (e == ERR_OK && value.len != 8)
        return ERR_INTERNAL;
    for (uint32_t i = 0; e == ERR_OK && i < 8; i++)
        *version = *version << 8 | value.at[i];
    return e;
}

enum err txn_set_version(struct txn *txn, uint64_t version)
{
    uint8_t b[8];

    for (int i = 0; i < 8; i++)
        b[i] = (uint8_t)(version >> (56 - 8 * i));
    return txn_put(txn, DB_META, version_key, bytes_of(b, sizeof(b)));
}
