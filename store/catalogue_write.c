#include "store/catalogue_write.h"

#include <string.h>

#include "store/artefact.h"

/* ---- contents ---- */

static enum err drop_file(struct writing *w, struct arena *arena, const struct key *key)
{
    struct kept_artefact kept;
    struct text type, parameters;
    char name[ARTEFACT_NAME_SIZE];
    enum err e = row_get(w->txn, arena, DB_ARTEFACT, key, &kept_artefact_shape, &kept);

    if (e == ERR_NOT_FOUND || e == ERR_INTERNAL) /* persist's sweep finds the file of a damaged row */
        return ERR_OK;
    if (e != ERR_OK || kept.digest.len == 0)
        return e;
    if (!key_artefact_parts(key_bytes(key), &type, &parameters))
        return ERR_INTERNAL;
    artefact_name(bytes_of(key->b, 16), type, parameters, kept.version, name);
    buffer_add(&w->dropped, name, strlen(name) + 1);
    return ERR_OK;
}

static bool is_listed(struct bytes key, struct artefact_list listed)
{
    struct text type, parameters;

    if (!key_artefact_parts(key, &type, &parameters))
        return false;
    for (uint32_t i = 0; i < listed.count; i++)
        if (text_equal(listed.at[i].type, type) && text_equal(listed.at[i].parameters, parameters))
            return true;
    return false;
}

enum err catalogue_unlisted_artefact(struct txn *txn, struct bytes content, struct artefact_list listed,
                                     struct key *found)
{
    struct key prefix = key_subject(content);
    struct walk walk;
    enum err e = walk_begin(txn, DB_ARTEFACT, key_bytes(&prefix), key_bytes(&prefix), &walk);
    bool more = false;

    while (e == ERR_OK && (more = walk_next(&walk)) && is_listed(walk.key, listed))
        ;
    if (e == ERR_OK && !more)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK && (walk.key.len < 17 || walk.key.len > sizeof(found->b)))
        e = ERR_INTERNAL;
    if (e == ERR_OK) {
        found->len = walk.key.len;
        memcpy(found->b, walk.key.at, walk.key.len);
    }
    walk_end(&walk);
    return e;
}

enum err catalogue_remove_artefact(struct writing *w, const struct key *key)
{
    struct arena arena = { 0 };
    enum err e = drop_file(w, &arena, key);

    arena_free(&arena);
    return e == ERR_OK ? row_delete(w, DB_ARTEFACT, key) : e;
}

static enum err drop_artefacts(struct writing *w, struct bytes content)
{
    struct artefact_list none = { 0 };
    struct key key;
    enum err e;

    while ((e = catalogue_unlisted_artefact(w->txn, content, none, &key)) == ERR_OK)
        if ((e = catalogue_remove_artefact(w, &key)) != ERR_OK)
            break;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err leave_content(struct writing *w, struct bytes content, struct id media)
{
    struct key subject = key_subject(content), key = key_content(content, media);
    bool others = false;
    enum err e;

    if (subject.len == 0)
        return ERR_OK;
    e = row_delete(w, DB_CONTENT, &key);
    if (e == ERR_OK)
        e = catalogue_has_content(w->txn, content, &others);
    if (e != ERR_OK || others)
        return e;
    e = row_delete(w, DB_FACTS, &subject);
    if (e == ERR_OK)
        e = row_delete(w, DB_EMBEDDING, &subject);
    return e == ERR_OK ? drop_artefacts(w, content) : e;
}

static enum err join_content(struct writing *w, struct bytes content, struct id media)
{
    struct key key = key_content(content, media);

