#include "services/project/library/library.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "common/naming/safe_names.h"
#include "proto/wire/codec_copy.h"
#include "services/project/base/file_io.h"
#include "services/project/parts/kinds.h"
#include "services/project/pattern/slot_parse.h"
#include "store/pattern/gzip.h"
#include "store/pattern/message.h"
#include "store/pattern/pattern_check.h"

enum { GENRE_BYTES = 64 }; /* as a pattern's own genre allows */
enum { LOCK_LOOK_US = 100000 };
static const char genres[] = "library/genre/", archive[] = "archive/";

struct pattern_library *library_new(const char *data)
{
    struct pattern_library *library = alloc_zeroed(1, sizeof(*library));

    (void)snprintf(library->folder, sizeof(library->folder), "%.4000s/patterns", data);
    (void)pthread_mutex_init(&library->lock, NULL);
    return library;
}

enum err library_refuse_silent(struct fault *fault)
{
    return fault_set(fault, ERR_TIMEOUT, "the disk of the library of patterns does not answer");
}

static bool try_lock(struct pattern_library *library)
{
    const struct timespec until = clock_timespec(clock_steady() + LOCK_LOOK_US);

    return pthread_mutex_clocklock(&library->lock, CLOCK_MONOTONIC, &until) == 0;
}

/* A thread that waits for the lock makes progress: it does not wait for the disk. */
enum err library_lock(struct pattern_library *library, struct errand *errand, struct in_hand *hand, struct fault *fault)
{
    const usec_t until = clock_steady() + LIBRARY_LOCK_S * 1000000;

    do {
        if (try_lock(library)) {
            library->errand = errand;
            library->hand = hand;
            return ERR_OK;
        }
        if (!errand_goes_on(errand))
            return fault_set(fault, ERR_OFFLINE, "the service is stopping");
    } while (clock_steady() < until);
    if (atomic_load(&library->is_silent))
        return library_refuse_silent(fault);
    fault_set(fault, ERR_BUSY, "another ask has used the library of patterns for %d s", LIBRARY_LOCK_S);
    return fault_hint(fault, "ask again later"), ERR_BUSY;
}

void library_unlock(struct pattern_library *library)
{
    atomic_store(&library->is_silent, false);
    library->errand = NULL;
    (void)pthread_mutex_unlock(&library->lock);
}

void library_go_on(const struct pattern_library *library)
{
    (void)errand_goes_on(library->errand); /* what has begun is finished */
}

/* ---- names ---- */

static struct text cut_start(struct text from, const char *start)
{
    const uint32_t len = (uint32_t)strlen(start);

    return text_starts(from, text_of(start)) ? (struct text){ from.len - len, from.at + len } : from;
}

static struct text cut_end(struct text from, const char *end)
{
    const struct text ending = text_of(end);

    return (struct text){ from.len - (text_ends(from, ending) ? ending.len : 0), from.at };
}

struct text library_place(struct arena *arena, struct text path)
{
    return arena_text(arena, cut_end(cut_end(cut_start(cut_start(path, archive), genres), ".gz"), ".json"));
}

static bool library_is_archived(struct text path)
{
    return text_starts(path, text_of(archive));
}

bool library_is_genre(struct text folder)
{
    return !text_is(folder, "user") && !text_is(folder, "templates");
}

enum err library_path(struct arena *arena, struct text folder, struct text name, struct text *to, struct fault *fault)
{
    char in[SAFE_NAME_SIZE], file[SAFE_NAME_SIZE];

    if (name.len == 0)
        return message_fault(MESSAGE_NO_NAME, name, name, fault);
    if (kinds_check_pattern_name(name, fault) != ERR_OK)
        return ERR_BAD_REQUEST;
    if (folder.len > GENRE_BYTES)
        return message_fault(MESSAGE_BAD_NAME, folder, (struct text){ 0 }, fault);
    if (kinds_check_pattern_name(folder, fault) != ERR_OK)
        return ERR_BAD_REQUEST;
    safe_name_write(folder, in);
    safe_name_write(name, file);
    *to = arena_printf(arena, "%s%s/%s.json", library_is_genre(folder) ? genres : "", in, file);
    return ERR_OK;
}

/* ---- finding ---- */

static bool is_entry_named(const struct library_entry *entry, struct text named)
{
    const char *slash = memrchr(entry->line.place.at, '/', entry->line.place.len);
    const uint32_t from = slash ? (uint32_t)(slash + 1 - entry->line.place.at) : 0;

    return text_equal(entry->line.name, named) ||
           text_equal((struct text){ entry->line.place.len - from, entry->line.place.at + from }, named);
}

const struct library_entry *library_find_replaced(const struct pattern_library *library, struct text path,
                                                  struct text name)
{
    for (uint32_t i = 0; i < library->count; i++) {
        const struct library_entry *entry = &library->entries[i];
        if (text_equal_caseless(entry->path, path) && !(text_equal(entry->path, path) && is_entry_named(entry, name)))
            return entry;
    }
    return NULL;
}

enum err library_find(const struct pattern_library *library, struct text named, bool archived,
                      const struct library_entry **to, struct fault *fault)
{
    const struct library_entry *found = NULL;

    if (named.len == 0)
        return message_fault(MESSAGE_NO_NAME, named, named, fault);
    for (uint32_t i = 0; i < library->count; i++)
        if (library->entries[i].line.archived == archived && text_equal(library->entries[i].line.place, named))
            return *to = &library->entries[i], ERR_OK;
    for (uint32_t i = 0; i < library->count; i++) {
        const struct library_entry *entry = &library->entries[i];

        if (entry->line.archived != archived || !is_entry_named(entry, named))
            continue;
        if (found) {
            message_fault(MESSAGE_SEVERAL_FILES, named, found->line.place, fault);
            return fault_hint(fault, "name one by its place: %.*s, %.*s", TEXT_ARG(found->line.place),
                              TEXT_ARG(entry->line.place)),
                   fault->code;
        }
        found = entry;
    }
    *to = found;
    return found ? ERR_OK : message_fault(MESSAGE_NO_FILE, named, (struct text){ 0 }, fault);
}

/* The text of an entry, unpacked, in the arena. Errors (explained): not_found, io. */
static enum err library_text(const struct pattern_library *library, const struct library_entry *entry,
                             struct arena *arena, struct text *to, struct fault *fault)
{
    char path[PATH_MAX + 800];
    struct buffer bytes = { 0 };
    enum err e;

    (void)snprintf(path, sizeof(path), "%s/%.*s", library->folder, TEXT_ARG(entry->path));
    e = gzip_read_file(path, PATTERN_FILE_BYTES, &bytes, fault);
    if (e == ERR_OK)
        *to = arena_text(arena, (struct text){ (uint32_t)bytes.len, (const char *)bytes.at });
    buffer_free(&bytes);
    return e;
}

enum err library_need_text(const struct pattern_library *library, const struct library_entry *entry,
                           struct arena *arena, struct text *to, struct fault *fault)
{
    struct fault why = { 0 };
    enum err e = library_text(library, entry, arena, to, &why);

    if (e == ERR_OK)
        return e;
    message_fault(e == ERR_BAD_REQUEST ? MESSAGE_FILE_CORRUPT : MESSAGE_FILE_UNREADABLE, entry->line.place,
                  text_of(why.what), fault);
    return fault->code = e;
}

/* ---- the list of files; an entry stays until its file changes ---- */

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
