#include "store/catalogue_path.h"

#include <limits.h>
#include <string.h>

#include "store/availability.h"
#include "store/row.h"

enum { FOLDERS_DEEP = PATH_MAX / 2 };

/* A path that is built from its end to its start. */
struct upward {
    size_t start;
    struct id library; /* the innermost library on the way; zero: none */
    char at[PATH_MAX];
};

static bool push_front(struct upward *path, struct bytes name)
{
    if (name.len + 1 > path->start)
        return false;
    path->start -= name.len;
    if (name.len)
        memcpy(path->at + path->start, name.at, name.len);
    return true;
}

static bool push_name(struct upward *path, struct bytes name)
{
    if (name.len == 0)
        return true;
    return push_front(path, name) && push_front(path, bytes_of("/", 1));
}

/* The mount "/" ends with the slash that precedes the first name. */
static bool push_mount(struct upward *path, struct bytes mount)
{
    if (mount.len && mount.at[mount.len - 1] == '/' && path->start < sizeof(path->at))
        mount.len--;
    return push_front(path, mount);
}

enum err catalogue_mount_library(struct txn *txn, struct arena *arena, struct id volume, struct id *library)
{
    struct folder folder;
    enum err e = catalogue_folder_named(txn, volume, (struct id){ { 0 } }, (struct bytes){ 0 }, library);

    if (e == ERR_OK)
        e = catalogue_folder(txn, arena, *library, &folder);
    if (e == ERR_OK && folder.library)
        return ERR_OK;
    *library = (struct id){ { 0 } };
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err climb_to_volume(struct txn *txn, struct arena *arena, struct id id, struct upward *path,
                                struct id *volume)
{
    struct folder folder;

    for (int depth = 0; depth < FOLDERS_DEEP; depth++) {
        enum err e = catalogue_folder(txn, arena, id, &folder);
        if (e != ERR_OK)
            return e == ERR_NOT_FOUND ? ERR_INTERNAL : e;
        if (!push_name(path, folder.name))
            return ERR_TOO_LARGE;
        *volume = folder.volume;
        if (folder.library && id_is_zero(path->library))
            path->library = id;
        if (id_is_zero(folder.parent))
            return id_is_zero(path->library) ? catalogue_mount_library(txn, arena, *volume, &path->library) : ERR_OK;
        id = folder.parent;
    }
    return ERR_INTERNAL;
}

/* The path is empty if the volume is offline. */
static enum err finish_path(struct arena *arena, struct upward *up, const struct volume *volume, struct bytes *path)
{
    size_t len;

    *path = (struct bytes){ 0 };
    if (!volume->online)
        return ERR_OK;
    if (!push_mount(up, volume->mount))
        return ERR_TOO_LARGE;
    len = sizeof(up->at) - up->start;
    *path = arena_bytes(arena, bytes_of(up->at + up->start, len));
    return path->len == len ? ERR_OK : ERR_FULL;
}

static enum err climb_folders(struct txn *txn, struct arena *arena, struct id folder, struct bytes file,
                              struct upward *up, struct volume *volume)
{
    struct id on;
    enum err e = push_name(up, file) ? climb_to_volume(txn, arena, folder, up, &on) : ERR_TOO_LARGE;

    if (e == ERR_OK)
        e = catalogue_volume(txn, arena, on, volume);
    return e == ERR_NOT_FOUND ? ERR_INTERNAL : e;
}

static enum err path_below(struct txn *txn, struct arena *arena, struct id folder, struct bytes file,
                           struct bytes *path, struct volume *volume)
{
    struct upward up = { .start = sizeof(up.at) };
    enum err e = climb_folders(txn, arena, folder, file, &up, volume);

    *path = (struct bytes){ 0 };
    return e == ERR_OK ? finish_path(arena, &up, volume, path) : e;
}

enum err catalogue_path(struct txn *txn, struct arena *arena, const struct media *media, struct bytes *path,
                        struct volume *volume)
{
    return path_below(txn, arena, media->folder, media->file, path, volume);
}

static enum err last_path_below(struct txn *txn, struct arena *arena, struct id folder, struct bytes file,
                                struct bytes *path)
{
    struct upward up = { .start = sizeof(up.at) };
    struct volume volume = { 0 };
    enum err e = climb_folders(txn, arena, folder, file, &up, &volume);

