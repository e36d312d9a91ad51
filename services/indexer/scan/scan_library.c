#include <string.h>
#include <sys/stat.h>

#include "services/indexer/scan/scan_parts.h"
#include "services/indexer/scan/volume.h"

static bool is_folder(struct bytes path)
{
    char name[PATH_MAX];
    struct stat st;

    return bytes_copy(name, sizeof(name), path) && lstat(name, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A volume whose identity this user cannot read now is recognised by its mount point. */
static bool is_that(const struct volume_found *found, const struct volume *volume)
{
    return text_is(volume->identity, found->identity) ||
           (strcmp(found->identity, "root") == 0 && volume->mount.len > 1 &&
            bytes_equal(volume->mount, bytes_of(found->mounted_at, strlen(found->mounted_at))));
}

/* The library's path with the volume mounted at `mount` instead of where it was. */
static struct bytes path_on(struct scan *scan, const struct volume *volume, const char *mount)
{
    struct bytes path = scan->result.library.path;
    uint32_t cut = volume->mount.len > 1 ? volume->mount.len : 0;
    size_t mount_len = strcmp(mount, "/") == 0 ? 0 : strlen(mount);

    if (cut > path.len)
        return (struct bytes){ 0 };
    struct text moved = arena_printf(&scan->arena, "%.*s%.*s", (int)mount_len, mount, (int)(path.len - cut),
                                     (const char *)path.at + cut);
    return bytes_of(moved.at, moved.len);
}

static enum err put_volume(struct scan *scan, const struct volume *volume, const struct volume_found *found,
                           struct fault *fault)
{
    struct persist_put_volume put = { .volume = *volume };
    struct done done;

    put.volume.online = found != NULL;
    if (found && text_is(volume->identity, found->identity))
        put.volume.mount = bytes_of(found->mount, strlen(found->mount));
    if (put.volume.online == volume->online && bytes_equal(put.volume.mount, volume->mount))
        return ERR_OK;
    return scan_writer_ask(&scan->writer, "persist.put_volume", &put, &done, fault);
}

static void set_here(struct scan *scan, struct bytes path, const struct volume_found *found)
{
    scan->result.library.path = path;
    scan->result.library.online = true;
    scan->present = found->backend == BACKEND_EXTERNAL ? AVAILABILITY_EXTERNAL_ONLINE : AVAILABILITY_LOCAL;
}

/* At its own path, or below its volume's present mount point. */
static enum err find_library(struct scan *scan, const struct volume *volume, struct volume_found *found, bool *here,
                             struct fault *fault)
{
    struct bytes path = scan->result.library.path;
    char name[PATH_MAX], identity[VOLUME_IDENTITY_SIZE];
    enum err e = ERR_OK;

    *here = false;
    if (!bytes_copy(name, sizeof(name), path) || !text_copy(identity, sizeof(identity), volume->identity))
        return fault_set(fault, ERR_INTERNAL, "the record of a library is damaged");
    e = volume_of(name, found, fault);
    if (e == ERR_OK && !is_that(found, volume)) {
        if (volume_locate(identity, found, NULL) != ERR_OK)
            return ERR_OK;
        path = path_on(scan, volume, found->mount);
    }
    *here = e == ERR_OK && is_folder(path);
    if (*here)
        set_here(scan, path, found);
    return e;
}

enum err scan_library_find(struct scan *scan, struct fault *fault)
{
    struct volume volume = { 0 };
    struct volume_found found;
    bool here;
    enum err e = catalogue_reader_volume(scan->catalogue, &scan->arena, scan->order.library.volume, &volume);

    if (e != ERR_OK)
        return fault_set(fault, e, "cannot read the volume of a library");
    e = find_library(scan, &volume, &found, &here, fault);
    if (e != ERR_OK)
        return e;
    scan->result.away = !here;
    scan->result.library.online = here;
    bool mounted = here || (is_that(&found, &volume) && found.mount[0]);
    return put_volume(scan, &volume, mounted ? &found : NULL, fault);
}

enum err scan_library_put(struct scan *scan, struct fault *fault)
{
    const struct library *was = &scan->order.library, *is = &scan->result.library;
    struct persist_put_library put = { .library = *is };
    struct done done;

    if (was->files == is->files && was->too_long == is->too_long && was->online == is->online &&
        bytes_equal(was->path, is->path))
        return ERR_OK;
    return scan_writer_ask(&scan->writer, "persist.put_library", &put, &done, fault);
}
