#include "services/indexer/scan/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "proto/wire/codec.h"

enum { TARGETS_MAX = 500 };

static struct shelf *new_shelf(struct shelf **shelves)
{
    struct shelf *shelf = calloc(1, sizeof(*shelf));

    if (!shelf)
        return NULL;
    while (*shelves)
        shelves = &(*shelves)->next;
    *shelves = shelf;
    return shelf;
}

struct shelf *shelf_put(struct shelf **shelves, const struct library *library)
{
    struct shelf *shelf = shelf_of(*shelves, library->id);
    struct arena arena = { 0 };
    struct library copy = { 0 };

    if (codec_copy(&library_shape, library, &arena, &copy) != ERR_OK)
        return NULL;
    if (!shelf)
        shelf = new_shelf(shelves);
    if (!shelf) {
        arena_free(&arena);
        return NULL;
    }
    arena_free(&shelf->arena);
    shelf->arena = arena;
    shelf->library = copy;
    return shelf;
}

void shelf_remove(struct shelf **shelves, struct shelf *shelf)
{
    while (*shelves != shelf)
        shelves = &(*shelves)->next;
    *shelves = shelf->next;
    shelf_wish_granted(shelf);
    arena_free(&shelf->arena);
    free(shelf);
}

void shelf_free_all(struct shelf **shelves)
{
    while (*shelves)
        shelf_remove(shelves, *shelves);
}

struct shelf *shelf_of(struct shelf *shelves, struct id library)
{
    while (shelves && !id_equal(shelves->library.id, library))
        shelves = shelves->next;
    return shelves;
}

/* The rest of `path` after `library`; NULL when it is not in it. */
static const char *rest_of(const char *path, struct bytes library)
{
    size_t len = library.len == 1 ? 0 : library.len; /* "/" */

    if (library.len == 0 || strncmp(path, (const char *)library.at, len) != 0 || (path[len] && path[len] != '/'))
        return NULL;
    return path[len] ? path + len + 1 : path + len;
}

struct shelf *shelf_at(struct shelf *shelves, struct bytes path, const char **below, char copy[PATH_MAX])
{
    while (path.len > 1 && path.at[path.len - 1] == '/')
        path.len--;
    if (!bytes_copy(copy, PATH_MAX, path))
        return NULL;
    for (; shelves; shelves = shelves->next) {
        *below = rest_of(copy, shelves->library.path);
        if (*below)
            return shelves;
    }
    return NULL;
}

/* ---- wishes ---- */

static void drop_targets(struct wish *wish)
{
    for (uint32_t i = 0; i < wish->count; i++)
        free((char *)(uintptr_t)wish->targets[i].below);
    free(wish->targets);
    wish->targets = NULL;
    wish->count = wish->room = 0;
}

void shelf_wish_whole(struct shelf *shelf)
{
    drop_targets(&shelf->wish);
    shelf->wish.whole = true;
}

static bool make_room(struct wish *wish)
{
    uint32_t room = wish->room ? wish->room * 2 : 16;
    struct scan_target *more = wish->count == wish->room ? realloc(wish->targets, room * sizeof(*more)) : wish->targets;

    if (!more)
        return false;
    wish->room = wish->count == wish->room ? room : wish->room;
    wish->targets = more;
    return true;
}

void shelf_wish_folder(struct shelf *shelf, const char *below, bool deep)
{
    struct wish *wish = &shelf->wish;
    char *copy;

    if (wish->whole)
        return;
    for (uint32_t i = 0; i < wish->count; i++)
        if (strcmp(wish->targets[i].below, below) == 0) {
            wish->targets[i].deep |= deep;
            return;
        }
    copy = wish->count < TARGETS_MAX && make_room(wish) ? strdup(below) : NULL;
    if (!copy) {
        shelf_wish_whole(shelf);
        return;
    }
    wish->targets[wish->count++] = (struct scan_target){ .below = copy, .deep = deep };
}

bool shelf_wishes(const struct shelf *shelf)
{
    return shelf->wish.whole || shelf->wish.count > 0;
}

void shelf_wish_granted(struct shelf *shelf)
{
    drop_targets(&shelf->wish);
    shelf->wish = (struct wish){ 0 };
}
