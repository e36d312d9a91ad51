/* Finds the files of the library, and keeps what it read of each until the file changes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "proto/wire/codec.h"
#include "services/project/base/file_io.h"
#include "services/project/library/library.h"
#include "services/project/pattern/slot_parse.h"
#include "store/pattern/pattern_check.h"

struct library_file {
    struct text path;
    int64_t changed;
    uint64_t inode, size;
};

struct library_view {
    struct pattern_library *library;
    struct arena arena;
    struct library_file *files;
    uint32_t count;
    enum err e;
    struct fault *fault;
};

/* ---- walking ---- */

static bool is_pattern_file(const char *entry)
{
    const struct text name = text_of(entry);

    return name.at[0] != '.' && (text_ends(name, TEXT(".json")) || text_ends(name, TEXT(".json.gz")));
}

/* The first look removes temporary files that a death left: under the lock no thread writes. A file in the place of a
 * folder has no patterns. */
static DIR *open_folder(struct library_view *look, const char *folder)
{
    char path[PATH_MAX + 800];
    DIR *directory;

    (void)snprintf(path, sizeof(path), "%s/%s", look->library->folder, folder);
    if (!look->library->is_swept)
        file_io_sweep(opendir(path), INT64_MAX);
    directory = opendir(path);
    if (!directory && errno != ENOENT && errno != ENOTDIR && look->e == ERR_OK)
        look->e = fault_errno(look->fault, errno == EACCES ? ERR_DENIED : ERR_IO, errno, "%.150s cannot be read", path);
    return directory;
}

static void close_folder(DIR *directory)
{
    if (directory)
        (void)closedir(directory);
}

static void see_file(struct library_view *look, DIR *directory, const char *folder, const char *name)
{
    struct stat stat;

    if (look->count == LIBRARY_FILES || !text_is_utf8(text_of(name)) ||
        fstatat(dirfd(directory), name, &stat, 0) != 0 || !S_ISREG(stat.st_mode))
        return;
    look->files[look->count++] = (struct library_file){
        .path = arena_printf(&look->arena, "%s/%s", folder, name),
        .changed = (int64_t)stat.st_mtim.tv_sec * 1000000000 + stat.st_mtim.tv_nsec,
        .inode = stat.st_ino,
        .size = (uint64_t)stat.st_size,
    };
}

static void see_folder(struct library_view *look, const char *folder)
{
    DIR *directory = open_folder(look, folder);
    struct dirent *entry;

    while (directory && (entry = readdir(directory)))
        if (is_pattern_file(entry->d_name))
            see_file(look, directory, folder, entry->d_name);
    close_folder(directory);
}

static void see_genres(struct library_view *look, const char *folder)
{
    DIR *directory = open_folder(look, folder);
    struct dirent *entry;
    char genre[PATH_MAX];

    while (directory && (entry = readdir(directory))) {
        if (entry->d_name[0] == '.' || !text_is_utf8(text_of(entry->d_name)))
            continue;
        (void)snprintf(genre, sizeof(genre), "%.300s/%.255s", folder, entry->d_name);
        see_folder(look, genre);
    }
    close_folder(directory);
}

static int order_paths(const void *a, const void *b)
{
    return strcmp(((const struct library_file *)a)->path.at, ((const struct library_file *)b)->path.at);
}

/* ---- reading ---- */

static void copy_line(struct arena *arena, const struct library_pattern *from, struct library_pattern *to)
{
    (void)codec_copy(&library_pattern_shape, from, arena, to);
}

static void fill_line(struct arena *arena, const struct pattern *pattern, struct library_entry *to)
{
    const struct library_pattern line = {
        .place = to->line.place,
        .archived = to->line.archived,
        .name = pattern->metadata.name.len ? pattern->metadata.name : to->line.name,
        .genre = pattern->metadata.genre,
        .tags = pattern->metadata.tags,
        .bpm = pattern->sequencer.has_bpm ? pattern->sequencer.bpm : 0,
        .steps = pattern_steps(pattern),
        .time = pattern->timestamp > 0 ? pattern->timestamp : to->line.time,
        .size = to->line.size,
    };

    copy_line(arena, &line, &to->line);
    rhythm_of(pattern, &to->rhythm);
}

