#include "services/indexer/scan/library_state.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "proto/wire/codec_copy.h"

enum { TARGETS_MAX = 500 };

static struct library_state *new_library_state(struct library_state **libraries)
{
    struct library_state *lib = alloc_zeroed(1, sizeof(*lib));

    while (*libraries)
        libraries = &(*libraries)->next;
    *libraries = lib;
    return lib;
}

struct library_state *library_state_put(struct library_state **libraries, const struct library *library)
{
    struct library_state *lib = library_state_of(*libraries, library->id);
    struct arena arena = { 0 };
    struct library copy = { 0 };

    codec_keep(&library_shape, library, &arena, &copy); /* `library` may lie in the state's own arena */
    if (!lib)
        lib = new_library_state(libraries);
    arena_free(&lib->arena);
    lib->arena = arena;
    lib->library = copy;
    return lib;
}

void library_state_take_rules(struct library *library, const struct library *row)
{
    library->ignore = row->ignore;
    library->hidden_files = row->hidden_files;
    library->has_follow_links = row->has_follow_links;
    library->follow_links = row->follow_links;
}

bool library_state_same_rules(const struct library *a, const struct library *b)
{
    if (a->hidden_files != b->hidden_files || a->follow_links != b->follow_links || a->ignore.count != b->ignore.count)
        return false;
    for (uint32_t i = 0; i < a->ignore.count; i++)
        if (!text_equal(a->ignore.at[i], b->ignore.at[i]))
            return false;
    return true;
}

void library_state_remove(struct library_state **libraries, struct library_state *lib)
{
    while (*libraries != lib)
        libraries = &(*libraries)->next;
    *libraries = lib->next;
    library_state_want_nothing(lib);
    arena_free(&lib->arena);
    free(lib);
}

void library_state_free_all(struct library_state **libraries)
{
    while (*libraries)
        library_state_remove(libraries, *libraries);
}

struct library_state *library_state_of(struct library_state *libraries, struct id library)
{
    while (libraries && !id_equal(libraries->library.id, library))
        libraries = libraries->next;
    return libraries;
}

/* The part of `path` after `library`; NULL if `path` is not in it. */
static const char *rest_of(const char *path, struct bytes library)
{
    size_t len = library.len == 1 ? 0 : library.len; /* the root folder */

    if (library.len == 0 || strncmp(path, (const char *)library.at, len) != 0 || (path[len] && path[len] != '/'))
        return NULL;
    return path[len] ? path + len + 1 : path + len;
}

const char *library_state_below(const struct library_state *lib, const char *path)
{
    return rest_of(path, lib->library.path);
}

/* Disks may take turns at one place. Of two libraries that contain a path, the one whose disk is here fits better. */
static bool fits_better(const struct library *library, const struct library_state *best)
{
    if (!best || library->online != best->library.online)
        return !best || library->online;
    return library->path.len > best->library.path.len;
}

struct library_state *library_state_at(struct library_state *libraries, struct bytes path, const char **below,
                                       char copy[PATH_MAX])
{
    while (path.len > 1 && path.at[path.len - 1] == '/')
        path.len--;
    if (!bytes_copy(copy, PATH_MAX, path))
        return NULL;
    struct library_state *best = NULL;
    for (; libraries; libraries = libraries->next) {
        const char *rest = rest_of(copy, libraries->library.path);
        if (!rest || (libraries->library.has_within && !libraries->library.online) ||
            !fits_better(&libraries->library, best))
            continue;
        best = libraries;
        *below = rest;
    }
    return best;
}

bool library_state_is_in(const struct library_state *tree, const struct library_state *lib)
{
    return tree->library.has_within && id_equal(tree->library.within, lib->library.id);
}

/* ---- wanted scans ---- */

static void drop_targets(struct scan_targets *targets)
{
    for (uint32_t i = 0; i < targets->count; i++)
        free((char *)(uintptr_t)targets->at[i].below);
    free(targets->at);
    *targets = (struct scan_targets){ 0 };
}

void library_state_want_all(struct library_state *lib)
{
    drop_targets(&lib->wanted.some);
    lib->wanted.whole = true;
}

static bool is_below(const char *below, const char *folder)
{
    size_t len = strlen(folder);

    return len > 0 ? strncmp(below, folder, len) == 0 && below[len] == '/' : below[0] != '\0';
}

/* A deep scan covers the folders below it: none is to be visited twice. */
static void drop_covered(struct scan_targets *targets, const char *folder)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < targets->count; i++)
        if (is_below(targets->at[i].below, folder))
            free((char *)(uintptr_t)targets->at[i].below);
        else
            targets->at[kept++] = targets->at[i];
    targets->count = kept;
}

/* False: there are too many. */
static bool add_target(struct scan_targets *targets, const char *below, bool deep)
{
    for (uint32_t i = 0; i < targets->count; i++)
        if (targets->at[i].deep && is_below(below, targets->at[i].below))
            return true;
    if (deep)
        drop_covered(targets, below);
    for (uint32_t i = 0; i < targets->count; i++)
        if (strcmp(targets->at[i].below, below) == 0) {
            targets->at[i].deep |= deep;
            return true;
        }
    if (targets->count == TARGETS_MAX)
        return false;
    ALLOC_ROOM(targets->at, targets->count, targets->room, 16);
    targets->at[targets->count++] = (struct scan_target){ .below = alloc_text(below), .deep = deep };
    return true;
}

void library_state_want_folder(struct library_state *lib, const char *below, bool deep)
{
    if (!lib->wanted.whole && !add_target(&lib->wanted.some, below, deep))
        library_state_want_all(lib);
}

/* An answer beyond the limit is lost: its question stays open. */
void library_state_want_accepted(struct library_state *lib, const char *below, bool deep)
{
    if (!add_target(&lib->wanted.accepted, below, deep))
        library_state_want_folder(lib, below, deep);
}

bool library_state_wants_scan(const struct library_state *lib)
{
    return lib->wanted.whole || lib->wanted.some.count > 0 || lib->wanted.accepted.count > 0;
}

const struct scan_targets *library_state_next_targets(const struct library_state *lib)
{
    if (lib->wanted.accepted.count > 0)
        return &lib->wanted.accepted;
    return lib->wanted.whole ? NULL : &lib->wanted.some;
}

void library_state_look_within(struct library_state *lib, usec_t wait)
{
    const usec_t at = clock_steady() + wait;

    if (!lib->look_at || lib->look_at > at)
        lib->look_at = at;
}

void library_state_scan_begins(struct library_state *lib)
{
    if (lib->wanted.accepted.count > 0 && (lib->wanted.whole || lib->wanted.some.count > 0))
        drop_targets(&lib->wanted.accepted);
    else
        library_state_want_nothing(lib);
}

void library_state_want_nothing(struct library_state *lib)
{
    drop_targets(&lib->wanted.some);
    drop_targets(&lib->wanted.accepted);
    lib->wanted = (struct scan_wanted){ 0 };
}
