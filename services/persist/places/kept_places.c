#include "services/persist/places/kept_places.h"

#include "common/hash.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue_meta.h"
#include "store/keys.h"

static struct key make_key(const struct move *move)
{
    struct key key = key_name(META_STAY), place = key_place(move->folder, move->file);
    struct hash hash = hash_of(place.b, place.len);

    key_add(&key, move->id.b, sizeof(move->id.b));
    key_add(&key, hash.b, sizeof(hash.b));
    return key;
}

enum err kept_places_note(struct persist *p, const struct move *move, bool is_kept)
{
    struct key key = make_key(move);
    enum err e;

    if (is_kept)
        return turn_wrote(p, txn_put(p->w.txn, DB_META, key_bytes(&key), bytes_of("1", 1)));
    e = txn_delete(p->w.txn, DB_META, key_bytes(&key));
    return turn_wrote(p, e == ERR_NOT_FOUND ? ERR_OK : e);
}

enum err kept_places_check(struct persist *p, const struct move *move, struct fault *fault)
{
    struct key key = make_key(move);
    char id[ID_TEXT_SIZE];
    struct bytes value;
    enum err e = txn_get(p->w.txn, DB_META, key_bytes(&key), &value);

    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    if (e != ERR_OK)
        return fault_set(fault, e, "the moves that a person took back cannot be read");
    return fault_set(fault, ERR_DENIED, "a person took the move of item %s to this place back", id_write(move->id, id));
}
