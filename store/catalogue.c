#include "store/catalogue.h"

#include "store/artefact.h"
#include "store/artefact_old.h"
#include "store/keys.h"
#include "store/row.h"

static const struct bytes none = { 0, NULL };

enum err catalogue_id(struct txn *txn, struct id *catalogue)
{
    struct key key = key_name(META_CATALOGUE);

    return row_get_id(txn, DB_META, &key, catalogue);
}

enum err catalogue_head(struct txn *txn, uint64_t *tail, uint64_t *head)
{
    struct bytes key, value;
    struct walk walk;
    enum err e = walk_begin(txn, DB_CHANGE, none, none, &walk);

    *tail = *head = 0;
    if (e == ERR_OK && walk_next(&walk))
        *tail = key_number_at(walk.key, 0);
    walk_end(&walk);
    if (e == ERR_OK && walk_last(txn, DB_CHANGE, &key, &value))
        *head = key_number_at(key, 0);
    return e;
}

struct hash catalogue_change_hash(struct txn *txn, uint64_t revision)
{
    struct key key = key_number(revision);
    struct bytes row;

    if (txn_get(txn, DB_CHANGE, key_bytes(&key), &row) != ERR_OK)
        return (struct hash){ { 0 } };
    return hash_of(row.at, row.len);
}

/* ---- one record ---- */

enum err catalogue_media(struct txn *txn, struct arena *arena, struct id id, struct media *to)
{
    struct key key = key_id(id);

    return row_get(txn, arena, DB_MEDIA, &key, &media_shape, to);
}

enum err catalogue_place(struct txn *txn, struct arena *arena, struct id folder, struct bytes file, struct id *media)
{
    struct key key = key_place(folder, file);
    struct kept_place place;
    enum err e = row_get(txn, arena, DB_PLACE, &key, &kept_place_shape, &place);

    if (e == ERR_OK)
        *media = place.id;
    return e;
}

enum err catalogue_folder(struct txn *txn, struct arena *arena, struct id id, struct folder *to)
{
    struct key key = key_id(id);

    return row_get(txn, arena, DB_FOLDER, &key, &folder_shape, to);
}

enum err catalogue_folder_named(struct txn *txn, struct id volume, struct id parent, struct bytes name,
                                struct id *folder)
{
    struct key key = key_folder_name(volume, parent, name);

    return row_get_id(txn, DB_FOLDER_NAME, &key, folder);
}

enum err catalogue_volume(struct txn *txn, struct arena *arena, struct id id, struct volume *to)
{
    struct key key = key_id(id);

    return row_get(txn, arena, DB_VOLUME, &key, &volume_shape, to);
}

enum err catalogue_library(struct txn *txn, struct arena *arena, struct id id, struct library *to)
{
    struct key key = key_id(id);

    return row_get(txn, arena, DB_LIBRARY, &key, &library_shape, to);
}

enum err catalogue_volume_identified(struct txn *txn, struct text identity, struct id *volume)
{
    struct key key = key_identity(identity);

    return row_get_id(txn, DB_VOLUME_IDENTITY, &key, volume);
}

enum err catalogue_embedding(struct txn *txn, struct arena *arena, struct bytes content, struct embedding *to)
{
    struct key key = key_subject(content);

    return row_get(txn, arena, DB_EMBEDDING, &key, &embedding_shape, to);
}

/* Of several parameters the first in order, which is the plain one if it exists. */
enum err catalogue_artefact(struct txn *txn, const struct paths *paths, struct arena *arena, struct bytes content,
                            struct text type, struct artefact *to)
{
    struct key start = key_artefact(content, type, (struct text){ 0 });
    struct kept_artefact kept;
    char name[ARTEFACT_NAME_SIZE];
    struct walk walk;
    enum err e = walk_begin(txn, DB_ARTEFACT, key_bytes(&start), key_bytes(&start), &walk);

    if (e != ERR_OK)
        return e;
    e = walk_next(&walk) ? row_decode(txn, arena, walk.value, &kept_artefact_shape, &kept) : ERR_NOT_FOUND;
    if (e == ERR_OK) {
        struct text parameters = { walk.key.len - start.len, (const char *)walk.key.at + start.len };
        *to = (struct artefact){ arena_text(arena, type), arena_text(arena, parameters), kept.version, { 0 } };
        artefact_name(content, type, parameters, kept.version, name);
        e = artefact_read(paths, arena, name, &kept, &to->data);
    }
    if (e == ERR_OK)
        e = artefact_convert_old(type, arena, &to->data);
    walk_end(&walk);
    return e;
}

bool catalogue_has_artefact(struct txn *txn, struct bytes content, struct text type)
{
    struct key key = key_artefact(content, type, (struct text){ 0 });
    struct walk walk;
    bool has = content.len && walk_begin(txn, DB_ARTEFACT, key_bytes(&key), key_bytes(&key), &walk) == ERR_OK;

    if (!has)
        return false;
    has = walk_next(&walk);
    walk_end(&walk);
    return has;
}

/* ---- walks ---- */

