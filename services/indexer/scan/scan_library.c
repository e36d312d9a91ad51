#include "services/indexer/scan/scan_library.h"

#include <string.h>
#include <sys/stat.h>

#include "common/cloud_file.h"
#include "schema_availability.h"
#include "services/indexer/scan/scan_links.h"
#include "services/indexer/scan/scan_trees.h"
#include "services/indexer/scan/walk.h"
#include "services/indexer/scan/watch.h"
#include "store/availability.h"

enum { AWAIT_TRIES = 8 };

static bool is_folder(struct bytes path)
{
    char name[PATH_MAX];
    struct stat st;

    return bytes_copy(name, sizeof(name), path) && lstat(name, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Asks availability, which looks at the mount now. */
static enum err look_at_place(struct scan *scan, struct place_seen *seen, struct fault *fault)
{
    const struct library *library = &scan->order.library;
    struct availability_check check = { .volume = library->volume,
                                        .path = scan->result.library.path,
                                        .has_mount = library->has_mount,
                                        .mount = library->mount,
                                        .has_device = library->has_device,
                                        .device = library->device };

    return scan_writer_look(&scan->writer, "availability.check", &check, seen, fault);
}

static bool is_linked(struct scan *scan, struct bytes path)
{
    const struct library *library = &scan->order.library;

    return library->link.len == 0 || scan_links_lead(scan, library, path) == ERR_OK;
}

/* Watches the place where the library's folder, or the first missing one above it, may appear again. True: it has
 * appeared meanwhile. */
static bool await_folder(struct scan *scan, struct bytes path)
{
    for (int i = 0; scan->order.inotify >= 0 && i < AWAIT_TRIES && !is_folder(path); i++) {
        char above[PATH_MAX];
        char *slash = NULL;
        if (!bytes_copy(above, sizeof(above), path))
            return false;
        do {
            slash = strrchr(above, '/');
            *slash = '\0';
        } while (above[0] && !is_folder(bytes_of(above, strlen(above))));
        int wd = inotify_add_watch(scan->order.inotify, above[0] ? above : "/", WATCH_RETURN_MASK);
        if (wd < 0)
            return false;
        scan->result.awaits_wd = wd;
        scan->result.awaits = (const char *)arena_bytes(&scan->arena, bytes_of(slash + 1, strlen(slash + 1))).at;
        *slash = '/';
        if (walk_is_gone(above))
            return false;
    }
    return is_folder(path);
}

/* The volume may have another mount point than at the last scan: the mounts there count then. */
static enum err follow_volume(struct scan *scan, struct bytes path, struct place_seen *seen, struct fault *fault)
{
    bool has_moved = !bytes_equal(path, scan->result.library.path);

    scan->result.library.path = path;
    return has_moved ? look_at_place(scan, seen, fault) : ERR_OK;
}

/* A volume with an identity is recognised by it. */
static void keep_mount(struct library *library, const struct place_seen *seen)
{
    bool is_kept = text_is(seen->volume.identity, "root") && seen->has_device;

    library->has_mount = library->has_device = is_kept;
    library->mount = is_kept ? seen->mount : (struct bytes){ 0 };
    library->device = is_kept ? seen->device : 0;
}

static enum err set_here(struct scan *scan, struct place_seen *seen, struct fault *fault)
{
    struct bytes path = { 0 };
    enum err e = catalogue_reader_folder_path(scan->catalogue, &scan->arena, scan->order.library.id, &path);

    if (e == ERR_OK)
        e = scan_links_rule(scan);
    if (e != ERR_OK)
        return fault_set(fault, e, "cannot read the place of a library");
    if (!path.len || !(is_folder(path) || await_folder(scan, path)) || !is_linked(scan, path))
        return ERR_OK;
    if ((e = follow_volume(scan, path, seen, fault)) != ERR_OK || !seen->here)
        return e;
    scan_trees_note(scan, seen);
    keep_mount(&scan->result.library, seen);
    scan->seen_as = seen->seen;
    scan->is_cloud = availability_backend(&seen->volume, &scan->order.library) == BACKEND_CLOUD;
    scan->result.library.online = true;
    scan->result.away = false;
    return ERR_OK;
}

enum err scan_library_find(struct scan *scan, struct fault *fault)
{
    struct place_seen seen = { 0 };
    enum err e = look_at_place(scan, &seen, fault);

    scan->result.away = true;
    scan->result.library.online = false;
    if (e != ERR_OK)
        return e;
    scan->result.is_volume_here = seen.here || seen.covered;
    return seen.here ? set_here(scan, &seen, fault) : ERR_OK;
}

enum err scan_library_is_same(struct scan *scan, struct fault *fault)
{
    struct place_seen seen = { 0 };
    enum err e = look_at_place(scan, &seen, fault);

    if (e == ERR_OK && (!seen.here || seen.seen != scan->seen_as))
        e = fault_set(fault, ERR_CONFLICT, "a file system came or went during the scan; nothing is marked as missing");
    if (e == ERR_OK && !is_folder(scan->result.library.path))
        e = fault_set(fault, ERR_CONFLICT,
                      "the library's folder disappeared during the scan; nothing is marked as missing");
    return e;
}

/* A library that the setting makes a cloud is one from then on, also while it is away. */
static enum err declare_cloud(struct scan *scan, struct fault *fault)
{
    struct persist_set_library set = { .id = scan->order.library.id,
                                       .has_backend = true,
                                       .backend = { .value = BACKEND_CLOUD } };
    struct done done;
    char path[PATH_MAX];

    if (scan->order.library.has_backend || scan->result.away ||
        !bytes_copy(path, sizeof(path), scan->result.library.path) ||
        !cloud_file_is_named(scan->order.cloud_globs, path))
        return ERR_OK;
    return scan_writer_ask(&scan->writer, "persist.set_library", &set, &done, fault);
}

enum err scan_library_put(struct scan *scan, struct fault *fault)
{
    const struct library *was = &scan->order.library, *is = &scan->result.library;
    struct persist_put_library put = { .library = *is, .has_found = true, .found = true };
    struct done done;

    if (declare_cloud(scan, fault) != ERR_OK)
        return fault->code;
    if (scan->result.away && !scan->result.is_volume_here)
        return ERR_OK; /* the row of its volume shows it */
    /* A library that is away may be so for another reason than its row has. */
    if (!scan->result.away && was->files == is->files && was->too_long == is->too_long && was->online == is->online &&
        was->vanished == is->vanished && was->vanished_at == is->vanished_at && bytes_equal(was->path, is->path) &&
        bytes_equal(was->mount, is->mount) && was->device == is->device)
        return ERR_OK;
    return scan_writer_ask(&scan->writer, "persist.put_library", &put, &done, fault);
}
