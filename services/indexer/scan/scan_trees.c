#include "services/indexer/scan/scan_trees.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "common/cloud_file.h"
#include "common/process/log.h"
#include "schema_availability.h"
#include "services/indexer/scan/scan_place.h"

/* ---- the trees ---- */

static struct id library_around(const struct scan *scan)
{
    const struct library *library = &scan->order.library;

    return library->has_within ? library->within : library->id;
}

static struct scan_tree *add_tree(struct scan *scan, struct bytes path)
{
    struct scan_tree *tree = arena_alloc(&scan->arena, sizeof(*tree));

    *tree = (struct scan_tree){ .path = arena_bytes(&scan->arena, path), .next = scan->trees };
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

/* Notes a tree that the catalogue has. Another volume may be mounted at its path now: then this tree is away, and the
 * tree of that volume has the same path. */
static void note_row(struct scan *scan, const struct library *library)
{
    struct scan_tree *tree = tree_at(scan, library->path);
    bool is_folder = id_equal(library->volume, scan->order.library.volume);

    if (!library->has_within || library->link.len || !id_equal(library->within, library_around(scan)) ||
        id_equal(library->id, scan->order.library.id) || (!library->online && !is_folder))
        return;
    if (!tree)
        tree = add_tree(scan, library->path);
    tree->id = library->id;
    tree->volume = library->volume;
    tree->is_online = library->online;
    tree->is_folder = is_folder;
}

void scan_trees_note(struct scan *scan, const struct place_seen *seen)
{
    for (uint32_t i = 0; seen->has_inside && i < seen->inside.count; i++)
        add_tree(scan, seen->inside.at[i]);
    for (uint32_t i = 0; i < scan->libraries.count; i++)
        note_row(scan, &scan->libraries.at[i]);
}

/* ---- the walk ---- */

/* Returns a tree for a folder that a setting makes a cloud, if its parent is not in a cloud. */
static struct scan_tree *declared_cloud(struct scan *scan, const struct folder_node *parent, const char *path)
{
    struct scan_tree *tree;

    if (scan_is_cloud(scan, parent->path) || !cloud_file_is_named(scan->order.cloud_globs, path))
        return NULL;
    tree = add_tree(scan, bytes_of(path, strlen(path)));
    tree->is_folder = true;
    return tree;
}

/* True for the trigger of an automount. Opening it would mount a file system, which may take long. Once mounted, the
 * file system is a tree. */
static bool is_trigger(const char *path)
{
    int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC); /* this triggers nothing */
    struct statfs fs;
    bool is = fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == AUTOFS_SUPER_MAGIC;

    if (fd >= 0)
        close(fd);
    return is;
}

bool scan_trees_meet(struct scan *scan, const struct folder_node *parent, struct bytes name)
{
    const char *path = walk_join(&scan->folder, parent->path, (const char *)name.at);
    struct scan_tree *tree = tree_at(scan, bytes_of(path, strlen(path)));

    if (!tree)
        tree = declared_cloud(scan, parent, path);
    if (!tree)
        return is_trigger(path);
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

enum err scan_trees_add(struct scan *scan, struct id folder, struct id volume, struct bytes path, struct bytes link,
                        struct fault *fault)
{
    const struct library *outer = &scan->order.library;
    const struct persist_put_library put = { .library = { .id = folder,
                                                          .volume = volume,
                                                          .path = path,
                                                          .ignore = outer->ignore,
                                                          .hidden_files = outer->hidden_files,
                                                          .online = true,
                                                          .has_within = true,
                                                          .within = library_around(scan),
                                                          .link = link } };
    const struct persist_recall recall = { .folder = folder };
    struct done done = { 0 };
    enum err e = scan_writer_ask(&scan->writer, "persist.put_library", &put, &done, fault);

    scan->result.trees += e == ERR_OK;
    return e == ERR_OK ? scan_writer_ask(&scan->writer, "persist.recall", &recall, &done, fault) : e;
}

static enum err put_mount(struct scan *scan, struct scan_tree *tree, struct id volume, struct fault *fault)
{
    struct persist_put_folder folder = { .folder = { .volume = volume } };
    struct done done = { 0 };
    enum err e = scan_writer_ask(&scan->writer, "persist.put_folder", &folder, &done, fault);
    const struct id id = done.id;

    if (e == ERR_OK)
        e = scan_trees_add(scan, id, volume, tree->path, (struct bytes){ 0 }, fault);
    if (e == ERR_OK) {
        tree->id = id;
        tree->volume = volume;
    }
    return e;
}

/* The files of a mount whose volume cannot be known stay out of the catalogue. */
static enum err make_mount(struct scan *scan, struct scan_tree *tree, struct fault *fault)
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
    if (!seen.here || !has_library(&all, seen.volume.id))
        return seen.here ? put_mount(scan, tree, seen.volume.id, fault) : ERR_OK;
    if (!id_equal(seen.volume.id, scan->order.library.volume))
        tree->volume = seen.volume.id;
    return ERR_OK;
}

