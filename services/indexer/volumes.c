#include "services/indexer/volumes.h"

#include <string.h>

#include "schema_availability.h"
#include "services/indexer/schedule.h"

static uint64_t mark_of(const struct volume *volume)
{
    uint64_t mark = volume->online ? 2 : 1;

    for (uint32_t i = 0; i < volume->mount.len; i++)
        mark = mark * UINT64_C(1099511628211) + volume->mount.at[i];
    return mark;
}

/* At the first look since the library was added: its volume may have moved or gone already. */
static bool is_elsewhere(const struct library_state *lib, const struct volume *volume)
{
    const struct bytes path = lib->library.path;

    if (!volume->online)
        return lib->library.online;
    return !bytes_equal(path, volume->mount) && !bytes_path_contains(volume->mount, path);
}

/* The mount of a library may cover the folder of another one, or have done so. */
static void look_at_same_place(struct indexer *indexer, const struct library *library)
{
    for (struct library_state *other = indexer->libraries; other; other = other->next)
        if (bytes_equal(other->library.path, library->path) && !id_equal(other->library.volume, library->volume))
            library_state_want_all(other);
}

/* The folder of another library was below a mount, or is now. */
static void look_beneath(struct indexer *indexer, const struct library *library)
{
    char path[PATH_MAX];
    const char *below;

    if (!bytes_copy(path, sizeof(path), library->path))
        return;
    for (struct library_state *other = indexer->libraries; other; other = other->next)
        if (!id_equal(other->library.volume, library->volume) && other->library.online && !other->removing &&
            (below = library_state_below(other, path)) && below[0])
            library_state_want_folder(other, below, true);
}

void volumes_follow(struct indexer *indexer)
{
    struct arena arena = { 0 };

    for (struct library_state *lib = indexer->libraries; lib; lib = lib->next) {
        struct volume volume = { 0 };
        if (catalogue_reader_volume(indexer->catalogue, &arena, lib->library.volume, &volume) != ERR_OK)
            break;
        uint64_t mark = mark_of(&volume);
        if (lib->volume_mark ? lib->volume_mark != mark : is_elsewhere(lib, &volume))
            library_state_want_all(lib);
        if (lib->volume_mark != mark) {
            look_at_same_place(indexer, &lib->library);
            look_beneath(indexer, &lib->library);
        }
        lib->volume_mark = mark;
        arena_reset(&arena);
    }
    arena_free(&arena);
}

void volumes_take_change(void *state, const void *body, bool gap)
{
    (void)body, (void)gap;
    volumes_follow(state);
    schedule_turn(state);
}

/* True if the mount may cover the folder of the library, or did. The mount of its own volume is reported by that. */
static bool may_cover(struct indexer *indexer, struct arena *arena, const struct library_state *lib, struct bytes mount)
{
    const struct bytes path = lib->library.path;
    struct volume volume = { 0 };

    if (lib->removing || !(bytes_equal(path, mount) || bytes_path_contains(mount, path)))
        return false;
    return catalogue_reader_volume(indexer->catalogue, arena, lib->library.volume, &volume) == ERR_OK &&
           !bytes_equal(volume.mount, mount);
}

static void look_below_mount(struct indexer *indexer, struct bytes mount)
{
    struct arena arena = { 0 };

    for (struct library_state *lib = indexer->libraries; lib; lib = lib->next)
        if (may_cover(indexer, &arena, lib, mount))
            library_state_want_all(lib);
    arena_free(&arena);
}

/* A mount inside a library becomes a tree: the scan of the folder around it sees that. */
void volumes_take_mount(void *state, const void *body, bool gap)
{
    struct indexer *indexer = state;
    const struct availability_mounted *event = body;
    char copy[PATH_MAX], *slash;
    const char *below;

    (void)gap;
    look_below_mount(indexer, event->mount);
    schedule_turn(indexer);
    if (!bytes_copy(copy, sizeof(copy), event->mount) || !(slash = strrchr(copy, '/')) || slash == copy)
        return;
    const struct bytes parent = bytes_of(copy, (size_t)(slash - copy));
    char folder[PATH_MAX];
    struct library_state *lib = library_state_at(indexer->libraries, parent, &below, folder);
    if (lib && !lib->removing && lib->library.online)
        library_state_want_folder(lib, below, false);
    schedule_turn(indexer);
}
