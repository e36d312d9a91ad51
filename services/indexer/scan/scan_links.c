#include "services/indexer/scan/scan_links.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/process/log.h"
#include "common/process/stat_in_child.h"
#include "proto/wire/codec_copy.h"
#include "schema_availability.h"
#include "services/indexer/scan/scan_trees.h"

enum { LINKS_MOST = 1000 /* of one scan */ };

struct scan_link {
    struct scan_link *next;
    const char *path;
    struct bytes target; /* its real path; "": … */
    enum err failure;    /* … not_found, or timeout (a file system does not answer) */
};

/* ---- where links lead ---- */

/* `to` gets the real path, in the arena. A process of its own looks first: the file system of the target may hang.
 * Errors: not_found, timeout. */
static enum err resolve_link(struct arena *arena, const char *path, struct bytes *to)
{
    char real[PATH_MAX];
    struct stat st;
    int root = open("/", O_PATH | O_CLOEXEC), error = root < 0 ? EAGAIN : stat_in_child(root, path, &st);

    if (root >= 0)
        close(root);
    if (error == ETIMEDOUT || error == EAGAIN)
        return ERR_TIMEOUT;
    if (error || !S_ISDIR(st.st_mode) || !realpath(path, real))
        return ERR_NOT_FOUND;
    *to = arena_bytes(arena, bytes_of(real, strlen(real)));
    return to->len ? ERR_OK : ERR_NOT_FOUND;
}

enum err scan_links_rule(struct scan *scan)
{
    enum err e = catalogue_reader_libraries(scan->catalogue, &scan->arena, &scan->libraries);

    return e == ERR_OK ? catalogue_reader_leads(scan->catalogue, &scan->arena, &scan->order.library, &scan->rules.leads)
                       : e;
}

enum err scan_links_lead(struct scan *scan, const struct library *tree, struct bytes path)
{
    struct bytes real = { 0 };
    char link[PATH_MAX];
    enum err e = ERR_NOT_FOUND;

    if (naming_may_lead(&scan->rules, path) && bytes_copy(link, sizeof(link), tree->link))
        e = resolve_link(&scan->arena, link, &real);
    return e == ERR_OK && !bytes_equal(real, path) ? ERR_NOT_FOUND : e;
}

/* ---- the walk ---- */

void scan_links_see(struct scan *scan, const struct folder_node *node, const struct entry_list *links)
{
    for (uint32_t i = 0; i < links->count; i++) {
        struct scan_link *link = arena_alloc(&scan->arena, sizeof(*link));
        *link = (struct scan_link){ .next = scan->links,
                                    .path = walk_join(&scan->arena, node->path, (const char *)links->at[i].name.at) };
        if (scan->link_count++ == LINKS_MOST)
            log_warn("%s links to more than %d folders: the others are skipped; add them with `loophole library add`",
                     (const char *)scan->result.library.path.at, LINKS_MOST);
        if (scan->link_count <= LINKS_MOST && link->path[0])
            scan->links = link;
    }
}

/* ---- new trees ---- */

/* False: the folder is scanned already, or a library lies in it. persist ends the trees that lie in a new one, if they
 * are those of projects or of other links. */
static bool is_outside(const struct library_list *all, struct bytes target)
{
    for (uint32_t i = 0; i < all->count; i++) {
        const struct library *other = &all->at[i];
        bool ends = other->has_project || other->link.len;
        if (bytes_equal(other->path, target) || bytes_path_contains(other->path, target) ||
            (bytes_path_contains(target, other->path) && !ends))
            return false;
    }
    return true;
}

static enum err put_tree(struct scan *scan, const struct scan_link *link, const struct volume *volume,
                         struct fault *fault)
{
    struct id folder;
    enum err e = scan_writer_put_folders(&scan->writer, volume, link->target, &folder, fault);

    return e == ERR_OK
               ? scan_trees_add(scan, folder, volume->id, link->target, bytes_of(link->path, strlen(link->path)), fault)
               : e;
}

/* The link of a tree has disappeared, and another one leads to its folder. */
static enum err replace_link(struct scan *scan, const struct library_list *all, const struct scan_link *link,
                             struct fault *fault)
{
    struct done done = { 0 };

    for (uint32_t i = 0; i < all->count; i++) {
        struct persist_put_library put = { .library = all->at[i] };
        if (!bytes_equal(put.library.path, link->target) || !put.library.link.len ||
            scan_links_lead(scan, &put.library, link->target) != ERR_NOT_FOUND)
            continue;
        put.library.link = bytes_of(link->path, strlen(link->path));
        put.library.online = true;
        scan->result.trees++;
        return scan_writer_ask(&scan->writer, "persist.put_library", &put, &done, fault);
    }
    return ERR_OK;
}