/* Writes the row of a cloud, which is a folder of the library on the same volume. Its items keep their places. */
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

/* ---- items of a mount that an engine without trees scanned in place ---- */

/* A folder below the mount. It has two rows: one in the library around the mount, one in the tree. */
struct inside_folder {
    struct inside_folder *next;   /* of those to read */
    struct inside_folder *parent; /* NULL: the mount */
    struct bytes name;
    const char *path;
    struct id in_library, in_tree; /* in_tree: zero until a file of it is moved */
};

struct inside_file {
    struct inside_file *next;
    struct id id;
    struct bytes name;
    uint64_t size;
    usec_t mtime;
};

struct inside {
    struct scan *scan;
    struct id volume;
    struct inside_folder *waiting;
    struct inside_file *files; /* of the folder that is read */
    struct arena arena;
};

static bool list_inside_file(void *state, struct bytes file, const struct kept_place *place)
{
    struct inside *inside = state;
    struct inside_file *one = arena_alloc(&inside->scan->folder, sizeof(*one));

    *one = (struct inside_file){ inside->files, place->id, arena_bytes(&inside->scan->folder, file), place->size,
                                 place->mtime };
    inside->files = one;
    return true;
}

static enum err place_inside(struct inside *inside, struct inside_folder *folder, struct fault *fault)
{
    struct persist_put_folder put = { .folder = { .volume = inside->volume, .name = folder->name } };
    struct done done = { 0 };

    if (!id_is_zero(folder->in_tree))
        return ERR_OK;
    enum err e = place_inside(inside, folder->parent, fault);
    put.folder.parent = folder->parent->in_tree;
    if (e == ERR_OK)
        e = scan_writer_ask(&inside->scan->writer, "persist.put_folder", &put, &done, fault);
    folder->in_tree = done.id;
    return e;
}