    volume.online = true;
    return e == ERR_OK ? finish_path(arena, &up, &volume, path) : e;
}

enum err catalogue_last_path(struct txn *txn, struct arena *arena, const struct media *media, struct bytes *path)
{
    return last_path_below(txn, arena, media->folder, media->file, path);
}

enum err catalogue_folder_last_path(struct txn *txn, struct arena *arena, struct id folder, struct bytes *path)
{
    return last_path_below(txn, arena, folder, (struct bytes){ 0 }, path);
}

enum err catalogue_relative_path(struct txn *txn, struct arena *arena, const struct media *media, struct bytes *path)
{
    struct upward up = { .start = sizeof(up.at) };
    struct volume volume = { 0 };
    enum err e = climb_folders(txn, arena, media->folder, media->file, &up, &volume);

    volume.online = true;
    volume.mount = (struct bytes){ 0 };
    if (e == ERR_OK)
        e = finish_path(arena, &up, &volume, path);
    if (e == ERR_OK && path->len && !text_is(volume.identity, "root"))
        *path = bytes_of(path->at + 1, path->len - 1);
    return e;
}

enum err catalogue_folder_path(struct txn *txn, struct arena *arena, struct id folder, struct bytes *path)
{
    struct volume volume;

    return path_below(txn, arena, folder, (struct bytes){ 0 }, path, &volume);
}

/* Only the library's volume knows its current path, and whether it is online. */
static enum err bring_up_to_date(struct txn *txn, struct arena *arena, struct library *library)
{
    struct volume volume;
    struct bytes path;
    enum err e = catalogue_volume(txn, arena, library->volume, &volume);

    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_INTERNAL : e;
    library->online = volume.online && library->online;
    e = catalogue_folder_path(txn, arena, library->id, &path);
    if (e == ERR_OK && path.len)
        library->path = path;
    return e;
}

enum err catalogue_each_library(struct txn *txn, struct arena *arena,
                                bool (*seen)(void *state, const struct library *library), void *state)
{
    struct library library;
    struct walk walk;
    bool more = true;
    enum err e = walk_begin(txn, DB_LIBRARY, (struct bytes){ 0 }, (struct bytes){ 0 }, &walk);

    while (e == ERR_OK && more && walk_next(&walk)) {
        e = row_decode(txn, arena, walk.value, &library_shape, &library);
        if (e == ERR_OK)
            e = bring_up_to_date(txn, arena, &library);
        if (e == ERR_OK)
            more = seen(state, &library);
        else if (e == ERR_INTERNAL)
            e = ERR_OK;
    }
    walk_end(&walk);
    return e;
}

enum err catalogue_state(struct txn *txn, struct arena *arena, struct media *media, struct bytes *path,
                         struct volume *volume, enum backend *backend)
{
    struct upward up = { .start = sizeof(up.at) };
    struct library library = { 0 };
    enum err e = climb_folders(txn, arena, media->folder, media->file, &up, volume);
    bool is_in_library = e == ERR_OK && !id_is_zero(up.library);

    if (is_in_library)
        e = catalogue_library(txn, arena, up.library, &library);
    if (e == ERR_NOT_FOUND)
        is_in_library = false;
    else if (e != ERR_OK)
        return e;
    const struct library *in = is_in_library ? &library : NULL;
    *backend = availability_backend(volume, in);
    media->availability =
        (struct choice){ .value = (int32_t)availability_of_item(media->id, (enum item_state)media->availability.value,
                                                                *backend, availability_is_here(volume, in)) };
    return finish_path(arena, &up, volume, path);
}

/* ---- from a content to a file ---- */

enum { COPIES_MOST = 4096 };

struct reaching {
    struct txn *txn;
    struct arena *arena;
    struct media *media;
    struct bytes *path;
    uint32_t looked_at;
    bool found;
};

static bool is_here(const struct media *media)
{
    return media->lifecycle.value == LIFECYCLE_FINAL &&
           availability_is_readable((enum item_state)media->availability.value);
}

static bool look_at_copy(void *state, struct id id)
{
    struct reaching *r = state;
    struct volume volume;
    enum backend backend;

    r->found = catalogue_media(r->txn, r->arena, id, r->media) == ERR_OK &&
               catalogue_state(r->txn, r->arena, r->media, r->path, &volume, &backend) == ERR_OK && is_here(r->media) &&
               r->path->len > 0;
    return !r->found && ++r->looked_at < COPIES_MOST;
}

enum err catalogue_reachable(struct txn *txn, struct arena *arena, struct bytes content, struct media *media,
                             struct bytes *path)
{
    struct reaching r = { .txn = txn, .arena = arena, .media = media, .path = path };
    enum err e = catalogue_each_with_content(txn, content, look_at_copy, &r);

