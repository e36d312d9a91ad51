#include "services/project/library/library_change.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/deflate.h"
#include "store/pattern/message.h"

enum { NAMES_TRIED = 1000 };

struct plan {
    const struct pattern_library *library;
    const struct project_change_library *ask;
    struct arena *arena;
    struct library_step *step;
    struct fault *fault;
};

/* ---- texts ---- */

/* The part of a place before its last slash, and after it. */
static void split_place(struct text place, struct text *folder, struct text *name)
{
    const char *slash = place.len ? memrchr(place.at, '/', place.len) : NULL;
    const uint32_t len = slash ? (uint32_t)(slash - place.at) : 0;

    *folder = (struct text){ len, place.at };
    *name = slash ? (struct text){ place.len - len - 1, slash + 1 } : place;
}

static enum err read_pattern(struct plan *plan, const struct library_entry *entry, struct pattern_file *to)
{
    struct fault why = { 0 };
    struct text text;
    enum err e = library_need_text(plan->library, entry, plan->arena, &text, plan->fault);

    if (e != ERR_OK)
        return e;
    e = pattern_file_read(text, plan->arena, to, &why);
    if (e == ERR_OK)
        return ERR_OK;
    message_fault(MESSAGE_FILE_CORRUPT, entry->line.place, text_of(why.what), plan->fault);
    return plan->fault->code = e == ERR_VERSION ? e : plan->fault->code;
}

/* The text of a pattern under another name and in another folder; unknown keys stay. An empty name stays. */
static enum err rewrite_text(struct plan *plan, const struct library_entry *entry, struct text folder, struct text name,
                             struct text *to)
{
    struct pattern_file *file = arena_alloc(plan->arena, sizeof(*file));
    enum err e = read_pattern(plan, entry, file);

    if (e != ERR_OK)
        return e;
    if (name.len)
        file->pattern.metadata.name = name;
    if (folder.len && library_is_genre(folder))
        file->pattern.metadata.genre = folder;
    return pattern_file_text(file, plan->arena, to, plan->fault);
}

/* ---- changes of files ---- */

static bool is_there(const struct plan *plan, struct text path)
{
    char full[PATH_MAX + 800];

    (void)snprintf(full, sizeof(full), "%s/%.*s", plan->library->folder, TEXT_ARG(path));
    return access(full, F_OK) == 0;
}

static bool is_in_step(const struct plan *plan, struct text path)
{
    for (uint32_t i = 0; i < plan->step->count; i++)
        if (text_equal(plan->step->changes[i].path, path))
            return true;
    return false;
}

static enum err add_removal(struct plan *plan, struct text path)
{
    if (is_in_step(plan, path))
        return fault_set(plan->fault, ERR_BAD_REQUEST, "%.*s is named twice: name it once",
                         TEXT_ARG(library_place(plan->arena, path)));
    plan->step->changes[plan->step->count++] = (struct library_change){ .path = path, .removes = true };
    return ERR_OK;
}

static enum err refuse_taken_place(struct arena *arena, struct text path, struct fault *fault)
{
    message_fault(MESSAGE_FILE_EXISTS, library_place(arena, path), (struct text){ 0 }, fault);
    return fault_hint(fault, "delete, rename or archive one of them");
}

/* Refuses to replace a file that exists. */
static enum err add_new(struct plan *plan, struct text path, struct text text)
{
    if (is_in_step(plan, path) || is_there(plan, path))
        return refuse_taken_place(plan->arena, path, plan->fault);
    plan->step->changes[plan->step->count++] =
        (struct library_change){ .path = path, .after = bytes_of(text.at, text.len) };
    return ERR_OK;
}

/* ---- the verbs ---- */

typedef enum err verb_fn(struct plan *plan, const struct library_entry *entry);

static enum err plan_delete(struct plan *plan, const struct library_entry *entry)
{
    return add_removal(plan, entry->path);
}

static enum err put_elsewhere(struct plan *plan, const struct library_entry *entry, struct text folder,
                              struct text name, struct text new_name)
{
    struct text path, text;
    enum err e = library_path(plan->arena, folder, name, &path, plan->fault);