static bool has_row(const struct scan *scan, const struct scan_link *link)
{
    const struct bytes path = bytes_of(link->path, strlen(link->path));

    for (uint32_t i = 0; i < scan->libraries.count; i++)
        if (bytes_equal(scan->libraries.at[i].path, link->target) && bytes_equal(scan->libraries.at[i].link, path))
            return true;
    return false;
}

/* The files of a folder whose volume cannot be known stay out of the catalogue. */
static enum err follow_link(struct scan *scan, const struct scan_link *link, struct fault *fault)
{
    const struct availability_find find = { .path = link->target };
    struct library_list all = { 0 };
    struct place_seen seen = { 0 };
    struct volume volume = { 0 };
    enum err e = ERR_OK;

    if (has_row(scan, link))
        return ERR_OK;
    e = catalogue_reader_libraries(scan->catalogue, &scan->arena, &all);
    if (e != ERR_OK)
        return fault_set(fault, e, "cannot read the libraries");
    if (!is_outside(&all, link->target))
        return naming_may_lead(&scan->rules, link->target) ? replace_link(scan, &all, link, fault) : ERR_OK;
    if (!naming_may_lead(&scan->rules, link->target)) {
        log_warn(
            "skipped a link that leads out of its library: %s; `loophole library add %s --follow-links` follows it",
            link->path, (const char *)scan->result.library.path.at);
        return ERR_OK;
    }
    e = scan_writer_look(&scan->writer, "availability.find", &find, &seen, fault);
    if (e == ERR_OK)
        codec_keep(&volume_shape, &seen.volume, &scan->arena, &volume);
    bool has_mount = scan_writer_has_mount(&volume, link->target);
    if (e == ERR_OK && seen.here && has_mount)
        return put_tree(scan, link, &volume, fault);
    log_info("the link %s is not followed: %s", link->path,
             e != ERR_OK  ? fault->what
             : !seen.here ? "its volume is away"
                          : "it leads to the second mount of a volume");
    *fault = (struct fault){ 0 };
    return errand_goes_on(&scan->errand) ? ERR_OK : ERR_TIMEOUT;
}

/* The folder of one link may lie in that of another: the outer one comes first. */
static int by_target(const void *a, const void *b)
{
    const struct scan_link *x = *(struct scan_link *const *)a, *y = *(struct scan_link *const *)b;
    int order = bytes_compare(x->target, y->target);

    return order ? order : strcmp(x->path, y->path);
}

/* True if this scan looks at the folder of the link, or at a folder above it. */
static bool is_looked_at(const struct scan *scan, struct bytes link)
{
    char folder[PATH_MAX];

    for (uint32_t i = 0; scan->order.targets && i < scan->order.target_count; i++)
        if (scan_target_path(scan, &scan->order.targets[i], folder) &&
            bytes_path_contains(bytes_of(folder, strlen(folder)), link))
            return true;
    return scan->order.targets == NULL;
}

/* Ok if the link of the tree is followed and leads to its path. The walk has met it, as a rule; else it may be gone. */
static enum err find_lead(struct scan *scan, const struct library *tree)
{
    if (!naming_may_lead(&scan->rules, tree->path))
        return ERR_NOT_FOUND;
    for (const struct scan_link *link = scan->links; link; link = link->next)
        if (bytes_equal(bytes_of(link->path, strlen(link->path)), tree->link))
            return !link->target.len ? link->failure : bytes_equal(link->target, tree->path) ? ERR_OK : ERR_NOT_FOUND;
    return scan_links_lead(scan, tree, tree->path);
}

/* Notes whether the link of any tree appeared, disappeared, or leads elsewhere. Then the trees are scanned,
 * and each scan finds whether its tree is here. */
static void look_at_trees(struct scan *scan)
{
    for (uint32_t i = 0; i < scan->libraries.count; i++) {
        const struct library *tree = &scan->libraries.at[i];
        if (!tree->link.len || !bytes_path_contains(scan->result.library.path, tree->link) ||
            !is_looked_at(scan, tree->link))
            continue;
        scan->result.links_moved |= find_lead(scan, tree) == (tree->online ? ERR_NOT_FOUND : ERR_OK);
    }
}

enum err scan_links_settle(struct scan *scan, struct fault *fault)
{
    struct scan_link **sorted = arena_array(&scan->arena, scan->link_count, sizeof(struct scan_link *));
    enum err e = ERR_OK;
    size_t count = 0;

    for (struct scan_link *link = scan->links; link; link = link->next) {
        link->failure =
            errand_goes_on(&scan->errand) ? resolve_link(&scan->arena, link->path, &link->target) : ERR_TIMEOUT;
        if (link->failure == ERR_OK)
            sorted[count++] = link;
    }
    look_at_trees(scan);
    if (count)
        qsort(sorted, count, sizeof(struct scan_link *), by_target);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = follow_link(scan, sorted[i], fault);
    return e;
}