    return e == ERR_OK && !r.found ? ERR_NOT_FOUND : e;
}

/* ---- from a path to its item ---- */

static bool lies_below(struct bytes path, struct bytes mount)
{
    if (mount.len == 0 || path.len < mount.len || memcmp(path.at, mount.at, mount.len) != 0)
        return false;
    return mount.at[mount.len - 1] == '/' || path.len == mount.len || path.at[mount.len] == '/';
}

enum err catalogue_volume_at(struct txn *txn, struct arena *arena, struct bytes path, struct volume *best)
{
    struct walk walk;
    struct volume volume;
    bool found = false;
    enum err e = walk_begin(txn, DB_VOLUME, (struct bytes){ 0 }, (struct bytes){ 0 }, &walk);

    while (e == ERR_OK && walk_next(&walk)) {
        e = row_decode(txn, arena, walk.value, &volume_shape, &volume);
        if (e != ERR_OK || !volume.online || !lies_below(path, volume.mount))
            continue;
        if (!found || volume.mount.len > best->mount.len)
            *best = volume;
        found = true;
    }
    walk_end(&walk);
    return e != ERR_OK || found ? e : ERR_NOT_FOUND;
}

/* Removes and returns the first name of `rest`; empty if there is none. */
static struct bytes next_name(struct bytes *rest)
{
    struct bytes name;

    while (rest->len && rest->at[0] == '/')
        *rest = bytes_of(rest->at + 1, rest->len - 1);
    const uint8_t *slash = rest->len ? memchr(rest->at, '/', rest->len) : NULL;
    name = bytes_of(rest->at, slash ? (size_t)(slash - rest->at) : rest->len);
    *rest = bytes_of(rest->at + name.len, rest->len - name.len);
    return name;
}

enum err catalogue_at_path(struct txn *txn, struct arena *arena, struct bytes path, struct id *media)
{
    struct id folder = { { 0 } }, mount_folder;
    struct volume volume = { 0 };
    struct bytes name, next;
    enum err e = catalogue_volume_at(txn, arena, path, &volume);

    if (e != ERR_OK)
        return e;
    path = bytes_of(path.at + volume.mount.len, path.len - volume.mount.len);
    name = next_name(&path);
    for (next = next_name(&path); e == ERR_OK && next.len; next = next_name(&path)) {
        e = catalogue_folder_named(txn, volume.id, folder, name, &folder);
        name = next;
    }
    if (e == ERR_OK && id_is_zero(folder)) {
        e = catalogue_folder_named(txn, volume.id, folder, (struct bytes){ 0 }, &mount_folder);
        folder = mount_folder;
    }
    return e == ERR_OK ? catalogue_place(txn, arena, folder, name, media) : e;
}

enum err catalogue_folder_at(struct txn *txn, struct arena *arena, struct bytes path, struct id *folder)
{
    struct volume volume = { 0 };
    struct bytes name;
    enum err e = catalogue_volume_at(txn, arena, path, &volume);

    *folder = (struct id){ { 0 } };
    if (e != ERR_OK)
        return e;
    path = bytes_of(path.at + volume.mount.len, path.len - volume.mount.len);
    name = next_name(&path);
    if (name.len == 0) /* the mount itself is the folder without a name */
        return catalogue_folder_named(txn, volume.id, *folder, name, folder);
    for (; e == ERR_OK && name.len; name = next_name(&path))
        e = catalogue_folder_named(txn, volume.id, *folder, name, folder);
    return e;
}
