#include "services/persist/places/folders.h"

#include "services/persist/places/forgetting.h"
#include "services/persist/places/forgetting_row.h"
#include "services/persist/places/library_row.h"
#include "services/persist/places/pack.h"
#include "services/persist/places/places_lookup.h"
#include "services/persist/places/removal.h"
#include "services/persist/places/repack.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue_write.h"

enum { DEPTH = 4096 };
static const struct id no_id;

static struct done nothing_new(const struct persist *p, struct id id)
{
    return (struct done){ .revision = p->head, .id = id };
}

static enum err finish_change(struct persist *p, enum change_kind kind, struct id id, struct done *done)
{
    enum err e = turn_log(p, kind, id, false);

    *done = (struct done){ .revision = p->head, .id = id };
    return e;
}

/* ---- volumes ---- */

static enum err put_volume(struct persist *p, const struct volume *volume, struct done *done)
{
    enum err e = turn_wrote(p, catalogue_put_volume(&p->w, volume));

    return e == ERR_OK ? finish_change(p, CHANGE_KIND_VOLUME, volume->id, done) : e;
}

enum err folders_put_volume(struct persist *p, const struct volume *volume, struct done *done, struct fault *fault)
{
    struct volume was, now = *volume;
    enum err e;

    if (volume->identity.len == 0) {
        fault_set(fault, ERR_BAD_REQUEST, "the volume has no identity");
        return fault_field(fault, "volume.identity");
    }
    e = catalogue_volume_identified(p->w.txn, volume->identity, &now.id);
    if (e == ERR_NOT_FOUND) {
        now.id = id_new();
        return put_volume(p, &now, done);
    }
    if (e == ERR_OK)
        e = catalogue_volume(p->w.txn, &p->arena, now.id, &was);
    if (e != ERR_OK)
        return fault_set(fault, e == ERR_NOT_FOUND ? ERR_INTERNAL : e, "the volume cannot be read");
    *done = nothing_new(p, was.id);
    if (text_equal(was.label, now.label) && bytes_equal(was.mount, now.mount) && was.online == now.online &&
        choice_equal(was.backend, now.backend) && was.has_device == now.has_device &&
        text_equal(was.device, now.device))
        return ERR_OK;
    return put_volume(p, &now, done);
}

/* ---- folders ---- */

static bool is_mount(const struct folder *folder)
{
    return id_is_zero(folder->parent) && folder->name.len == 0;
}

static enum err find_folder(struct persist *p, struct id id, const char *field, struct folder *folder,
                            struct fault *fault)
{
    enum err e = places_find_folder(p, id, folder, fault);

    return e == ERR_OK ? e : fault_field(fault, field);
}

static enum err check_volume(struct persist *p, struct id id, struct fault *fault)
{
    char text[ID_TEXT_SIZE];
    struct key key = key_id(id);
    struct bytes value;
    enum err e = txn_get(p->w.txn, DB_VOLUME, key_bytes(&key), &value);

    if (e == ERR_OK)
        return e;
    fault_set(fault, e, "no volume %s", id_write(id, text));
    return fault_field(fault, "folder.volume");
}

/* Replaces the id of the mount's own folder by zero, which denotes the mount. */
static enum err resolve_parent(struct persist *p, struct id volume, struct id *id, const char *field,
                               struct fault *fault)
{
    struct folder parent;
    enum err e;

    if (id_is_zero(*id))
        return ERR_OK;
    e = find_folder(p, *id, field, &parent, fault);
    if (e != ERR_OK)
        return e;
    if (!id_equal(parent.volume, volume)) {
        fault_set(fault, ERR_BAD_REQUEST, "the parent is on another volume than the folder");
        return fault_field(fault, field);
    }
    if (is_mount(&parent))
        *id = no_id;
    return ERR_OK;
}

static enum err write_folder(struct persist *p, const struct folder *was, const struct folder *now, struct done *done)
{
    enum err e = turn_wrote(p, catalogue_put_folder(&p->w, was, now));

    return e == ERR_OK ? finish_change(p, CHANGE_KIND_FOLDER, now->id, done) : e;
}

enum err folders_put(struct persist *p, const struct folder *folder, struct done *done, struct fault *fault)
{
    struct folder now = *folder;
    enum err e = ERR_OK;

