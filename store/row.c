#include "store/row.h"

#include <string.h>

#include "proto/wire/codec.h"

enum err row_decode(struct txn *txn, struct arena *arena, struct bytes value, const struct shape *shape, void *to)
{
    struct fault fault = { 0 };

    if (txn_writes(txn)) {
        uint32_t len = value.len;
        value = arena_bytes(arena, value);
        if (value.len != len)
            return ERR_FULL;
    }
    memset(to, 0, shape->size);
    enum err e = codec_decode(shape, value, arena, to, &fault);
    return e == ERR_OK || e == ERR_FULL ? e : ERR_INTERNAL;
}

enum err row_get(struct txn *txn, struct arena *arena, enum database db, const struct key *key,
                 const struct shape *shape, void *to)
{
    struct bytes value;
    enum err e = txn_get(txn, db, key_bytes(key), &value);

    return e == ERR_OK ? row_decode(txn, arena, value, shape, to) : e;
}

enum err row_get_id(struct txn *txn, enum database db, const struct key *key, struct id *to)
{
    struct bytes value;
    enum err e = txn_get(txn, db, key_bytes(key), &value);

    if (e == ERR_OK && value.len != sizeof(to->b))
        return ERR_INTERNAL;
    if (e == ERR_OK)
        *to = key_id_at(value, 0);
    return e;
}

enum err row_put(struct writing *w, enum database db, const struct key *key, const struct shape *shape,
                 const void *value)
{
    buffer_reset(&w->row);
    enum err e = codec_encode(shape, value, &w->row, NULL);
    w->bytes += w->row.len;
    return e == ERR_OK ? txn_put(w->txn, db, key_bytes(key), buffer_bytes(&w->row)) : e;
}

enum err row_put_id(struct writing *w, enum database db, const struct key *key, struct id id)
{
    return txn_put(w->txn, db, key_bytes(key), bytes_of(id.b, sizeof(id.b)));
}

enum err row_delete(struct writing *w, enum database db, const struct key *key)
{
    enum err e = txn_delete(w->txn, db, key_bytes(key));

    return e == ERR_NOT_FOUND ? ERR_OK : e;
}
