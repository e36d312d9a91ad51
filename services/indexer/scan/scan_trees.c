#include <string.h>

#include "common/process/log.h"
#include "schema_availability.h"
#include "services/indexer/scan/scan_parts.h"

bool scan_trees_note(struct scan *scan, const struct place_seen *seen)
{
    for (uint32_t i = 0; seen->has_inside && i < seen->inside.count; i++) {
        struct scan_mount *mount = arena_alloc(&scan->arena, sizeof(*mount));
        if (!mount)
            return false;
        *mount = (struct scan_mount){ .path = arena_bytes(&scan->arena, seen->inside.at[i]), .next = scan->mounts };
        if (!mount->path.len)
            return false;
        scan->mounts = mount;
    }
    return true;
}

bool scan_trees_meet(struct scan *scan, const struct folder_node *parent, struct bytes name)
{
    struct scan_mount *mount = scan->mounts;

    if (!mount)
        return false;
    const char *path = walk_join(&scan->folder, parent->path, (const char *)name.at);
    while (mount && !bytes_equal(mount->path, bytes_of(path, strlen(path))))
        mount = mount->next;
    if (mount)
        mount->is_met = true;
    return mount != NULL;
}

/* A library is on the mount already. If the mount has another volume than before, that library is offline. */
static bool is_library(const struct library_list *all, const struct scan_mount *mount)
{
    for (uint32_t i = 0; i < all->count; i++)
        if (all->at[i].online && bytes_equal(all->at[i].path, mount->path))
            return true;
    return false;
}

static bool has_library(const struct library_list *all, struct id volume)
{
    for (uint32_t i = 0; i < all->count; i++)
        if (id_equal(all->at[i].volume, volume))
            return true;
    return false;
}

/* Its row; then its items come back that were forgotten with the library around it. */
static enum err put_tree(struct scan *scan, const struct scan_mount *mount, struct id volume, struct fault *fault)
{
    const struct library *outer = &scan->order.library;
    struct persist_put_folder folder = { .folder = { .volume = volume } };
    struct persist_put_library put = { .library = { .volume = volume,
                                                    .path = mount->path,
                                                    .ignore = outer->ignore,
                                                    .hidden_files = outer->hidden_files,
                                                    .online = true,
                                                    .has_within = true,
                                                    .within = outer->has_within ? outer->within : outer->id } };
    struct done done = { 0 };
    enum err e = scan_writer_ask(&scan->writer, "persist.put_folder", &folder, &done, fault);

    put.library.id = done.id;
    if (e == ERR_OK)
        e = scan_writer_ask(&scan->writer, "persist.put_library", &put, &done, fault);
    const struct persist_recall recall = { .folder = put.library.id };
    scan->result.trees += e == ERR_OK;
    return e == ERR_OK ? scan_writer_ask(&scan->writer, "persist.recall", &recall, &done, fault) : e;
}

/* The files of a mount whose volume cannot be known stay out of the catalogue. */
static enum err add_tree(struct scan *scan, const struct library_list *all, const struct scan_mount *mount,
                         struct fault *fault)
{
    const struct availability_find find = { .path = mount->path, .has_own = true, .own = true };
    struct place_seen seen = { 0 };
    enum err e = scan_writer_look(&scan->writer, "availability.find", &find, &seen, fault);

    if (e == ERR_OK && !seen.here)
        return ERR_OK;
    if (e == ERR_OK)
        return has_library(all, seen.volume.id) ? ERR_OK : put_tree(scan, mount, seen.volume.id, fault);
    log_info("the mount %s is not scanned: %s", (const char *)mount->path.at, fault->what);
    *fault = (struct fault){ 0 };
    return errand_goes_on(&scan->errand) ? ERR_OK : ERR_TIMEOUT;
}

enum err scan_trees_put(struct scan *scan, struct fault *fault)
{
    struct library_list all = { 0 };
    enum err e = ERR_OK;

    for (const struct scan_mount *mount = scan->mounts; e == ERR_OK && mount; mount = mount->next) {
        if (!mount->is_met)
            continue;
        if (!all.at)
            e = catalogue_reader_libraries(scan->catalogue, &scan->arena, &all);
        if (e == ERR_OK && !is_library(&all, mount))
            e = add_tree(scan, &all, mount, fault);
    }
    return e == ERR_OK || fault->code ? e : fault_set(fault, e, "cannot read the libraries");
}
