#include "services/project/library/library_step.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process/log.h"
#include "services/project/library/library_state.h"
#include "store/pattern/message.h"

/* ---- the files of a step ---- */

/* One file of a step: what it was before and is after; each may be absent. */
struct changed {
    struct text path;
    bool was, is;
};

static enum err read_step(const struct pattern_library *library, int64_t number, struct arena *arena,
                          struct changed **to, uint32_t *count, struct fault *fault)
{
    char path[LIBRARY_PATH];
    struct tree step;
    const struct tree *files;
    enum err e = library_state_tree(library_state_path(library, number, "step.json", path), arena, &step, fault);

    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? fault_set(fault, ERR_IO, "%.150s is gone", path) : e;
    files = tree_get(&step, "files");
    *count = files && files->type == TREE_LIST ? files->count : 0;
    *to = arena_array(arena, *count + 1, sizeof(**to));
    for (uint32_t i = 0; i < *count; i++) {
        const struct tree *file = &files->members[i].value;

        (*to)[i] =
            (struct changed){ tree_text(file, "path"), tree_bool(file, "was", false), tree_bool(file, "is", false) };
    }
    return ERR_OK;
}

static enum err read_side(const struct pattern_library *library, int64_t step, uint32_t index, bool after,
                          struct buffer *to, struct fault *fault)
{
    char path[LIBRARY_PATH], name[32];

    (void)snprintf(name, sizeof(name), "%u.%s", index, after ? "new" : "old");
    return file_read_all(library_state_path(library, step, name, path), PATTERN_FILE_BYTES, to, fault);
}

static const char *name_target(const struct pattern_library *library, struct text path, char to[LIBRARY_PATH])
{
    (void)snprintf(to, LIBRARY_PATH, "%s/%.*s", library->folder, TEXT_ARG(path));
    return to;
}

static enum err make_folder_of(const char *path, struct fault *fault)
{
    char folder[LIBRARY_PATH];

    (void)snprintf(folder, sizeof(folder), "%s", path);
    *strrchr(folder, '/') = '\0';
    return file_make_dirs(folder, 0755, fault);
}

/* What it leads to may be on another disk. */
static bool is_link(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static enum err put_file(const struct pattern_library *library, int64_t step, uint32_t index,
                         const struct changed *file, bool after, bool soon, struct fault *fault)
{
    char path[LIBRARY_PATH];
    struct buffer bytes = { 0 };
    enum err e = ERR_OK;

    (void)name_target(library, file->path, path);
    if (!(after ? file->is : file->was))
        return unlink(path) == 0 || errno == ENOENT
                   ? ERR_OK
                   : fault_errno(fault, file_err(errno), errno, "%.150s cannot be removed", path);
    e = read_side(library, step, index, after, &bytes, fault);
    if (e == ERR_OK)
        e = make_folder_of(path, fault);
    if (e == ERR_OK)
        e = soon && !is_link(path) ? file_write_soon(path, buffer_bytes(&bytes), 0644, fault)
                                   : file_write_through(path, buffer_bytes(&bytes), 0644, fault);
    buffer_free(&bytes);
    return e;
}

static enum err sync_removed(const struct pattern_library *library, const struct changed *files, uint32_t count,
                             bool after, struct fault *fault)
{
    char path[LIBRARY_PATH];
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < count; i++) {
        if (after ? files[i].is : files[i].was)
            continue;
        (void)name_target(library, files[i].path, path);
        *strrchr(path, '/') = '\0';
        e = file_sync(path, fault);
        e = e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    return e;
}

/* Brings all files of a step to one side, durably. Doing it again changes nothing. */
static enum err put_files(const struct pattern_library *library, int64_t step, bool after, struct fault *fault)
{
    struct arena arena = { 0 };
    struct changed *files;
    uint32_t count = 0;
    const int disk = file_open_disk(library->folder);
    enum err e = read_step(library, step, &arena, &files, &count, fault);

    for (uint32_t i = 0; e == ERR_OK && i < count; i++) {
        e = put_file(library, step, i, &files[i], after, disk >= 0, fault);
        library_go_on(library);
    }
    if (e == ERR_OK)
        e = disk >= 0 ? file_sync_disk(disk, fault) : sync_removed(library, files, count, after, fault);
    if (disk >= 0)
        (void)close(disk);
    arena_free(&arena);
    return e;
}

/* The current file is what the step left there. */
static bool is_as_left(const struct pattern_library *library, int64_t step, uint32_t index, const struct changed *file,
                       bool after)
{
    char path[LIBRARY_PATH];
    struct buffer present = { 0 }, left = { 0 };
    struct fault unused = { 0 };
    const enum err e = file_read_all(name_target(library, file->path, path), PATTERN_FILE_BYTES, &present, &unused);
    bool same;

    if (after ? file->is : file->was)
        same = e == ERR_OK && read_side(library, step, index, after, &left, &unused) == ERR_OK &&
               left.len == present.len && memcmp(left.at, present.at, left.len) == 0;
    else
        same = e == ERR_NOT_FOUND;
    buffer_free(&present);
    buffer_free(&left);
    return same;
}

static enum err check_as_left(const struct pattern_library *library, int64_t step, bool after, struct fault *fault)
{
    struct arena arena = { 0 };
    struct changed *files;
    uint32_t count = 0;
    enum err e = read_step(library, step, &arena, &files, &count, fault);

    for (uint32_t i = 0; e == ERR_OK && i < count; i++) {
        if (!is_as_left(library, step, i, &files[i], after))
            e = message_fault(MESSAGE_FILE_CHANGED, library_place(&arena, files[i].path), (struct text){ 0 }, fault);
        library_go_on(library);
    }
    arena_free(&arena);
    return e;
}

/* ---- staging ---- */

static void remove_step(const struct pattern_library *library, int64_t number)
{
    char path[LIBRARY_PATH];
    DIR *directory = opendir(library_state_path(library, number, "", path));
    struct dirent *entry;

    while (directory && (entry = readdir(directory)))
        if (entry->d_name[0] != '.' || strncmp(entry->d_name, ".loophole-", 10) == 0)
            (void)unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory)
        (void)closedir(directory);
    (void)rmdir(path);
}

