#include "services/indexer/scan/renamed.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "services/indexer/scan/settle.h"

enum { SAMPLES = 32 /* files that are compared to recognise a renamed library */, SAMPLE_DEPTH = 64 };

bool renamed_is_gone(struct bytes path)
{
    char name[PATH_MAX];
    struct stat st;

    return bytes_copy(name, sizeof(name), path) && lstat(name, &st) != 0 && errno == ENOENT;
}

/* A sample of a library's files, and the number of them that exist at the same place below another folder. */
struct sampling {
    const struct renamed_look *look;
    char folder[PATH_MAX]; /* the folder that is compared, below the other folder */
    struct {
        char name[NAME_MAX + 1];
        struct trace trace;
    } files[SAMPLES]; /* of that folder */
    uint32_t listed, looked, same;
};

/* Only lists the file, because it runs in a transaction and a file system may hang. */
static bool list_file(void *state, struct bytes file, const struct kept_place *place)
{
    struct sampling *sampling = state;
    const struct trace trace = { .inode = place->inode, .size = place->size, .mtime = place->mtime };

    if (place->inode && bytes_copy(sampling->files[sampling->listed].name, NAME_MAX + 1, file))
        sampling->files[sampling->listed++].trace = trace;
    return sampling->looked + sampling->listed < SAMPLES;
}

static void look_at_listed(struct sampling *sampling)
{
    char path[PATH_MAX + NAME_MAX + 2];
    struct stat st;

    for (uint32_t i = 0; i < sampling->listed; i++) {
        const struct trace *trace = &sampling->files[i].trace;
        snprintf(path, sizeof(path), "%s/%s", sampling->folder, sampling->files[i].name);
        sampling->same += lstat(path, &st) == 0 && st.st_ino == trace->inode && (uint64_t)st.st_size == trace->size &&
                          clock_usec(st.st_mtim) == trace->mtime;
    }
    sampling->looked += sampling->listed;
    sampling->listed = 0;
}

/* Compares files of the folder `id`, and of folders below it, until it has compared SAMPLES files. */
static enum err look_at_folder(struct sampling *sampling, struct id id, int depth)
{
    const struct renamed_look *look = sampling->look;
    struct folder_list below = { 0 };
    const size_t len = strlen(sampling->folder);
    enum err e = catalogue_reader_places(look->catalogue, id, list_file, sampling);

    look_at_listed(sampling);
    if (e == ERR_OK && depth < SAMPLE_DEPTH)
        e = catalogue_reader_subfolders(look->catalogue, look->arena, id, &below);
    for (uint32_t i = 0; e == ERR_OK && i < below.count && sampling->looked < SAMPLES; i++) {
        const struct bytes name = below.at[i].name;
        if (len + name.len + 2 > sizeof(sampling->folder) || !errand_goes_on(look->errand))
            break;
        snprintf(sampling->folder + len, sizeof(sampling->folder) - len, "/%.*s", (int)name.len, (const char *)name.at);
        e = look_at_folder(sampling, below.at[i].id, depth + 1);
        sampling->folder[len] = '\0';
    }
    return e;
}

bool renamed_has_files_of(const struct renamed_look *look, struct id library)
{
    struct sampling sampling = { .look = look };

    snprintf(sampling.folder, sizeof(sampling.folder), "%s", look->path);
    return look_at_folder(&sampling, library, 0) == ERR_OK && sampling.looked > 0 && sampling.same == sampling.looked;
}
