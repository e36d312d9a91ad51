#include "services/indexer/scan/scan_folder_moves.h"

#include <string.h>

#include "services/indexer/scan/scan_place.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"

enum { TRIES_MOST = 32 /* folders of one scan that may have moved as a whole; each is compared with all gone items */ };

/* A folder of the catalogue that is gone, and the new folder that it may be. */
struct folder_pair {
    struct id from;
    struct id from_parent;
    struct bytes from_name;
    struct bytes from_path; /* in scan->folder, as the name is */
    struct folder_node *to;
};

struct folder_look {
    struct arena *arena;
    struct id id;
    struct folder folder;
    struct bytes path;
};

static enum err look_at_folder(void *state, struct txn *txn)
{
    struct folder_look *look = state;
    struct folder found = { 0 };
    struct bytes path = { 0 };
    enum err e = catalogue_folder(txn, look->arena, look->id, &found);

    if (e == ERR_OK)
        e = catalogue_folder_path(txn, look->arena, look->id, &path);
    look->folder = found;
    look->folder.name = arena_bytes(look->arena, found.name);
    look->path = arena_bytes(look->arena, path);
    return e;
}

/* False: the folder cannot be read, or is still there. */
static bool set_from(struct scan *scan, struct folder_pair *pair, struct id from)
{
    struct folder_look look = { .arena = &scan->folder, .id = from };

    if (id_equal(from, scan->order.library.id) ||
        catalogue_reader_within(scan->catalogue, look_at_folder, &look) != ERR_OK || look.path.len == 0 ||
        !walk_is_gone((const char *)look.path.at))
        return false;
    pair->from = from;
    pair->from_parent = look.folder.parent;
    pair->from_name = look.folder.name;
    pair->from_path = look.path;
    return true;
}

static bool is_new(const struct folder_node *node)
{
    return node && node->parent && id_is_zero(node->id);
}

/* Finds the outermost new folder that may be the gone folder of the item, by the names below it. */
static bool find_pair(struct scan *scan, const struct newcomer *newcomer, const struct gone *gone,
                      struct folder_pair *pair)
{
    pair->to = newcomer->node;
    if (!is_new(pair->to) || !bytes_equal(gone->file, newcomer->entry.name) || !set_from(scan, pair, gone->folder))
        return false;
    while (is_new(pair->to->parent) && bytes_equal(pair->from_name, pair->to->name) && !id_is_zero(pair->from_parent) &&
           set_from(scan, pair, pair->from_parent))
        pair->to = pair->to->parent;
    return true;
}

/* The part of the item's path below the gone folder; NULL: it lies elsewhere, or its path cannot be read. */
static const char *find_below(struct scan *scan, const struct folder_pair *pair, const struct gone *gone)
{
    struct bytes path = { 0 };

    if (catalogue_reader_folder_path(scan->catalogue, &scan->folder, gone->folder, &path) != ERR_OK || path.len == 0 ||
        !(bytes_equal(path, pair->from_path) || bytes_path_contains(pair->from_path, path)))
        return NULL;
    return (const char *)path.at + pair->from_path.len;
}

static bool is_in_place(const struct folder_pair *pair, const struct newcomer *newcomer, const char *below,
                        const struct gone *gone)
{
    const size_t len = strlen(pair->to->path);

    return bytes_equal(newcomer->entry.name, gone->file) && strncmp(newcomer->node->path, pair->to->path, len) == 0 &&
           strcmp(newcomer->node->path + len, below) == 0;
}

/* True if each item that was in the gone folder is at the same place below the new one. */
static bool is_whole(struct scan *scan, const struct folder_pair *pair)
{
    for (size_t i = 0; i < scan->gone.count; i++) {
        const struct gone *gone = &scan->gone.at[i];
        const char *below = gone->missing && !gone->moved ? NULL : find_below(scan, pair, gone);
        if (below && (!gone->moved || gone->left || !is_in_place(pair, &scan->newcomers.at[gone->to], below, gone)))
            return false;
    }
    return true;
}

/* The items move with their folder, so none of them moves alone. */
static void leave_to_folder(struct scan *scan, const struct folder_pair *pair, struct fresh *fresh)
{
    for (size_t i = 0; i < scan->gone.count; i++) {
        struct gone *gone = &scan->gone.at[i];
        if (!gone->moved || gone->left || !find_below(scan, pair, gone))
            continue;
        gone->left = true;
        fresh[gone->to].was = -1;
    }
}

/* If persist refuses, the items move one by one. */
static enum err move_folder(struct scan *scan, const struct folder_pair *pair, struct fresh *fresh, struct fault *fault)
{
    struct persist_move_folder move = { .id = pair->from, .name = pair->to->name };
    struct done unused = { 0 };
    enum err e = scan_place_folder(scan, pair->to->parent, &move.parent, fault);

    if (e != ERR_OK)
        return e;
    e = scan_writer_ask(&scan->writer, "persist.move_folder", &move, &unused, fault);
    if (e == ERR_TIMEOUT)
        return e;
    if (e == ERR_OK) {
        leave_to_folder(scan, pair, fresh);
        pair->to->id = pair->from;
    }
    *fault = (struct fault){ 0 };
    return ERR_OK;
}

enum err scan_folder_moves_send(struct scan *scan, struct fresh *fresh, struct fault *fault)
{
    const struct folder_node *refused = NULL;
    enum err e = scan_writer_flush(&scan->writer, fault);
    unsigned tries = 0;

    for (size_t i = 0; e == ERR_OK && i < scan->newcomers.count && tries < TRIES_MOST; i++) {
        const struct newcomer *newcomer = &scan->newcomers.at[i];
        struct folder_pair pair = { 0 };
        if (fresh[i].was < 0 || newcomer->node == refused)
            continue;
        refused = newcomer->node;
        if (find_pair(scan, newcomer, &scan->gone.at[fresh[i].was], &pair)) {
            tries++;
            if (is_whole(scan, &pair))
                e = move_folder(scan, &pair, fresh, fault);
        }
        arena_reset(&scan->folder);
    }
    return e;
}