static enum err stage_file(const struct pattern_library *library, int64_t step, uint32_t index,
                           const struct library_change *change, struct changed *to, struct fault *fault)
{
    char path[LIBRARY_PATH], name[32];
    struct buffer present = { 0 };
    enum err e = file_read_all(name_target(library, change->path, path), PATTERN_FILE_BYTES, &present, fault);

    *to = (struct changed){ change->path, e == ERR_OK, !change->removes };
    (void)snprintf(name, sizeof(name), "%u.old", index);
    if (e == ERR_OK)
        e = file_write_soon(library_state_path(library, step, name, path), buffer_bytes(&present), 0644, fault);
    else if (e == ERR_NOT_FOUND)
        e = ERR_OK;
    (void)snprintf(name, sizeof(name), "%u.new", index);
    if (e == ERR_OK && !change->removes)
        e = file_write_soon(library_state_path(library, step, name, path), change->after, 0644, fault);
    buffer_free(&present);
    return e;
}

static struct text step_text(struct arena *arena, struct text said, const struct changed *files, uint32_t count)
{
    struct tree step = { .type = TREE_OBJECT }, list = { .type = TREE_LIST };

    for (uint32_t i = 0; i < count; i++) {
        struct tree file = { .type = TREE_OBJECT };

        tree_set(&file, arena, "path", tree_of_text(files[i].path));
        tree_set(&file, arena, "was", tree_of_bool(files[i].was));
        tree_set(&file, arena, "is", tree_of_bool(files[i].is));
        tree_add(&list, arena, file);
    }
    tree_set(&step, arena, "said", tree_of_text(said));
    tree_set(&step, arena, "files", list);
    return tree_canonical(&step, arena);
}

static enum err sync_stage(const struct pattern_library *library, int64_t step, uint32_t count, struct fault *fault)
{
    char path[LIBRARY_PATH], name[32];
    const int disk = file_open_disk(library->folder);
    enum err e = disk >= 0 ? file_sync_disk(disk, fault) : ERR_OK;

    for (uint32_t i = 0; disk < 0 && e == ERR_OK && i < 2 * count; i++) {
        (void)snprintf(name, sizeof(name), "%u.%s", i / 2, i % 2 ? "new" : "old");
        e = file_sync(library_state_path(library, step, name, path), fault);
        e = e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    if (disk >= 0)
        (void)close(disk);
    return e;
}

static enum err stage_step(const struct pattern_library *library, int64_t number, const struct library_step *step,
                           struct fault *fault)
{
    char path[LIBRARY_PATH];
    struct arena arena = { 0 };
    struct changed *files = arena_array(&arena, step->count + 1, sizeof(*files));
    struct text text;
    enum err e;

    remove_step(library, number);
    e = file_make_dirs(library_state_path(library, number, "", path), 0700, fault);
    for (uint32_t i = 0; e == ERR_OK && i < step->count; i++) {
        e = stage_file(library, number, i, &step->changes[i], &files[i], fault);
        library_go_on(library);
    }
    if (e == ERR_OK)
        e = sync_stage(library, number, step->count, fault);
    if (e == ERR_OK) {
        text = step_text(&arena, step->said, files, step->count);
        e = file_write_atomic(library_state_path(library, number, "step.json", path), bytes_of(text.at, text.len), 0644,
                              fault);
    }
    arena_free(&arena);
    return e;
}

/* ---- going ---- */

static enum err finish_step(const struct pattern_library *library, struct step_state *steps, struct fault *fault)
{
    const bool forward = steps->going > steps->at;
    enum err e = put_files(library, forward ? steps->going : steps->at, forward, fault);