    if (e == ERR_OK)
        e = rewrite_text(plan, entry, folder, new_name, &text);
    return e == ERR_OK ? add_new(plan, path, text) : e;
}

static enum err plan_move(struct plan *plan, const struct library_entry *entry)
{
    struct text folder, name;
    enum err e;

    split_place(entry->line.place, &folder, &name);
    e = put_elsewhere(plan, entry, plan->ask->to, name, (struct text){ 0 });
    return e == ERR_OK ? add_removal(plan, entry->path) : e;
}

static enum err plan_rename(struct plan *plan, const struct library_entry *entry)
{
    struct text folder, name, other;
    enum err e;

    split_place(entry->line.place, &folder, &name);
    split_place(plan->ask->to, &other, &name);
    e = put_elsewhere(plan, entry, other.len ? other : folder, name, name);
    return e == ERR_OK ? add_removal(plan, entry->path) : e;
}

static enum err plan_copy(struct plan *plan, const struct library_entry *entry)
{
    struct text folder, name, other;

    split_place(entry->line.place, &folder, &name);
    split_place(plan->ask->to, &other, &name);
    return put_elsewhere(plan, entry, other.len ? other : folder, name, name);
}

/* The path without its ending: another program may have put a packed file there. */
static struct text cut_ending(struct text path)
{
    const struct text ending = text_ends(path, TEXT(".gz")) ? TEXT(".json.gz") : TEXT(".json");

    return (struct text){ path.len - ending.len, path.at };
}

static enum err plan_archive(struct plan *plan, const struct library_entry *entry)
{
    const struct text stem = cut_ending(entry->path);
    struct buffer packed = { 0 };
    struct text text, path;
    enum err e = library_need_text(plan->library, entry, plan->arena, &text, plan->fault);

    if (e == ERR_OK)
        deflate_pack(bytes_of(text.at, text.len), DEFLATE_GZIP, &packed);
    path = arena_printf(plan->arena, "archive/%.*s.json.gz", TEXT_ARG(stem));
    for (int n = 2; n < NAMES_TRIED && (is_in_step(plan, path) || is_there(plan, path)); n++)
        path = arena_printf(plan->arena, "archive/%.*s-%d.json.gz", TEXT_ARG(stem), n);
    if (e == ERR_OK)
        e = add_new(plan, path,
                    arena_text(plan->arena, (struct text){ (uint32_t)packed.len, (const char *)packed.at }));
    buffer_free(&packed);
    return e == ERR_OK ? add_removal(plan, entry->path) : e;
}

static enum err plan_unarchive(struct plan *plan, const struct library_entry *entry)
{
    const uint32_t start = (uint32_t)strlen("archive/");
    const bool packed = text_ends(entry->path, TEXT(".gz"));
    const struct text path =
        arena_text(plan->arena, (struct text){ entry->path.len - start - (packed ? 3 : 0), entry->path.at + start });
    struct text text;
    enum err e = library_need_text(plan->library, entry, plan->arena, &text, plan->fault);

    if (e == ERR_OK)
        e = add_new(plan, path, text);
    return e == ERR_OK ? add_removal(plan, entry->path) : e;
}

/* Exchanges only the contents: each place keeps its name and its genre. */
static enum err put_in_place_of(struct plan *plan, const struct library_entry *entry, const struct library_entry *other)
{
    struct text folder, name, text;
    enum err e;

    split_place(other->line.place, &folder, &name);
    e = rewrite_text(plan, entry, folder, other->line.name, &text);
    if (e == ERR_OK)
        plan->step->changes[plan->step->count++] =
            (struct library_change){ .path = other->path, .after = bytes_of(text.at, text.len) };
    return e;
}

static enum err plan_swap(struct plan *plan, const struct library_entry *entry)
{
    const struct library_entry *other;
    enum err e = library_find(plan->library, plan->ask->to, false, &other, plan->fault);

    if (e == ERR_OK && entry == other)
        e = message_fault(MESSAGE_BAD_NAME, plan->ask->to, (struct text){ 0 }, plan->fault);
    if (e == ERR_OK)
        e = put_in_place_of(plan, entry, other);
    return e == ERR_OK ? put_in_place_of(plan, other, entry) : e;
}