/* A file that cannot be read is listed with the reason. */
static void read_entry(struct pattern_library *library, const struct library_file *seen, struct arena *arena,
                       struct library_entry *to)
{
    struct arena own = { 0 };
    struct pattern_file *file = alloc_zeroed(1, sizeof(*file));
    struct fault fault = { 0 };
    struct text text;
    const char *slash;
    enum err e;

    *to =
        (struct library_entry){ .path = arena_text(arena, seen->path), .changed = seen->changed, .inode = seen->inode };
    to->line.place = library_place(arena, seen->path);
    to->line.archived = library_is_archived(seen->path);
    to->line.size = seen->size;
    to->line.time = (double)seen->changed / 1e9;
    slash = memrchr(to->line.place.at, '/', to->line.place.len);
    to->line.name = slash ? text_of(slash + 1) : to->line.place;
    e = library_text(library, to, &own, &text, &fault);
    if (e == ERR_OK)
        e = slot_parse(library->hand, to->path.at, text, &own, file, &fault);
    if (e == ERR_OK)
        fill_line(arena, &file->pattern, to);
    else
        to->line.trouble = arena_text(arena, text_of(fault.what));
    free(file);
    arena_free(&own);
    library_go_on(library);
}

static bool is_entry_unchanged(const struct library_entry *entry, const struct library_file *seen)
{
    return entry->changed == seen->changed && entry->inode == seen->inode && entry->line.size == seen->size &&
           text_equal(entry->path, seen->path);
}

static bool is_all_same(const struct pattern_library *library, const struct library_view *look)
{
    if (library->count != look->count)
        return false;
    for (uint32_t i = 0; i < look->count; i++)
        if (!is_entry_unchanged(&library->entries[i], &look->files[i]))
            return false;
    return true;
}

static void keep_entry(struct arena *arena, const struct library_entry *from, struct library_entry *to)
{
    *to = *from;
    to->path = arena_text(arena, from->path);
    copy_line(arena, &from->line, &to->line);
}

/* Both lists are by path. */
static void renew_entries(struct pattern_library *library, const struct library_view *look)
{
    struct arena arena = { 0 };
    struct library_entry *entries = arena_array(&arena, look->count + 1, sizeof(*entries));
    uint32_t old = 0;

    for (uint32_t i = 0; i < look->count; i++) {
        const struct library_file *seen = &look->files[i];

        while (old < library->count && strcmp(library->entries[old].path.at, seen->path.at) < 0)
            old++;
        if (old < library->count && is_entry_unchanged(&library->entries[old], seen))
            keep_entry(&arena, &library->entries[old], &entries[i]);
        else
            read_entry(library, seen, &arena, &entries[i]);
    }
    arena_free(&library->arena);
    library->arena = arena;
    library->entries = entries;
    library->count = look->count;
}

enum err library_look(struct pattern_library *library, struct fault *fault)
{
    struct library_view look = { .library = library, .fault = fault };

    look.files = arena_array(&look.arena, LIBRARY_FILES, sizeof(*look.files));
    see_folder(&look, "user");
    see_folder(&look, "templates");
    see_genres(&look, "library/genre");
    see_folder(&look, "archive/user");
    see_folder(&look, "archive/templates");
    see_genres(&look, "archive/library/genre");
    if (!library->is_swept)
        close_folder(open_folder(&look, ".steps"));
    library->is_swept = true;
    qsort(look.files, look.count, sizeof(*look.files), order_paths);
    if (look.e == ERR_OK && !is_all_same(library, &look))
        renew_entries(library, &look);
    arena_free(&look.arena);
    return look.e;
}
