#include <string.h>

#include "common/cloud_file.h"
#include "common/process/log.h"
#include "schema_availability.h"
#include "services/indexer/scan/scan_parts.h"

/* ---- the trees ---- */

static struct id library_around(const struct scan *scan)
{
    const struct library *library = &scan->order.library;

    return library->has_within ? library->within : library->id;
}

static struct scan_tree *add_tree(struct scan *scan, struct bytes path)
{
    struct scan_tree *tree = arena_alloc(&scan->arena, sizeof(*tree));

    if (!tree)
        return NULL;
    *tree = (struct scan_tree){ .path = arena_bytes(&scan->arena, path), .next = scan->trees };
    if (tree->path.len == 0)
        return NULL;
    scan->trees = tree;
    return tree;
}

static struct scan_tree *tree_at(const struct scan *scan, struct bytes path)
{
    struct scan_tree *tree = scan->trees;

    while (tree && !bytes_equal(tree->path, path))
        tree = tree->next;
    return tree;
}

/* A mount can have another volume than before: the tree of that one is away, and has the same path. */
static bool note_row(struct scan *scan, const struct library *library)
{
    struct scan_tree *tree = tree_at(scan, library->path);
    bool is_folder = id_equal(library->volume, scan->order.library.volume);

    if (!library->has_within || !id_equal(library->within, library_around(scan)) ||
        id_equal(library->id, scan->order.library.id) || (!library->online && !is_folder))
        return true;
    if (!tree)
        tree = add_tree(scan, library->path);
    if (!tree)
        return false;
    tree->id = library->id;
    tree->is_online = library->online;
    tree->is_folder = is_folder;
    return true;
}

enum err scan_trees_note(struct scan *scan, const struct place_seen *seen)
{
    struct library_list all = { 0 };
    enum err e = catalogue_reader_libraries(scan->catalogue, &scan->arena, &all);

    for (uint32_t i = 0; e == ERR_OK && seen->has_inside && i < seen->inside.count; i++)
        e = add_tree(scan, seen->inside.at[i]) ? ERR_OK : ERR_FULL;
    for (uint32_t i = 0; e == ERR_OK && i < all.count; i++)
        e = note_row(scan, &all.at[i]) ? ERR_OK : ERR_FULL;
    return e;
}

/* ---- the walk ---- */

/* A cloud inside a folder that lies in none. */
static struct scan_tree *declared_cloud(struct scan *scan, const struct folder_node *parent, const char *path)
{
    struct scan_tree *tree;

    if (scan_is_cloud(scan, parent->path) || !cloud_file_is_named(scan->order.cloud_globs, path))
        return NULL;
    tree = add_tree(scan, bytes_of(path, strlen(path)));
    if (tree)
        tree->is_folder = true;
    return tree;
}

bool scan_trees_meet(struct scan *scan, const struct folder_node *parent, struct bytes name)
{
    const char *path = walk_join(&scan->folder, parent->path, (const char *)name.at);
    struct scan_tree *tree = tree_at(scan, bytes_of(path, strlen(path)));

    if (!tree)
        tree = declared_cloud(scan, parent, path);
    if (!tree)
        return false;
    tree->is_met = true;
    scan->result.trees_moved |= !id_is_zero(tree->id) && !tree->is_online;
    return true;
}

static bool is_tree(void *state, struct id folder)
{
    struct scan *scan = state;
    const struct scan_tree *tree = scan->trees;

    while (tree && !id_equal(tree->id, folder))
        tree = tree->next;
    scan->result.trees_moved |= tree && tree->is_online;
    return tree != NULL;
}

enum err scan_trees_gone(struct scan *scan, struct id folder)
{
    return compare_gone(scan->catalogue, folder, is_tree, scan, &scan->gone);
}

/* ---- new trees ---- */

static bool has_library(const struct library_list *all, struct id volume)
{
    for (uint32_t i = 0; i < all->count; i++)
        if (id_equal(all->at[i].volume, volume))
            return true;
    return false;
}

/* Its row; then its items come back that were forgotten with the library around it. */
static enum err put_mount(struct scan *scan, const struct scan_tree *tree, struct id volume, struct fault *fault)
{
    const struct library *outer = &scan->order.library;
    struct persist_put_folder folder = { .folder = { .volume = volume } };
    struct persist_put_library put = { .library = { .volume = volume,
                                                    .path = tree->path,
                                                    .ignore = outer->ignore,
                                                    .hidden_files = outer->hidden_files,
                                                    .online = true,
                                                    .has_within = true,
                                                    .within = library_around(scan) } };
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
static enum err make_mount(struct scan *scan, const struct scan_tree *tree, struct fault *fault)
{
    const struct availability_find find = { .path = tree->path, .has_own = true, .own = true };
    struct library_list all = { 0 };
    struct place_seen seen = { 0 };
    enum err e = scan_writer_look(&scan->writer, "availability.find", &find, &seen, fault);

    if (e != ERR_OK) {
        log_info("the mount %s is not scanned: %s", (const char *)tree->path.at, fault->what);
        *fault = (struct fault){ 0 };
        return errand_goes_on(&scan->errand) ? ERR_OK : ERR_TIMEOUT;
    }
    e = catalogue_reader_libraries(scan->catalogue, &scan->arena, &all);
    if (e != ERR_OK)
        return fault_set(fault, e, "cannot read the libraries");
    return !seen.here || has_library(&all, seen.volume.id) ? ERR_OK : put_mount(scan, tree, seen.volume.id, fault);
}

/* A folder of the library: its row, on the volume of the library. Its items stay where they are. */
static enum err make_cloud(struct scan *scan, const struct scan_tree *tree, struct fault *fault)
{
    const struct library *outer = &scan->order.library;
    const char *below = (const char *)tree->path.at + scan->result.library.path.len;
    struct persist_put_folder folder = { .folder = { .volume = outer->volume, .parent = outer->id } };
    struct done done = { 0 };
    enum err e = ERR_OK;

    while (e == ERR_OK && *(below += *below == '/')) {
        folder.folder.name = bytes_of(below, strcspn(below, "/"));
        e = scan_writer_ask(&scan->writer, "persist.put_folder", &folder, &done, fault);
        folder.folder.parent = done.id;
        below += folder.folder.name.len;
    }
    struct persist_put_library put = { .library = { .id = done.id,
                                                    .volume = outer->volume,
                                                    .path = tree->path,
                                                    .ignore = outer->ignore,
                                                    .hidden_files = outer->hidden_files,
                                                    .online = true,
                                                    .has_backend = true,
                                                    .backend = { .value = BACKEND_CLOUD },
                                                    .has_within = true,
                                                    .within = library_around(scan) } };
    if (e == ERR_OK)
        e = scan_writer_ask(&scan->writer, "persist.put_library", &put, &done, fault);
    scan->result.trees += e == ERR_OK;
    return e;
}

enum err scan_trees_put(struct scan *scan, struct fault *fault)
{
    enum err e = ERR_OK;

    for (const struct scan_tree *tree = scan->trees; e == ERR_OK && tree; tree = tree->next)
        if (tree->is_met && id_is_zero(tree->id))
            e = tree->is_folder ? make_cloud(scan, tree, fault) : make_mount(scan, tree, fault);
    return e;
}