    if (e != ERR_OK)
        return e;
    steps->at = steps->going;
    return library_state_write(library, steps, fault);
}

enum err library_recover(struct pattern_library *library, struct fault *fault)
{
    struct step_state steps = { 0 };
    enum err e = library_state_read(library, &steps, fault);

    if (e == ERR_OK && steps.going != steps.at) {
        e = finish_step(library, &steps, fault);
        if (e == ERR_OK)
            log_info("a change of the library of patterns that was interrupted is complete");
    }
    arena_free(&steps.arena);
    return e;
}

/* After a failure, such as a full disk, undoes the part of the step that was done. If that fails too, the next ask
 * completes the step. */
static void turn_back(const struct pattern_library *library, struct step_state *steps, struct tree done)
{
    struct fault fault = { 0 };
    const bool forward = steps->going > steps->at;

    if (steps->going == steps->at || put_files(library, forward ? steps->going : steps->at, !forward, &fault) != ERR_OK)
        return;
    steps->going = steps->at;
    steps->done = done;
    if (library_state_write(library, steps, &fault) != ERR_OK)
        log_fault("a change of the library of patterns is still to be undone", &fault);
}

static enum err go_to(const struct pattern_library *library, struct step_state *steps, int64_t to,
                      const struct sender *sender, struct text said, struct fault *fault)
{
    const struct tree done = steps->done;
    enum err e;

    steps->going = to;
    library_state_note(steps, sender, said);
    e = library_state_write(library, steps, fault);
    if (e == ERR_OK)
        e = finish_step(library, steps, fault);
    if (e != ERR_OK)
        turn_back(library, steps, done);
    return e;
}

/* A new step takes the number of one that was undone. */
static enum err forget_undone(const struct pattern_library *library, struct step_state *steps, struct fault *fault)
{
    const int64_t undone = steps->top;
    enum err e = ERR_OK;

    if (undone == steps->at)
        return ERR_OK;
    steps->top = steps->at;
    e = library_state_write(library, steps, fault);
    for (int64_t i = steps->top + 1; e == ERR_OK && i <= undone; i++)
        remove_step(library, i);
    return e;
}

enum err library_do(struct pattern_library *library, const struct library_step *step, struct fault *fault)
{
    struct step_state steps = { 0 };
    enum err e = library_state_read(library, &steps, fault);

    if (e == ERR_OK)
        e = forget_undone(library, &steps, fault);
    if (e == ERR_OK)
        e = stage_step(library, steps.at + 1, step, fault);
    if (e == ERR_OK) {
        steps.top = steps.at + 1;
        e = go_to(library, &steps, steps.top, &step->sender, step->said, fault);
        if (e == ERR_OK && steps.top > LIBRARY_STEPS)
            remove_step(library, steps.top - LIBRARY_STEPS);
        if (e != ERR_OK && steps.going == steps.at) /* it was undone: a redo must not do it */
            (void)forget_undone(library, &steps, &(struct fault){ 0 });
    }
    arena_free(&steps.arena);
    return e;
}

static struct text said_of(const struct pattern_library *library, int64_t number, struct arena *arena)
{
    static const char mark[] = "[PATTERN] ";
    char path[LIBRARY_PATH];
    struct tree step = { .type = TREE_OBJECT };
    struct text said;

    (void)library_state_tree(library_state_path(library, number, "step.json", path), arena, &step,
                             &(struct fault){ 0 });
    said = tree_text(&step, "said");
    if (text_starts(said, text_of(mark)))
        said = (struct text){ said.len - (uint32_t)strlen(mark), said.at + strlen(mark) };
    return said;
}

static bool is_kept(const struct pattern_library *library, int64_t number)
{
    char path[LIBRARY_PATH];

    return number >= 1 && access(library_state_path(library, number, "step.json", path), F_OK) == 0;
}

enum err library_undo(struct pattern_library *library, bool again, const struct sender *sender, struct arena *arena,
                      struct text *said, struct fault *fault)
{
    struct step_state steps = { 0 };
    enum err e = library_state_read(library, &steps, fault);
    const int64_t number = again ? steps.at + 1 : steps.at;

    if (e == ERR_OK && (number > steps.top || !is_kept(library, number)))
        e = message_fault(MESSAGE_NO_STEP, (struct text){ 0 }, (struct text){ 0 }, fault);
    if (e == ERR_OK)
        e = check_as_left(library, number, !again, fault);
    if (e == ERR_OK) {
        *said = message_text(again ? MESSAGE_REDONE : MESSAGE_UNDONE, arena, said_of(library, number, arena),
                             (struct text){ 0 });
        e = go_to(library, &steps, again ? number : number - 1, sender, *said, fault);
    }
    arena_free(&steps.arena);
    return e;
}