enum err catalogue_each_place(struct txn *txn, struct arena *arena, struct id folder,
                              bool (*seen)(void *state, struct bytes file, const struct kept_place *place), void *state)
{
    struct key key = key_id(folder);
    struct kept_place place;
    struct walk walk;
    bool more = true;
    enum err e = walk_begin(txn, DB_PLACE, key_bytes(&key), key_bytes(&key), &walk);

    while (e == ERR_OK && more && walk_next(&walk)) {
        e = row_decode(txn, arena, walk.value, &kept_place_shape, &place);
        more = e == ERR_OK && seen(state, bytes_of(walk.key.at + key.len, walk.key.len - key.len), &place);
    }
    walk_end(&walk);
    return e;
}

/* The state of a walk of places that reads their items. */
struct in_folder {
    struct txn *txn;
    struct arena *arena;
    bool (*seen)(void *state, const struct media *media);
    void *state;
    enum err error;
};

static bool see_item(void *state, struct bytes file, const struct kept_place *place)
{
    struct in_folder *in = state;
    struct media media;

    (void)file;
    in->error = catalogue_media(in->txn, in->arena, place->id, &media);
    if (in->error == ERR_NOT_FOUND)
        in->error = ERR_INTERNAL;
    return in->error == ERR_OK && in->seen(in->state, &media);
}

enum err catalogue_each_in_folder(struct txn *txn, struct arena *arena, struct id folder,
                                  bool (*seen)(void *state, const struct media *media), void *state)
{
    struct in_folder in = { .txn = txn, .arena = arena, .seen = seen, .state = state };
    enum err e = catalogue_each_place(txn, arena, folder, see_item, &in);

    return e == ERR_OK ? in.error : e;
}

static bool is_mount(const struct folder *folder)
{
    return folder->name.len == 0 && id_is_zero(folder->parent);
}

enum err catalogue_each_subfolder_after(struct txn *txn, struct arena *arena, struct id folder, struct bytes name,
                                        bool (*seen)(void *state, const struct folder *folder), void *state)
{
    struct folder at, below;
    struct key key, from;
    struct walk walk;
    bool more = true;
    enum err e = catalogue_folder(txn, arena, folder, &at);

    if (e != ERR_OK)
        return e;
    key = key_folder_name(at.volume, is_mount(&at) ? at.parent : at.id, none);
    from = key_folder_name(at.volume, is_mount(&at) ? at.parent : at.id, name);
    e = walk_begin(txn, DB_FOLDER_NAME, key_bytes(&from), key_bytes(&key), &walk);
    while (e == ERR_OK && more && walk_next(&walk)) {
        struct id id = key_id_at(walk.value, 0);
        if (id_equal(id, folder) || (name.len && bytes_equal(walk.key, key_bytes(&from))))
            continue;
        e = catalogue_folder(txn, arena, id, &below);
        e = e == ERR_NOT_FOUND ? ERR_INTERNAL : e;
        more = e == ERR_OK && seen(state, &below);
    }
    walk_end(&walk);
    return e;
}

enum err catalogue_each_subfolder(struct txn *txn, struct arena *arena, struct id folder,
                                  bool (*seen)(void *state, const struct folder *folder), void *state)
{
    return catalogue_each_subfolder_after(txn, arena, folder, none, seen, state);
}

enum err catalogue_each_with_content_after(struct txn *txn, struct bytes content, struct id after,
                                           bool (*seen)(void *state, struct id media), void *state)
{
    struct key key = key_subject(content), from = key_content(content, after);
    struct walk walk;
    bool more = key.len > 0;
    enum err e = walk_begin(txn, DB_CONTENT, key_bytes(&from), key_bytes(&key), &walk);

    while (e == ERR_OK && more && walk_next(&walk)) {
        struct id media = key_id_at(walk.key, 16);
        if (!id_equal(media, after))
            more = seen(state, media);
    }
    walk_end(&walk);
    return e;
}

enum err catalogue_each_with_content(struct txn *txn, struct bytes content, bool (*seen)(void *state, struct id media),
                                     void *state)
{
    return catalogue_each_with_content_after(txn, content, (struct id){ { 0 } }, seen, state);
}

static bool take_first(void *state, struct id media)
{
    *(struct id *)state = media;
    return false;
}

enum err catalogue_first_with_content(struct txn *txn, struct bytes content, struct id *to)
{
    *to = (struct id){ { 0 } };
    return catalogue_each_with_content(txn, content, take_first, to);
}

enum err catalogue_has_content(struct txn *txn, struct bytes content, bool *has)
{
    struct id first;
    enum err e = catalogue_first_with_content(txn, content, &first);

    *has = !id_is_zero(first);
    return e;
}

enum err catalogue_each_change(struct txn *txn, struct arena *arena, uint64_t after_revision,
                               bool (*seen)(void *state, const struct change *change), void *state)
{
    struct key key = key_number(after_revision + 1);
    struct change change;
    struct walk walk;
    bool more = after_revision < UINT64_MAX;
    enum err e = walk_begin(txn, DB_CHANGE, key_bytes(&key), none, &walk);

    while (e == ERR_OK && more && walk_next(&walk)) {
        e = row_decode(txn, arena, walk.value, &change_shape, &change);
        if (e == ERR_OK && change.revision != key_number_at(walk.key, 0))
            e = ERR_INTERNAL;
        more = e == ERR_OK && seen(state, &change);
    }
    walk_end(&walk);
    return e;
}