    if (!is_mount(folder))
        e = places_check_name(folder->name, "folder.name", fault);
    if (e == ERR_OK)
        e = check_volume(p, folder->volume, fault);
    if (e == ERR_OK)
        e = resolve_parent(p, folder->volume, &now.parent, "folder.parent", fault);
    if (e != ERR_OK)
        return e;
    e = catalogue_folder_named(p->w.txn, now.volume, now.parent, now.name, &now.id);
    *done = nothing_new(p, now.id);
    if (e != ERR_NOT_FOUND)
        return e == ERR_OK ? e : fault_set(fault, e, "the folder cannot be read");
    now.id = id_new();
    now.library = false;
    return write_folder(p, NULL, &now, done);
}

static enum err check_not_below(struct persist *p, struct id id, struct id parent, struct fault *fault)
{
    struct folder at;

    for (int depth = 0; !id_is_zero(parent); depth++) {
        if (id_equal(parent, id) || depth == DEPTH)
            return fault_set(fault, ERR_BAD_REQUEST, "the folder cannot move below itself: choose another parent");
        enum err e = find_folder(p, parent, "parent", &at, fault);
        if (e != ERR_OK)
            return e;
        parent = at.parent;
    }
    return ERR_OK;
}

/* If the move changes the pack of the folder's place, the items below it get the new pack. */
static enum err write_move(struct persist *p, const struct folder *was, const struct folder *now, struct done *done,
                           struct fault *fault)
{
    struct text old, new = { 0 };
    enum err e = pack_of_folder(p, was->id, &old);

    if (e != ERR_OK)
        return fault_set(fault, e, "the folders above cannot be read");
    e = write_folder(p, was, now, done);
    removal_outdate(p);
    if (e == ERR_OK)
        e = pack_of_folder(p, now->id, &new);
    return e == ERR_OK && old.len && new.len && !text_equal(old, new) ? repack_begin(p, now->id, old) : e;
}

enum err folders_move(struct persist *p, struct id id, struct id parent, struct bytes name, struct done *done,
                      struct fault *fault)
{
    struct folder was, now;
    struct id there = no_id;
    enum err e = places_check_name(name, "name", fault);

    if (e == ERR_OK)
        e = find_folder(p, id, "id", &was, fault);
    if (e == ERR_OK && is_mount(&was))
        e = fault_set(fault, ERR_BAD_REQUEST, "the folder of a mount point cannot move; change its volume instead");
    if (e == ERR_OK)
        e = resolve_parent(p, was.volume, &parent, "parent", fault);
    if (e == ERR_OK)
        e = check_not_below(p, id, parent, fault);
    if (e != ERR_OK)
        return e;
    e = catalogue_folder_named(p->w.txn, was.volume, parent, name, &there);
    *done = nothing_new(p, id);
    if (e == ERR_OK)
        return id_equal(there, id) ? e
                                   : fault_set(fault, ERR_EXISTS, "the parent has a folder \"%.*s\" already",
                                               (int)(name.len < 100 ? name.len : 100), (const char *)name.at);
    if (e != ERR_NOT_FOUND)
        return fault_set(fault, e, "the folder cannot be read");
    now = was;
    now.parent = parent;
    now.name = name;
    return write_move(p, &was, &now, done, fault);
}

/* ---- libraries ---- */

static bool same_words(struct text_list a, struct text_list b)
{
    if (a.count != b.count)
        return false;
    for (uint32_t i = 0; i < a.count; i++)
        if (!text_equal(a.at[i], b.at[i]))
            return false;
    return true;
}

static bool same_library(const struct library *a, const struct library *b)
{
    return bytes_equal(a->path, b->path) && same_words(a->ignore, b->ignore) && a->hidden_files == b->hidden_files &&
           a->follow_links == b->follow_links && a->online == b->online && a->files == b->files &&
           a->too_long == b->too_long && bytes_equal(a->too_long_in, b->too_long_in) &&
           bytes_equal(a->too_long_first, b->too_long_first) && a->has_backend == b->has_backend &&
           choice_equal(a->backend, b->backend) && a->has_fetch == b->has_fetch && choice_equal(a->fetch, b->fetch) &&
           a->has_project == b->has_project && id_equal(a->project, b->project) && a->has_within == b->has_within &&
           id_equal(a->within, b->within) && bytes_equal(a->link, b->link) && a->vanished == b->vanished &&
           a->vanished_at == b->vanished_at && bytes_equal(a->mount, b->mount) && a->device == b->device;
}