static const struct {
    verb_fn *plan;
    enum message said;
    bool needs_to, is_single;
} verbs[] = {
    [LIBRARY_VERB_DELETE] = { plan_delete, MESSAGE_FILES_DELETED, false, false },
    [LIBRARY_VERB_COPY] = { plan_copy, MESSAGE_FILES_COPIED, true, true },
    [LIBRARY_VERB_MOVE] = { plan_move, MESSAGE_FILES_MOVED, true, false },
    [LIBRARY_VERB_SWAP] = { plan_swap, MESSAGE_FILES_SWAPPED, true, true },
    [LIBRARY_VERB_RENAME] = { plan_rename, MESSAGE_FILES_RENAMED, true, true },
    [LIBRARY_VERB_ARCHIVE] = { plan_archive, MESSAGE_ARCHIVED, false, false },
    [LIBRARY_VERB_UNARCHIVE] = { plan_unarchive, MESSAGE_UNARCHIVED, false, false },
};

static enum err check_ask(const struct project_change_library *ask, struct fault *fault)
{
    if (ask->names.count == 0 || (verbs[ask->verb.value].needs_to && ask->to.len == 0))
        return message_fault(MESSAGE_NO_NAME, (struct text){ 0 }, (struct text){ 0 }, fault);
    if (verbs[ask->verb.value].is_single && ask->names.count > 1)
        return fault_set(fault, ERR_BAD_REQUEST, "%s takes one pattern, not %u",
                         choice_word(&library_verb_table, ask->verb.value), ask->names.count);
    return ERR_OK;
}

enum err library_plan(const struct pattern_library *library, const struct project_change_library *ask,
                      struct arena *arena, struct library_step *to, struct fault *fault)
{
    struct plan plan = { library, ask, arena, to, fault };
    const struct library_entry *entry = NULL;
    enum err e = check_ask(ask, fault);

    *to = (struct library_step){ .changes = arena_array(arena, 2 * ask->names.count + 2, sizeof(*to->changes)) };
    for (uint32_t i = 0; e == ERR_OK && i < ask->names.count; i++) {
        e = library_find(library, ask->names.at[i], ask->verb.value == LIBRARY_VERB_UNARCHIVE, &entry, fault);
        if (e == ERR_OK)
            e = verbs[ask->verb.value].plan(&plan, entry);
    }
    if (e == ERR_OK)
        to->said = message_text(verbs[ask->verb.value].said, arena,
                                ask->names.count == 1 ? entry->line.place
                                                      : arena_printf(arena, "%u patterns", ask->names.count),
                                verbs[ask->verb.value].needs_to ? ask->to : (struct text){ 0 });
    return e;
}

enum err library_plan_save(const struct pattern_library *library, struct pattern_file *file, struct text folder,
                           struct text name, struct arena *arena, struct library_step *to, struct fault *fault)
{
    const struct library_entry *other;
    struct text in, file_name, path, text;
    enum err e;

    split_place(name, &in, &file_name);
    in = in.len ? in : folder.len ? folder : TEXT("user");
    file_name = file_name.len ? file_name : file->pattern.metadata.name;
    e = library_path(arena, in, file_name, &path, fault);
    if (e != ERR_OK)
        return e;
    other = library_find_replaced(library, path, file_name);
    if (other)
        return refuse_taken_place(arena, other->path, fault);
    file->pattern.metadata.name = file_name;
    if (library_is_genre(in))
        file->pattern.metadata.genre = in;
    else if (file->pattern.metadata.genre.len == 0)
        file->pattern.metadata.genre = TEXT("user");
    e = pattern_file_text(file, arena, &text, fault);
    if (e != ERR_OK)
        return e;
    *to = (struct library_step){ .count = 1, .changes = arena_alloc(arena, sizeof(*to->changes)) };
    to->changes[0] = (struct library_change){ .path = path, .after = bytes_of(text.at, text.len) };
    to->said = message_text(MESSAGE_FILE_SAVED, arena, library_place(arena, path), (struct text){ 0 });
    return ERR_OK;
}