/* True if the file has the item's size and time. Another disk may be mounted there now, with its own files. */
static bool is_in_place(struct inside *inside, const struct inside_folder *folder, const struct inside_file *file)
{
    const char *path = walk_join(&inside->scan->folder, folder->path, (const char *)file->name.at);
    struct stat st;

    return path[0] && lstat(path, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == file->size &&
           clock_usec(st.st_mtim) == file->mtime;
}

/* If the tree has an item of that file already, persist merges the two under the older id. */
static enum err move_file(struct inside *inside, struct inside_folder *folder, const struct inside_file *file,
                          struct fault *fault)
{
    struct operation move = { .has_move = true, .move = { .id = file->id, .file = file->name } };
    enum err e = place_inside(inside, folder, fault);

    move.move.folder = folder->in_tree;
    return e == ERR_OK ? scan_writer_add(&inside->scan->writer, &move, NULL, fault) : e;
}

static void push_inside(struct inside *inside, struct inside_folder *parent, const struct folder_list *below)
{
    for (uint32_t i = 0; i < below->count; i++) {
        struct inside_folder *folder = arena_alloc(&inside->arena, sizeof(*folder));
        *folder = (struct inside_folder){ .next = inside->waiting,
                                          .parent = parent,
                                          .name = arena_bytes(&inside->arena, below->at[i].name),
                                          .in_library = below->at[i].id };
        folder->path = walk_join(&inside->arena, parent->path, (const char *)folder->name.at);
        if (folder->path[0] && !tree_at(inside->scan, bytes_of(folder->path, strlen(folder->path))))
            inside->waiting = folder;
    }
}

static enum err move_folder(struct inside *inside, struct inside_folder *folder, struct fault *fault)
{
    struct scan *scan = inside->scan;
    struct folder_list below = { 0 };

    inside->files = NULL;
    enum err e = catalogue_reader_places(scan->catalogue, folder->in_library, list_inside_file, inside);
    if (e == ERR_OK)
        e = catalogue_reader_subfolders(scan->catalogue, &scan->folder, folder->in_library, &below);
    if (e == ERR_OK)
        push_inside(inside, folder, &below);
    if (e != ERR_OK)
        return fault_set(fault, e, "cannot read the items below %s", folder->path);
    for (struct inside_file *file = inside->files; e == ERR_OK && file && errand_goes_on(&scan->errand);
         file = file->next)
        if (is_in_place(inside, folder, file))
            e = move_file(inside, folder, file, fault);
    arena_reset(&scan->folder);
    return e;
}

/* Finds the row of the mount point in the library around it. not_found: no item was ever seen below it. */
static enum err find_inside(struct scan *scan, const struct library *around, struct bytes path, struct id *folder)
{
    const char *below = (const char *)path.at + around->path.len;
    enum err e = ERR_OK;

    *folder = around->id;
    while (e == ERR_OK && *(below += *below == '/')) {
        size_t len = strcspn(below, "/");
        e = catalogue_reader_subfolder(scan->catalogue, *folder, bytes_of(below, len), folder);
        below += len;
    }
    return e;
}

static enum err move_items_inside(struct scan *scan, struct id from, struct fault *fault)
{
    const struct library *tree = &scan->result.library;
    struct inside_folder top = { .path = (const char *)tree->path.at, .in_library = from, .in_tree = tree->id };
    struct inside inside = { .scan = scan, .volume = tree->volume, .waiting = &top };
    enum err e = ERR_OK;

    while (e == ERR_OK && inside.waiting && errand_goes_on(&scan->errand)) {
        struct inside_folder *folder = inside.waiting;
        inside.waiting = folder->next;
        e = move_folder(&inside, folder, fault);
    }
    if (e == ERR_OK)
        e = scan_writer_flush(&scan->writer, fault);
    arena_free(&inside.arena);
    return e;
}

/* Returns the library around the mount of a tree. NULL: the tree is not a mount, or that library is away. */
static const struct library *find_around(const struct library *tree, const struct library_list *all)
{
    const struct library *around = NULL;

    for (uint32_t i = 0; tree->has_within && i < all->count && !around; i++)
        if (id_equal(all->at[i].id, tree->within))
            around = &all->at[i];
    return around && !id_equal(around->volume, tree->volume) && bytes_path_contains(around->path, tree->path) ? around
                                                                                                              : NULL;
}

enum err scan_trees_adopt(struct scan *scan, struct fault *fault)
{
    const struct library *tree = &scan->result.library, *around;
    struct library_list all = { 0 };
    struct id from;
    enum err e = tree->has_within ? catalogue_reader_libraries(scan->catalogue, &scan->arena, &all) : ERR_OK;

    if (e == ERR_OK && (around = find_around(tree, &all))) {
        e = find_inside(scan, around, tree->path, &from);
        if (e == ERR_OK)
            return move_items_inside(scan, from, fault);
    }
    return e == ERR_OK || e == ERR_NOT_FOUND ? ERR_OK : fault_set(fault, e, "cannot read the folders of a library");
}

/* The files of these items are below a mount: their paths lead into it, to no file or to another one. */
static enum err mark_covered(struct scan *scan, struct id folder, struct fault *fault)
{
    struct gone_rows covered = { 0 };
    enum err e = compare_gone(scan->catalogue, folder, is_tree, scan, &covered);

    if (e != ERR_OK)
        fault_set(fault, e, "cannot read the items below a mount");
    for (size_t i = 0; e == ERR_OK && i < covered.count; i++)
        if (!covered.at[i].missing && !covered.at[i].offline) {
            e = scan_place_presence(scan, &covered.at[i], ITEM_STATE_EXTERNAL_OFFLINE, fault);
            scan->covered++;
        }
    compare_free(&covered);
    return e == ERR_OK ? scan_writer_flush(&scan->writer, fault) : e;
}

/* Items of the library that lie below the mount are away until it is unmounted. The scan of the tree moves those whose
 * files are there; it may wait for the mount's file system, but this scan must not. */
static enum err leave_items_inside(struct scan *scan, const struct scan_tree *tree, struct fault *fault)
{
    struct id folder;
    enum err e = find_inside(scan, &scan->result.library, tree->path, &folder);

    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    if (e != ERR_OK)
        return fault_set(fault, e, "cannot read the folders of a library");
    scan->result.trees_hold |= !id_is_zero(tree->id);
    return mark_covered(scan, folder, fault);
}

enum err scan_trees_put(struct scan *scan, struct fault *fault)
{
    enum err e = ERR_OK;

    for (struct scan_tree *tree = scan->trees; e == ERR_OK && tree; tree = tree->next) {
        if (tree->is_met && id_is_zero(tree->id))
            e = tree->is_folder ? make_cloud(scan, tree, fault) : make_mount(scan, tree, fault);
        if (e == ERR_OK && tree->is_met && !tree->is_folder && !id_is_zero(tree->volume))
            e = leave_items_inside(scan, tree, fault);
    }
    return e;
}