/* ---- trees of projects and links below a library ---- */

static bool lies_below(struct persist *p, struct id folder, struct id outer)
{
    struct folder at;

    for (int depth = 0; depth < DEPTH && !id_is_zero(folder); depth++) {
        if (catalogue_folder(p->w.txn, &p->arena, folder, &at) != ERR_OK)
            return false;
        if (id_equal(at.parent, outer))
            return true;
        folder = at.parent;
    }
    return false;
}

static bool ends_below(struct persist *p, const struct library *tree, struct id around)
{
    return (tree->has_project || tree->link.len) && lies_below(p, tree->id, around);
}

/* Ends the trees of projects and links below a new library, because the library scans and watches their folders. */
static enum err end_trees(struct persist *p, struct id library)
{
    struct id_list trees = { 0 };
    struct folder folder;
    enum err e = library_row_trees(p, library, ends_below, &trees);

    for (uint32_t i = 0; e == ERR_OK && i < trees.count; i++) {
        e = catalogue_folder(p->w.txn, &p->arena, trees.at[i], &folder);
        if (e == ERR_OK)
            e = library_row_remove(p, &folder);
    }
    return e;
}

/* ---- libraries ---- */

static enum err mark_library(struct persist *p, const struct folder *folder)
{
    struct folder now = *folder;

    if (folder->library)
        return ERR_OK;
    now.library = true;
    return turn_wrote(p, catalogue_put_folder(&p->w, folder, &now));
}

/* A scan may still find a tree when the library around it was removed meanwhile. */
static enum err check_around(struct persist *p, const struct library *library, struct fault *fault)
{
    struct key key = key_id(library->within);
    struct library outer;
    enum err e = library->has_within ? row_get(p->w.txn, &p->arena, DB_LIBRARY, &key, &library_shape, &outer) : ERR_OK;

    return e == ERR_OK ? e : fault_set(fault, e, "the library around the tree is not in the catalogue");
}

/* ---- a library that is added again ---- */

static void take_settings(struct library *now, const struct library *was)
{
    if (!now->has_backend) {
        now->has_backend = was->has_backend;
        now->backend = was->backend;
    }
    if (!now->has_fetch) {
        now->has_fetch = was->has_fetch;
        now->fetch = was->fetch;
    }
}

/* Restores a tree, and its items, which were forgotten with the library. */
static enum err put_tree_again(struct persist *p, struct id id)
{
    const struct forgetting recall = { .folder = id, .request = id_new() };
    struct library tree;
    struct folder folder;
    enum err e = library_row_recover(p, id, &tree);

    if (e == ERR_OK)
        e = catalogue_folder(p->w.txn, &p->arena, id, &folder);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    if (!folder.library)
        e = library_row_put(p, &tree, &folder);
    return e == ERR_OK ? forgetting_put_row(p, &recall) : e;
}

static enum err put_trees_again(struct persist *p, const struct library *library)
{
    struct id_list trees;
    enum err e =
        library->has_within || library->has_project ? ERR_NOT_FOUND : library_row_kept_trees(p, library, &trees);

    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    for (uint32_t i = 0; e == ERR_OK && i < trees.count; i++)
        e = put_tree_again(p, trees.at[i]);
    if (trees.count)
        forgetting_resume(p);
    return e;
}

/* Writes the row of a new library. A library that was removed before gets the settings of that time. */
static enum err put_new_library(struct persist *p, struct library *now)
{
    struct library was;
    enum err e = library_row_recover(p, now->id, &was);

    if (e == ERR_OK)
        take_settings(now, &was);
    if (e == ERR_OK || e == ERR_NOT_FOUND)
        e = turn_wrote(p, catalogue_put_library(&p->w, now));
    if (e == ERR_OK)
        e = library_row_drop_kept(p, now->id);
    if (e == ERR_OK && !now->has_project)
        e = end_trees(p, now->id);
    return e == ERR_OK ? put_trees_again(p, now) : e;
}

