#include "store/door/leads.h"

#include <limits.h>

#include "common/text.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"
#include "store/row.h"

enum { LEADS_MOST = 4096, FOLDERS_DEEP = PATH_MAX / 2 };

struct gathering_leads {
    struct arena *arena;
    struct bytes_list *to;
    uint32_t room;
};

/* A folder in one of the list adds nothing. */
static bool add_lead(struct gathering_leads *gathering, struct bytes path)
{
    struct bytes_list *to = gathering->to;

    if (path.len == 0 || to->count == LEADS_MOST)
        return true;
    for (uint32_t i = 0; i < to->count; i++)
        if (bytes_equal(to->at[i], path) || bytes_path_contains(to->at[i], path))
            return true;
    to->at = arena_grow(gathering->arena, to->at, to->count, &gathering->room, sizeof(*to->at));
    if (!to->at)
        return false;
    to->at[to->count++] = arena_bytes(gathering->arena, path);
    return true;
}

/* The trees of projects and of links are not what a person added. */
static bool see_lead(void *state, const struct library *library)
{
    if (!library->online || library->has_project || library->link.len)
        return true;
    return add_lead(state, library->path);
}

static enum err add_volumes(struct txn *txn, struct gathering_leads *gathering)
{
    struct volume volume;
    struct walk walk;
    enum err e = walk_begin(txn, DB_VOLUME, (struct bytes){ 0 }, (struct bytes){ 0 }, &walk);

    while (e == ERR_OK && walk_next(&walk)) {
        e = row_decode(txn, gathering->arena, walk.value, &volume_shape, &volume);
        if (e == ERR_OK && volume.online && volume.mount.len > 1 && volume.backend.value != BACKEND_LOCAL &&
            !add_lead(gathering, volume.mount))
            e = ERR_FULL;
    }
    walk_end(&walk);
    return e;
}

/* A tree has the setting of the library around it. */
static bool follows_links(struct txn *txn, struct arena *arena, const struct library *library)
{
    struct library around = { 0 };

    if (!library->has_within)
        return library->follow_links;
    return catalogue_library(txn, arena, library->within, &around) == ERR_OK && around.follow_links;
}

enum err leads_find(struct txn *txn, struct arena *arena, const struct library *library, struct bytes_list *to)
{
    struct gathering_leads gathering = { .arena = arena, .to = to };
    enum err e;

    *to = (struct bytes_list){ 0 };
    if (library && follows_links(txn, arena, library))
        return add_lead(&gathering, bytes_of("/", 1)) ? ERR_OK : ERR_FULL;
    if (library && !library->link.len && !add_lead(&gathering, library->path))
        return ERR_FULL;
    e = catalogue_each_library(txn, arena, see_lead, &gathering);
    return e == ERR_OK ? add_volumes(txn, &gathering) : e;
}

/* The innermost library around the item's folder; not_found: none. */
static enum err find_library(struct txn *txn, struct arena *arena, struct id at, struct library *to)
{
    struct folder folder = { 0 };
    struct id root;
    enum err e = ERR_OK;

    for (int depth = 0; depth < FOLDERS_DEEP; depth++) {
        e = catalogue_folder(txn, arena, at, &folder);
        if (e == ERR_OK && folder.library)
            return catalogue_library(txn, arena, at, to);
        if (e != ERR_OK || id_is_zero(folder.parent))
            break;
        at = folder.parent;
    }
    if (e != ERR_OK)
        return e;
    e = catalogue_mount_library(txn, arena, folder.volume, &root);
    if (e == ERR_OK && id_is_zero(root))
        return ERR_NOT_FOUND;
    return e == ERR_OK ? catalogue_library(txn, arena, root, to) : e;
}

static enum err read_leads(struct txn *txn, struct arena *arena, struct id folder, struct leads_before *to)
{
    struct library library = { 0 };
    struct bytes path;
    enum err e = find_library(txn, arena, folder, &library);
    const bool is_in_library = e == ERR_OK;

    if (!is_in_library && e != ERR_NOT_FOUND)
        return e;
    if (to->is_set && id_equal(to->library, library.id))
        return ERR_OK;
    if (is_in_library && catalogue_folder_path(txn, arena, library.id, &path) == ERR_OK)
        library.path = path;
    e = leads_find(txn, arena, is_in_library ? &library : NULL, &to->leads);
    to->library = library.id;
    to->is_set = e == ERR_OK;
    return e;
}

enum err leads_set(struct txn *txn, struct arena *arena, struct item *item, struct leads_before *before)
{
    struct leads_before none = { 0 }, *to = before ? before : &none;
    enum err e = read_leads(txn, arena, item->media.folder, to);

    item->has_leads = e == ERR_OK;
    item->leads = e == ERR_OK ? to->leads : (struct bytes_list){ 0 };
    return e;
}
