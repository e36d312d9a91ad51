#include "services/indexer/scan/known_path.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/naming/fold.h"
#include "common/process/stat_in_child.h"

/* A process of its own looks: the file system of another library may hang. */
static bool is_same_folder(const char *a, const char *b)
{
    struct stat x, y;
    int root = open("/", O_PATH | O_CLOEXEC);
    bool is_same = root >= 0 && stat_in_child(root, a, &x) == 0 && stat_in_child(root, b, &y) == 0 &&
                   x.st_dev == y.st_dev && x.st_ino == y.st_ino;

    if (root >= 0)
        close(root);
    return is_same;
}

/* True if a library that is here is at this path, around it, or in it. */
static bool is_related(const struct library_list *all, struct bytes path)
{
    for (uint32_t i = 0; i < all->count; i++) {
        const struct library *each = &all->at[i];
        if (each->online && (bytes_equal(each->path, path) || bytes_path_contains(each->path, path) ||
                             bytes_path_contains(path, each->path)))
            return true;
    }
    return false;
}

static bool is_same_word(const struct known_path_look *look, struct bytes path)
{
    return text_equal(fold_text(look->arena, text_of(look->path)),
                      fold_text(look->arena, text_of((const char *)path.at)));
}

const char *known_path_find(const struct known_path_look *look, const struct library_list *all)
{
    if (is_related(all, bytes_of(look->path, strlen(look->path))))
        return NULL;
    for (uint32_t i = 0; i < look->also.count; i++)
        if (is_related(all, look->also.at[i]) && is_same_folder(look->path, (const char *)look->also.at[i].at))
            return (const char *)look->also.at[i].at;
    for (uint32_t i = 0; i < all->count; i++)
        if (all->at[i].online && id_equal(all->at[i].volume, look->volume) && is_same_word(look, all->at[i].path) &&
            is_same_folder(look->path, (const char *)all->at[i].path.at))
            return (const char *)all->at[i].path.at;
    return NULL;
}