/* A person, or the indexer, may have changed the rest since the scan began. */
static struct library with_found(const struct library *was, const struct library *found)
{
    struct library now = *was;

    now.path = found->path;
    now.online = found->online;
    now.files = found->files;
    now.too_long = found->too_long;
    now.too_long_in = found->too_long_in;
    now.too_long_first = found->too_long_first;
    now.has_vanished = now.has_vanished_at = found->has_vanished;
    now.vanished = found->vanished;
    now.vanished_at = found->vanished_at;
    now.has_mount = now.has_device = found->has_mount;
    now.mount = found->mount;
    now.device = found->device;
    return now;
}

enum err folders_put_library(struct persist *p, const struct persist_put_library *put, struct done *done,
                             struct fault *fault)
{
    const struct library *library = &put->library;
    struct library was, now = *library;
    struct key key = key_id(library->id);
    struct folder folder;
    enum err e = find_folder(p, library->id, "library.id", &folder, fault);

    if (e == ERR_OK)
        e = check_around(p, library, fault);
    if (e != ERR_OK)
        return e;
    e = row_get(p->w.txn, &p->arena, DB_LIBRARY, &key, &library_shape, &was);
    *done = nothing_new(p, now.id);
    if (e == ERR_NOT_FOUND && put->found)
        return fault_set(fault, e, "the library was removed during its scan");
    if (e == ERR_OK && put->found) {
        now = with_found(&was, library);
    } else if (e == ERR_OK) {
        now.has_backend = now.has_fetch = false;
        take_settings(&now, &was);
    }
    now.volume = folder.volume;
    if (e == ERR_OK && same_library(&was, &now))
        return ERR_OK;
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return fault_set(fault, e, "the library cannot be read");
    bool is_new = e == ERR_NOT_FOUND;
    e = mark_library(p, &folder);
    if (e == ERR_OK)
        e = is_new ? put_new_library(p, &now) : turn_wrote(p, catalogue_put_library(&p->w, &now));
    return e == ERR_OK ? finish_change(p, CHANGE_KIND_LIBRARY, now.id, done) : e;
}

/* Ends a tree. The tree of a mount is refused, because its files are not in a folder of the library around it. */
static enum err end_tree(struct persist *p, const struct library *tree, struct done *done, struct fault *fault)
{
    struct folder folder, outer;
    enum err e = tree->has_within ? catalogue_folder(p->w.txn, &p->arena, tree->id, &folder) : ERR_NOT_FOUND;

    if (e == ERR_OK)
        e = catalogue_folder(p->w.txn, &p->arena, tree->within, &outer);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && !id_equal(folder.volume, outer.volume)))
        return fault_set(fault, ERR_BAD_REQUEST, "the folder is not a tree of a library: it has no backend of its own");
    if (e == ERR_OK)
        e = library_row_remove(p, &folder);
    if (e == ERR_OK)
        e = library_row_drop_kept(p, tree->id);
    *done = (struct done){ .revision = p->head, .id = tree->id };
    return e == ERR_OK ? e : fault_set(fault, e, "the tree cannot be read");
}

enum err folders_set_library(struct persist *p, const struct persist_set_library *ask, struct done *done,
                             struct fault *fault)
{
    struct library was, now;
    struct key key = key_id(ask->id);
    char id[ID_TEXT_SIZE];
    enum err e = row_get(p->w.txn, &p->arena, DB_LIBRARY, &key, &library_shape, &was);

    if (e != ERR_OK)
        return fault_set(fault, e, e == ERR_NOT_FOUND ? "no library %s" : "library %s cannot be read",
                         id_write(ask->id, id));
    if (ask->has_ends && ask->ends)
        return end_tree(p, &was, done, fault);
    now = was;
    if (ask->has_backend || (ask->has_own_backend && !ask->own_backend)) {
        now.has_backend = ask->has_backend;
        now.backend = ask->backend;
    }
    if (ask->has_fetch) {
        now.has_fetch = true;
        now.fetch = ask->fetch;
    }
    *done = nothing_new(p, now.id);
    if (same_library(&was, &now))
        return ERR_OK;
    e = turn_wrote(p, catalogue_put_library(&p->w, &now));
    return e == ERR_OK ? finish_change(p, CHANGE_KIND_LIBRARY, now.id, done) : e;
}
