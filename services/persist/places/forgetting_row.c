#include "services/persist/places/forgetting_row.h"

#include "services/persist/turn/multipart.h"
#include "services/persist/turn/turn.h"
#include "store/keys.h"

enum { HEAD = sizeof(META_FORGETTING) - 1 /* of a key: bytes before the request */ };

static struct key row_key(struct id request)
{
    struct key key = key_name(META_FORGETTING);

    key_add(&key, request.b, sizeof(request.b));
    return key;
}

enum err forgetting_put_row(struct persist *p, const struct forgetting *what)
{
    struct key key = row_key(what->request);

    return turn_wrote(p, row_put(&p->w, DB_META, &key, &forgetting_shape, what));
}

enum err forgetting_delete_row(struct persist *p, const struct forgetting *what)
{
    struct key key = row_key(what->request);

    return turn_wrote(p, txn_delete(p->w.txn, DB_META, key_bytes(&key)));
}

bool forgetting_has_row(struct persist *p, struct id request)
{
    struct key key = row_key(request);
    struct bytes value;

    return txn_get(p->w.txn, DB_META, key_bytes(&key), &value) == ERR_OK;
}

enum err forgetting_next_row(struct persist *p, struct id *request, struct forgetting *what)
{
    const struct id after = *request;
    struct key prefix = key_name(META_FORGETTING), from = row_key(after);
    struct walk walk;
    enum err e = walk_begin(p->w.txn, DB_META, key_bytes(&from), key_bytes(&prefix), &walk);
    bool found = false;

    while (e == ERR_OK && !found && walk_next(&walk)) {
        const struct id at = key_id_at(walk.key, HEAD);
        if (id_equal(at, after) || multipart_of(p, at))
            continue;
        found = true;
        *request = at;
        e = row_decode(p->w.txn, &p->arena, walk.value, &forgetting_shape, what);
    }
    walk_end(&walk);
    return e == ERR_OK && !found ? ERR_NOT_FOUND : e;
}