    if (content.len == 0)
        return ERR_OK;
    return txn_put(w->txn, DB_CONTENT, key_bytes(&key), (struct bytes){ 0 });
}

/* ---- media ---- */

struct kept_place catalogue_kept_place(const struct media *media)
{
    return (struct kept_place){ .id = media->id,
                                .size = media->size,
                                .mtime = media->mtime,
                                .inode = media->inode,
                                .has_changed = media->has_changed,
                                .changed = media->changed,
                                .availability = media->availability,
                                .analysis = media->analysis,
                                .analyser = media->analyser };
}

bool catalogue_is_same_place(const struct kept_place *a, const struct kept_place *b)
{
    return id_equal(a->id, b->id) && a->size == b->size && a->mtime == b->mtime && a->inode == b->inode &&
           a->has_changed == b->has_changed && a->changed == b->changed && a->analyser == b->analyser &&
           choice_equal(a->availability, b->availability) && choice_equal(a->analysis, b->analysis);
}

/* Another item may already have this place. A damaged row belongs to the item, which replaces or removes it. */
static enum err has_place(struct writing *w, const struct media *media, bool *has)
{
    struct arena arena = { 0 };
    struct id there;
    enum err e = catalogue_place(w->txn, &arena, media->folder, media->file, &there);

    arena_free(&arena);
    *has = e == ERR_INTERNAL || (e == ERR_OK && id_equal(there, media->id));
    return e == ERR_NOT_FOUND || e == ERR_INTERNAL ? ERR_OK : e;
}

static enum err leave_place(struct writing *w, const struct media *media)
{
    struct key key = key_place(media->folder, media->file);
    bool has;
    enum err e = has_place(w, media, &has);

    return e == ERR_OK && has ? row_delete(w, DB_PLACE, &key) : e;
}

enum err catalogue_put_place(struct writing *w, const struct media *now)
{
    struct key key = key_place(now->folder, now->file);
    struct kept_place place = catalogue_kept_place(now);

    return row_put(w, DB_PLACE, &key, &kept_place_shape, &place);
}

/* The item stays in its place, but the place's row may have changed. */
static enum err renew_place(struct writing *w, const struct media *was, const struct media *now)
{
    struct kept_place old = catalogue_kept_place(was), new = catalogue_kept_place(now);
    bool has;
    enum err e;

    if (catalogue_is_same_place(&old, &new))
        return ERR_OK;
    e = has_place(w, now, &has);
    return e == ERR_OK && has ? catalogue_put_place(w, now) : e;
}

static enum err move_place(struct writing *w, const struct media *was, const struct media *now)
{
    enum err e = ERR_OK;

    if (was && id_equal(was->folder, now->folder) && bytes_equal(was->file, now->file))
        return renew_place(w, was, now);
    if (was)
        e = leave_place(w, was);
    return e == ERR_OK ? catalogue_put_place(w, now) : e;
}

static enum err move_content(struct writing *w, const struct media *was, const struct media *now)
{
    enum err e = ERR_OK;

    if (was && bytes_equal(was->content, now->content))
        return ERR_OK;
    e = join_content(w, now->content, now->id);
    return e == ERR_OK && was ? leave_content(w, was->content, was->id) : e;
}

/* Adds or removes the row that lists the item among the forgotten. */
static enum err list_forgotten(struct writing *w, const struct media *was, const struct media *now)
{
    struct key key = key_forgotten(now->id);

    if (now->has_forgotten == (was && was->has_forgotten))
        return ERR_OK;
    return now->has_forgotten ? txn_put(w->txn, DB_META, key_bytes(&key), bytes_of("1", 1))
                              : txn_delete(w->txn, DB_META, key_bytes(&key));
}

enum err catalogue_put_media(struct writing *w, const struct media *was, const struct media *now)
{
    struct key key = key_id(now->id);
    enum err e = row_put(w, DB_MEDIA, &key, &media_shape, now);

    if (e == ERR_OK)
        e = move_place(w, was, now);
    if (e == ERR_OK)
        e = list_forgotten(w, was, now);
    return e == ERR_OK ? move_content(w, was, now) : e;
}

/* The second item joins the first one's content before the first leaves it, because a content without items loses its
 * facts. */
enum err catalogue_exchange_media(struct writing *w, const struct media was[2], const struct media now[2])
{
    enum err e = join_content(w, now[1].content, now[1].id);

