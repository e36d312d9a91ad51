#include "services/persist/places/kept_places.h"

#include "common/hash.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue.h"
#include "store/keys.h"

enum { DEPTH = 4096 };

/* ---- notes ---- */

static struct key make_key(const struct move *move)
{
    struct key key = key_name(META_STAY), place = key_place(move->folder, move->file);
    struct hash hash = hash_of(place.b, place.len);

    key_add(&key, move->id.b, sizeof(move->id.b));
    key_add(&key, hash.b, sizeof(hash.b));
    return key;
}

/* The first part of the keys of all notes about a folder. */
static struct key start_folder_key(struct id folder)
{
    struct key key = key_name(META_STAY_FOLDER);

    key_add(&key, folder.b, sizeof(folder.b));
    return key;
}

/* The mounts of two volumes have the same parent, zero. */
static struct key make_folder_key(const struct folder_place *place)
{
    struct id around = id_is_zero(place->parent) ? place->volume : place->parent;
    struct key key = start_folder_key(place->id), there = key_place(around, place->name);
    struct hash hash = hash_of(there.b, there.len);

    key_add(&key, hash.b, sizeof(hash.b));
    return key;
}

static enum err note_key(struct persist *p, const struct key *key, bool is_kept)
{
    enum err e;

    if (is_kept)
        return turn_wrote(p, txn_put(p->w.txn, DB_META, key_bytes(key), bytes_of("1", 1)));
    e = txn_delete(p->w.txn, DB_META, key_bytes(key));
    return turn_wrote(p, e == ERR_NOT_FOUND ? ERR_OK : e);
}

enum err kept_places_note(struct persist *p, const struct move *move, bool is_kept)
{
    const struct key key = make_key(move);

    return note_key(p, &key, is_kept);
}

enum err kept_places_note_folder(struct persist *p, const struct folder_place *place, bool is_kept)
{
    const struct key key = make_folder_key(place);

    return note_key(p, &key, is_kept);
}

/* ---- checks ---- */

static enum err has_key(struct persist *p, const struct key *key, bool *has, struct fault *fault)
{
    struct bytes value;
    enum err e = txn_get(p->w.txn, DB_META, key_bytes(key), &value);

    *has = e == ERR_OK;
    return e == ERR_OK || e == ERR_NOT_FOUND ? ERR_OK
                                             : fault_set(fault, e, "the moves that a person undid cannot be read");
}

static enum err has_folder_note(struct persist *p, struct id folder, bool *has)
{
    const struct key prefix = start_folder_key(folder);
    struct walk walk;
    enum err e = walk_begin(p->w.txn, DB_META, key_bytes(&prefix), key_bytes(&prefix), &walk);

    *has = e == ERR_OK && walk_next(&walk);
    walk_end(&walk);
    return e;
}

enum err kept_places_check_folder(struct persist *p, const struct folder_place *place, struct fault *fault)
{
    const struct key key = make_folder_key(place);
    char id[ID_TEXT_SIZE];
    bool has;
    enum err e = has_key(p, &key, &has, fault);

    if (e != ERR_OK || !has)
        return e;
    return fault_set(fault, ERR_DENIED, "a person undid the move of folder %s to this place", id_write(place->id, id));
}

/* Refuses if a person undid the move of folder `kept` to `to`, or to a folder around it. */
static enum err check_way(struct persist *p, struct id kept, struct id to, struct fault *fault)
{
    struct folder at;
    enum err e = ERR_OK;

    for (int depth = 0; e == ERR_OK && !id_is_zero(to) && depth < DEPTH; depth++) {
        e = catalogue_folder(p->w.txn, &p->arena, to, &at);
        if (e != ERR_OK)
            return fault_set(fault, ERR_INTERNAL, "the folders around an item cannot be read");
        const struct folder_place place = { .id = kept, .volume = at.volume, .parent = at.parent, .name = at.name };
        e = kept_places_check_folder(p, &place, fault);
        to = at.parent;
    }
    return e;
}

static enum err check_folders(struct persist *p, struct id from, struct id to, struct fault *fault)
{
    struct folder at;
    bool has = false;
    enum err e = ERR_OK;

    for (int depth = 0; e == ERR_OK && !id_is_zero(from) && depth < DEPTH; depth++) {
        e = has_folder_note(p, from, &has);
        if (e == ERR_OK)
            e = catalogue_folder(p->w.txn, &p->arena, from, &at);
        if (e != ERR_OK)
            return fault_set(fault, ERR_INTERNAL, "the folders around an item cannot be read");
        e = has ? check_way(p, from, to, fault) : ERR_OK;
        from = at.parent;
    }
    return e;
}

enum err kept_places_check(struct persist *p, const struct media *was, const struct move *move, struct fault *fault)
{
    const struct key key = make_key(move);
    char id[ID_TEXT_SIZE];
    bool has;
    enum err e = has_key(p, &key, &has, fault);

    if (e == ERR_OK && has)
        return fault_set(fault, ERR_DENIED, "a person undid the move of item %s to this place", id_write(move->id, id));
    return e == ERR_OK ? check_folders(p, was->folder, move->folder, fault) : e;
}
