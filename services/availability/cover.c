#include "services/availability/cover.h"

#include <stdio.h>
#include <string.h>

#include "store/catalogue_path.h"

/* ---- a library of another volume ---- */

struct library_search {
    struct id volume;
    struct bytes path;
    bool is_found;
};

static bool is_at_or_below(struct bytes path, struct bytes folder)
{
    return bytes_equal(path, folder) || bytes_path_contains(folder, path);
}

static bool see_library(void *state, const struct library *library)
{
    struct library_search *search = state;

    search->is_found = id_equal(library->volume, search->volume) &&
                       (is_at_or_below(search->path, library->path) || is_at_or_below(library->path, search->path));
    return !search->is_found;
}

static bool has_library(struct store *store, struct id volume, const char *path)
{
    struct library_search search = { .volume = volume, .path = bytes_of(path, strlen(path)) };
    struct arena arena = { 0 };
    struct txn *txn;

    if (store_read(store, &txn, NULL) != ERR_OK)
        return false;
    (void)catalogue_each_library(txn, &arena, see_library, &search);
    txn_end(txn);
    arena_free(&arena);
    return search.is_found;
}

/* ---- mounts ---- */

/* The part of a path below a mount, without the slash. */
static const char *below_mount(const char *path, const struct mount *mount)
{
    const char *below = path + strlen(mount->line.target);

    return below + (*below == '/');
}

static const char *without_slash(const char *root)
{
    return root + (root[0] == '/');
}

/* The rest of `path` after `start`, which ends at a slash of it; NULL: the path begins otherwise. */
static const char *find_rest(const char *path, const char *start)
{
    size_t len = strlen(start);

    if (strncmp(path, start, len) != 0 || (len && path[len] && path[len] != '/'))
        return NULL;
    return path + len + (len && path[len] == '/');
}

/* True if the path leads to the same folder of one file system on both mounts. `outer` is above `inner`, or at its
 * place: so the path below `outer` is at least as long. */
static bool shows_same(const char *path, const struct mount *outer, const struct mount *inner)
{
    const char *inside = below_mount(path, inner), *outside = below_mount(path, outer);
    const char *inner_root = without_slash(inner->line.root), *outer_root = without_slash(outer->line.root);
    const char *rest;

    if (outer->line.device != inner->line.device || !(rest = find_rest(inner_root, outer_root)))
        return false;
    rest = find_rest(outside, rest);
    return rest && strcmp(rest, inside) == 0;
}

bool cover_other_path(const char *path, const struct mount *on, const struct mount *other, char to[PATH_MAX])
{
    const char *root = without_slash(on->line.root), *below = below_mount(path, on), *rest;
    const char *target = strcmp(other->line.target, "/") == 0 ? "" : other->line.target;
    char inner[2 * PATH_MAX];

    if (other == on || other->line.device != on->line.device || other->line.is_special || other->is_covered ||
        snprintf(inner, sizeof(inner), "%s%s%s", root, *root && *below ? "/" : "", below) >= (int)sizeof(inner) ||
        !(rest = find_rest(inner, without_slash(other->line.root))))
        return false;
    return snprintf(to, PATH_MAX, "%s%s%s", target, *rest || !*target ? "/" : "", rest) < PATH_MAX;
}

/* The mount on which the path lay earlier, if it is in the table still. */
static const struct mount *find_former(const struct mounts *mounts, const struct cover *cover)
{
    for (uint32_t i = 0; i < mounts->count; i++) {
        const struct mount_line *line = &mounts->at[i].line;
        if (&mounts->at[i] != cover->on && line->device == cover->device && strcmp(line->target, cover->mount) == 0)
            return &mounts->at[i];
    }
    return NULL;
}

static bool hides_former(const struct mounts *mounts, const struct cover *cover)
{
    const struct mount *former = find_former(mounts, cover);
    size_t len = strlen(cover->on->line.target), former_len = strlen(cover->mount);

    if (former_len == 0 || len < former_len || (former && shows_same(cover->path, former, cover->on)))
        return false;
    if (len > former_len)
        return true;
    return cover->on->line.device != cover->device && (former || strcmp(cover->on->found.identity, "root") != 0);
}

static bool hides_volume(const struct cover *cover)
{
    return cover->at && cover->on != cover->at && !shows_same(cover->path, cover->at, cover->on);
}

bool cover_hides(const struct mounts *mounts, struct store *store, const struct cover *cover)
{
    const struct volume *of = cover->of;

    if (cover->on->line.is_special || (of && id_equal(of->id, cover->volume->id) && !text_is(of->identity, "root")))
        return false;
    if (of && !id_equal(of->id, cover->volume->id) && has_library(store, of->id, cover->path))
        return true;
    return text_is(cover->volume->identity, "root") ? hides_former(mounts, cover) : hides_volume(cover);
}