    for (int i = 0; e == ERR_OK && i < 2; i++)
        e = catalogue_put_media(w, &was[i], &now[i]);
    return e;
}

enum err catalogue_remove_media(struct writing *w, const struct media *was)
{
    struct key key = key_id(was->id);
    enum err e = row_delete(w, DB_MEDIA, &key);

    if (e == ERR_OK)
        e = row_delete(w, DB_FACTS, &key);
    if (e == ERR_OK)
        e = leave_place(w, was);
    if (e == ERR_OK) {
        const struct media now = { .id = was->id };
        e = list_forgotten(w, was, &now);
    }
    return e == ERR_OK ? leave_content(w, was->content, was->id) : e;
}

/* ---- folders, volumes, libraries ---- */

enum err catalogue_put_folder(struct writing *w, const struct folder *was, const struct folder *now)
{
    struct key id = key_id(now->id), name = key_folder_name(now->volume, now->parent, now->name);
    enum err e = row_put(w, DB_FOLDER, &id, &folder_shape, now);

    if (e == ERR_OK && was) {
        struct key old = key_folder_name(was->volume, was->parent, was->name);
        e = row_delete(w, DB_FOLDER_NAME, &old);
    }
    return e == ERR_OK ? row_put_id(w, DB_FOLDER_NAME, &name, now->id) : e;
}

enum err catalogue_remove_folder(struct writing *w, const struct folder *was)
{
    struct key id = key_id(was->id), name = key_folder_name(was->volume, was->parent, was->name);
    enum err e = row_delete(w, DB_FOLDER, &id);

    return e == ERR_OK ? row_delete(w, DB_FOLDER_NAME, &name) : e;
}

enum err catalogue_put_volume(struct writing *w, const struct volume *now)
{
    struct key id = key_id(now->id), identity = key_identity(now->identity);
    enum err e = row_put(w, DB_VOLUME, &id, &volume_shape, now);

    return e == ERR_OK ? row_put_id(w, DB_VOLUME_IDENTITY, &identity, now->id) : e;
}

enum err catalogue_put_library(struct writing *w, const struct library *now)
{
    struct key key = key_id(now->id);

    return row_put(w, DB_LIBRARY, &key, &library_shape, now);
}

enum err catalogue_remove_library(struct writing *w, struct id folder)
{
    struct key key = key_id(folder);

    return row_delete(w, DB_LIBRARY, &key);
}

/* ---- facts, embeddings, artefacts ---- */

enum err catalogue_put_facts(struct writing *w, struct bytes subject, const struct facts *now)
{
    struct key key = key_subject(subject);

    if (now->each.count == 0)
        return row_delete(w, DB_FACTS, &key);
    return row_put(w, DB_FACTS, &key, &facts_shape, now);
}

enum err catalogue_put_embedding(struct writing *w, struct bytes content, const struct embedding *now)
{
    struct key key = key_subject(content);

    return row_put(w, DB_EMBEDDING, &key, &embedding_shape, now);
}

enum err catalogue_put_artefact(struct writing *w, struct bytes content, struct text type, struct text parameters,
                                const struct kept_artefact *now)
{
    struct key key = key_artefact(content, type, parameters);
    struct arena arena = { 0 };
    struct kept_artefact was = { 0 };
    enum err e = row_get(w->txn, &arena, DB_ARTEFACT, &key, &kept_artefact_shape, &was);

    if (e == ERR_OK && (was.version != now->version || now->digest.len == 0))
        e = drop_file(w, &arena, &key);
    arena_free(&arena);
    if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_INTERNAL)
        return e;
    return row_put(w, DB_ARTEFACT, &key, &kept_artefact_shape, now);
}
