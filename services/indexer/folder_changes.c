#include "services/indexer/folder_changes.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "services/indexer/schedule.h"

enum { MOVE_BUDGET_MS = 30000 };

static void want_folder(struct indexer *indexer, struct id library, const char *path, bool deep)
{
    struct library_state *lib = library_state_of(indexer->libraries, library);
    char copy[PATH_MAX];
    const char *below;

    if (lib && !lib->removing && library_state_at(lib, bytes_of(path, strlen(path)), &below, copy) == lib)
        library_state_want_folder(lib, below, deep);
}

static void folder_changed(void *state, struct id library, const char *path)
{
    want_folder(state, library, path, false);
    schedule_turn(state);
}

static void folder_arrived(void *state, struct id library, const char *path)
{
    want_folder(state, library, path, true);
    schedule_turn(state);
}

/* The folder of a link to a tree is scanned, so that the tree leaves with its link. */
static void name_gone(void *state, struct id library, const char *path)
{
    struct indexer *indexer = state;
    char folder[PATH_MAX];
    char *name;

    for (const struct library_state *lib = indexer->libraries; lib; lib = lib->next) {
        if (!bytes_equal(lib->library.link, bytes_of(path, strlen(path))) ||
            !text_copy(folder, sizeof(folder), text_of(path)))
            continue;
        name = strrchr(folder, '/');
        name[name == folder] = '\0';
        folder_changed(indexer, library, folder);
        return;
    }
}

static void rescan_all(void *state)
{
    struct indexer *indexer = state;

    log_warn("inotify lost events: all libraries are scanned again");
    indexer->events_lost = true;
    for (struct library_state *lib = indexer->libraries; lib; lib = lib->next)
        library_state_want_all(lib);
    schedule_turn(indexer);
}

/* ---- a folder moves ---- */

/* The id of a folder of the library; not_found if no media file was ever seen in it. */
static enum err find_folder(const struct indexer *indexer, const struct library_state *lib, const char *below,
                            struct id *id)
{
    enum err e = ERR_OK;

    *id = lib->library.id;
    while (e == ERR_OK && *below) {
        size_t len = strcspn(below, "/");
        e = catalogue_reader_subfolder(indexer->catalogue, *id, bytes_of(below, len), id);
        below += below[len] ? len + 1 : len;
    }
    return e;
}

/* A folder whose move persist was asked for. */
struct moving {
    struct indexer *indexer;
    struct id library;
    char path[PATH_MAX]; /* where it is now */
};

static void moved_folder(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct moving *moving = state;
    struct indexer *indexer = moving->indexer;

    (void)answer;
    indexer->moving--;
    if (error != ERR_OK) { /* a scan finds its files one by one */
        log_fault("moving a folder", fault);
        want_folder(indexer, moving->library, moving->path, true);
    }
    free(moving);
    schedule_turn(indexer);
}

static enum err ask_move(struct indexer *indexer, const struct library_state *lib, char *from, char *to,
                         const char *path)
{
    char *name = strrchr(to, '/');
    struct persist_move_folder move = { 0 };
    struct moving *moving;
    enum err e = find_folder(indexer, lib, from, &move.id);

    const char *last = name ? name + 1 : to;
    move.name = bytes_of(last, strlen(last));
    if (name)
        *name = 0;
    if (e == ERR_OK)
        e = find_folder(indexer, lib, name ? to : "", &move.parent);
    if (e != ERR_OK)
        return e;
    moving = alloc_bytes(sizeof(*moving));
    moving->indexer = indexer;
    moving->library = lib->library.id;
    (void)text_copy(moving->path, sizeof(moving->path), text_of(path));
    e = service_ask(indexer->service, "persist.move_folder", &move, MOVE_BUDGET_MS, NULL, moved_folder, moving, NULL);
    if (e == ERR_OK)
        indexer->moving++;
    else
        free(moving);
    return e;
}

/* One scan of both places finds that the folder moved (scan_folder_moves.c). */
static void want_parent(struct indexer *indexer, struct id library, const char *path)
{
    char parent[PATH_MAX];
    char *slash;

    if (!text_copy(parent, sizeof(parent), text_of(path)) || !(slash = strrchr(parent, '/')) || slash == parent)
        return;
    *slash = '\0';
    want_folder(indexer, library, parent, false);
}

/* A scan in progress may have seen the folder at neither place, and marks all below it as missing. */
static void folder_moved(void *state, struct id library, const char *from, const char *to)
{
    struct indexer *indexer = state;
    struct library_state *lib = library_state_of(indexer->libraries, library);
    char was[PATH_MAX], is[PATH_MAX];
    const char *was_below, *is_below;

    if (!lib || !text_copy(was, sizeof(was), text_of(from)) || !text_copy(is, sizeof(is), text_of(to)))
        return;
    was_below = library_state_below(lib, was); /* a tree moves with its folder */
    is_below = library_state_below(lib, is);
    if (!was_below || !is_below)
        return;
    if (ask_move(indexer, lib, (char *)(uintptr_t)was_below, (char *)(uintptr_t)is_below, to) == ERR_OK && !lib->scan)
        return;
    want_folder(indexer, library, to, true);
    want_parent(indexer, library, from);
}

enum err folder_changes_open(struct indexer *indexer, struct fault *fault)
{
    return watch_new(&(struct watch_events){ folder_changed, folder_moved, folder_arrived, name_gone, rescan_all,
                                             indexer },
                     &indexer->watch, fault);
}
