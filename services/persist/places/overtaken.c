#include "services/persist/places/overtaken.h"

#include "services/persist/turn/turn.h"

struct key overtaken_place(struct id folder, struct bytes file)
{
    struct key key = key_name(META_OVERTAKEN), place = key_place(folder, file);

    key_add(&key, place.b, place.len);
    return key;
}

struct key overtaken_item(struct id item)
{
    struct key key = key_name(META_OVERTAKEN);

    key_add(&key, item.b, sizeof(item.b));
    return key;
}

/* Counts the notes; `oldest` is the key of the note with the lowest revision. */
static enum err count_notes(struct persist *p, uint32_t *count, struct key *oldest)
{
    struct key prefix = key_name(META_OVERTAKEN);
    uint64_t lowest = UINT64_MAX;
    struct walk walk;
    enum err e = walk_begin(p->w.txn, DB_META, key_bytes(&prefix), key_bytes(&prefix), &walk);

    *count = 0;
    while (e == ERR_OK && walk_next(&walk)) {
        uint64_t revision = key_number_at(walk.value, 0);
        ++*count;
        if (revision >= lowest || walk.key.len > sizeof(oldest->b))
            continue;
        lowest = revision;
        oldest->len = 0;
        key_add(oldest, walk.key.at, walk.key.len);
    }
    walk_end(&walk);
    return e;
}

enum err overtaken_note(struct persist *p, const struct key *key, uint64_t revision)
{
    struct key value = key_number(revision), oldest = { 0 };
    uint32_t count;
    enum err e = turn_wrote(p, txn_put(p->w.txn, DB_META, key_bytes(key), key_bytes(&value)));

    if (e == ERR_OK)
        e = count_notes(p, &count, &oldest);
    if (e == ERR_OK && count > OVERTAKEN_KEPT && oldest.len)
        e = turn_wrote(p, txn_delete(p->w.txn, DB_META, key_bytes(&oldest)));
    return e;
}

bool overtaken_is(struct persist *p, const struct key *key, bool has_as_of, uint64_t as_of)
{
    struct bytes value;

    return has_as_of && txn_get(p->w.txn, DB_META, key_bytes(key), &value) == ERR_OK && as_of < key_number_at(value, 0);
}
