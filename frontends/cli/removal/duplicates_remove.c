/* duplicates_remove.c: the command duplicates remove. The order is: the kept items get what a person said of
 * the others; then each file is compared and moved, after a line in the journal; then the items of the moved files are
 * forgotten, in the same step of undo. So a kill at any moment loses neither a file nor a tag. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/id_table.h"
#include "frontends/cli/base/change.h"
#include "frontends/cli/base/human.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/removal/duplicates_restore.h"
#include "frontends/cli/removal/removal_commands.h"
#include "frontends/cli/removal/removal_journal.h"
#include "frontends/cli/removal/removal_merge.h"
#include "frontends/cli/removal/removal_move.h"
#include "proto/wire/codec_copy.h"
#include "schema_indexer.h"

enum {
    PAGE = 100,
    INSIDE_PAGE = 1000,
    LONG_MS = 600000,
    MOST = 4000 /* of one apply */
};

struct removing {
    struct cli *cli;
    struct id run;
    struct text folder; /* empty: the trash */
    struct libraries libraries;
    struct id_table inside;
    struct arena arena; /* of a page */
    uint32_t count, room, most;
    struct removal_line *each;
    struct edit_list merges;
    uint32_t merge_room;
    uint64_t moved, bytes, refused;
    struct id *gone; /* moved */
};

/* ---- what stays ---- */

static enum err list_inside(struct removing *r, struct fault *fault)
{
    struct search_query query = { .query = text_of(r->cli->options.inside), .has_limit = true, .limit = INSIDE_PAGE };
    enum err e = ERR_OK;

    if (!r->cli->options.inside)
        return e;
    do {
        struct found found = { 0 };
        e = cli_ask(r->cli, "search.query", &query, &found, fault);
        for (uint32_t i = 0; e == ERR_OK && i < found.items.count; i++)
            id_table_add(&r->inside, found.items.at[i].media.id);
        query.cursor = e == ERR_OK ? arena_text(&r->cli->arena, found.cursor) : (struct text){ 0 };
    } while (query.cursor.len);
    return e;
}

static bool is_of_project(const struct removing *r, struct bytes path)
{
    for (uint32_t i = 0; i < r->libraries.each.count; i++)
        if (r->libraries.each.at[i].has_project && bytes_path_contains(r->libraries.each.at[i].path, path))
            return true;
    return false;
}

/* False: it cannot be judged, or is not here. */
static bool judge_copy(struct removing *r, const struct duplicate *one, struct judged *to)
{
    const struct search_get get = { .has_id = true, .id = one->id };
    struct media_found found = { 0 };
    struct fault none = { 0 };

    if (one->state.value != COPY_STATE_HERE || one->path.len == 0 || one->path.len >= PATH_MAX ||
        cli_ask(r->cli, "search.get", &get, &found, &none) != ERR_OK)
        return false;
    *to = (struct judged){ .one = one };
    codec_keep(&media_found_shape, &found, &r->arena, &to->found);
    to->is_inside = !r->cli->options.inside || id_table_has(&r->inside, one->id);
    to->is_safe = to->found.contexts > 0 || to->found.item.media.lifecycle.value != LIFECYCLE_FINAL ||
                  to->found.item.media.origin.value == ORIGIN_RECORDED || is_of_project(r, one->path);
    return true;
}

static int rank_of(const struct judged *copy, const struct duplicate_group *group, bool has_inside)
{
    return (copy->is_safe ? 4 : 0) + (has_inside && !copy->is_inside ? 2 : 0) +
           (id_equal(copy->one->id, group->keep) ? 1 : 0);
}

static const struct judged *choose_kept(const struct judged *all, uint32_t count, const struct duplicate_group *group,
                                        bool has_inside)
{
    const struct judged *best = &all[0];

    for (uint32_t i = 1; i < count; i++)
        if (rank_of(&all[i], group, has_inside) > rank_of(best, group, has_inside))
            best = &all[i];
    return best;
}

/* ---- the plan ---- */

static void add_merge(struct removing *r, const struct edit *edit)
{
    struct arena *arena = &r->cli->arena;

    if (!removal_merge_says(edit))
        return;
    r->merges.at = arena_grow(arena, r->merges.at, r->merges.count, &r->merge_room, sizeof(*r->merges.at));
    codec_keep(&edit_shape, edit, arena, &r->merges.at[r->merges.count++]);
}

static void add_removal(struct removing *r, const struct judged *copy, const struct judged *kept)
{
    struct arena *arena = &r->cli->arena;

    r->each = arena_grow(arena, r->each, r->count, &r->room, sizeof(*r->each));
    r->each[r->count++] = (struct removal_line){ .run = r->run,
                                                 .id = copy->one->id,
                                                 .path = arena_bytes(arena, copy->one->path),
                                                 .keep_id = kept->one->id,
                                                 .keep = arena_bytes(arena, kept->one->path),
                                                 .size = copy->one->size,
                                                 .has_folder = r->folder.len > 0,
                                                 .folder = bytes_of(r->folder.at, r->folder.len) };
}

static void judge_group(struct removing *r, const struct duplicate_group *group)
{
    const bool has_inside = r->cli->options.inside != NULL;
    struct judged *all = arena_array(&r->arena, group->each.count, sizeof(*all));
    struct edit edit = { .facts.at = arena_array(&r->arena, REMOVAL_FACTS, sizeof(struct fact)),
                         .add_tags.at = arena_array(&r->arena, REMOVAL_TAGS, sizeof(struct text)) };
    const struct judged *kept;
    uint32_t count = 0;

    for (uint32_t i = 0; i < group->each.count; i++)
        count += judge_copy(r, &group->each.at[i], &all[count]);
    if (count < 2)
        return;
    kept = choose_kept(all, count, group, has_inside);
    edit.id = kept->one->id;
    for (uint32_t i = 0; i < count && r->count < r->most; i++) {
        if (&all[i] == kept || all[i].is_safe || !all[i].is_inside)
            continue;
        add_removal(r, &all[i], kept);
        removal_merge(&r->arena, &all[i], kept, &edit);
    }
    add_merge(r, &edit);
}

static enum err plan_removals(struct removing *r, struct fault *fault)
{
    struct search_duplicates ask = { .query = cli_words(r->cli),
                                     .has_kind = true,
                                     .kind.value = DUPLICATE_KIND_SAME_FILE,
                                     .inside = text_of(r->cli->options.inside),
                                     .limit = PAGE };
    char cursor[256] = "";
    enum err e = ERR_OK;

    do {
        struct duplicates_found answer = { 0 }, page;
        ask.cursor = text_of(cursor);
        e = cli_ask(r->cli, "search.duplicates", &ask, &answer, fault);
        if (e != ERR_OK)
            return e;
        codec_keep(&duplicates_found_shape, &answer, &r->arena, &page);
        for (uint32_t i = 0; i < page.groups.count; i++)
            if (page.groups.at[i].first == 0 && page.groups.at[i].each.count == page.groups.at[i].count)
                judge_group(r, &page.groups.at[i]);
        if (!text_copy(cursor, sizeof cursor, page.cursor))
            return fault_set(fault, ERR_INTERNAL, "the cursor of the duplicates is too long");
        arena_reset(&r->arena);
    } while (cursor[0] && r->count < r->most);
    return e;
}

/* ---- the catalogue ---- */

/* With `step`, as a part of this step, or of a new one if another client has changed something since. */
static enum err apply_edits(struct cli *cli, const struct edit *edits, uint32_t count, uint64_t *step,
                            struct fault *fault)
{
    struct action *actions = arena_array(&cli->arena, count, sizeof(*actions));
    struct persist_apply apply = {
        .label = TEXT(DUPLICATES_LABEL), .actions = { count, actions }, .has_step = *step > 0, .step = *step
    };
    struct applied applied = { 0 };
    enum err e;

    for (uint32_t i = 0; i < count; i++)
        actions[i] = (struct action){ .has_edit = true, .edit = edits[i] };
    if (count == 0)
        return ERR_OK;
    e = cli_change(cli, "persist.apply", &apply, &applied, fault);
    if (e == ERR_CONFLICT && apply.has_step) {
        apply.has_step = false;
        e = cli_change(cli, "persist.apply", &apply, &applied, fault);
    }
    if (e == ERR_OK && applied.step)
        *step = applied.step;
    return e;
}

static enum err forget_moved(struct removing *r, uint64_t *step, struct fault *fault)
{
    struct edit *edits = arena_array(&r->cli->arena, (size_t)r->moved + 1, sizeof(*edits));

    for (uint64_t i = 0; i < r->moved; i++)
        edits[i] = (struct edit){ .id = r->gone[i], .has_forgotten = true, .forgotten = true };
    return apply_edits(r->cli, edits, (uint32_t)r->moved, step, fault);
}

/* ---- the files ---- */

/* So undo of the step finds the files. */
static void note_step(struct removing *r, uint64_t step)
{
    const struct removal_line line = { .run = r->run, .has_step = true, .step = step };
    struct fault why = { 0 };
    int journal;

    if (r->moved == 0 || step == 0)
        return;
    if (removal_journal_open(r->cli, O_WRONLY | O_APPEND, &journal, &why) != ERR_OK)
        return;
    (void)removal_journal_write(journal, &line, &why);
    close(journal);
}

static enum err take_all(struct removing *r, struct fault *fault)
{
    int journal;
    enum err e = removal_journal_open(r->cli, O_WRONLY | O_CREAT | O_APPEND, &journal, fault);

    if (e != ERR_OK)
        return e;
    r->gone = arena_array(&r->cli->arena, r->count + 1, sizeof(*r->gone));
    for (uint32_t i = 0; i < r->count; i++) {
        struct fault why = { 0 };
        if (removal_move(r->cli, journal, &r->each[i], &why) != ERR_OK) {
            r->refused++;
            removal_remark(&why);
            continue;
        }
        r->gone[r->moved++] = r->each[i].id;
        r->bytes += r->each[i].size;
        removal_print(r->cli, &r->each[i]);
    }
    close(journal);
    return ERR_OK;
}

/* ---- the commands ---- */

/* A scan would find the copies again in a folder of a library. */
static enum err check_folder(struct removing *r, struct fault *fault)
{
    const char *to = r->cli->options.to;
    struct bytes folder;
    enum err e;

    if (!to || strcmp(to, "trash") == 0)
        return ERR_OK;
    e = cli_path(r->cli, to, &folder, fault);
    if (e != ERR_OK)
        return e;
    for (uint32_t i = 0; i < r->libraries.each.count; i++)
        if (bytes_equal(r->libraries.each.at[i].path, folder) ||
            bytes_path_contains(r->libraries.each.at[i].path, folder)) {
            fault_set(fault, ERR_BAD_REQUEST, "%.150s is in a library: its copies would be found again", to);
            return fault_hint(fault, "choose a folder outside, or --to trash");
        }
    r->folder = arena_text(&r->cli->arena, (struct text){ folder.len, (const char *)folder.at });
    return ERR_OK;
}

static enum err read_libraries(struct removing *r, struct fault *fault)
{
    struct libraries answer = { 0 };
    enum err e = cli_ask(r->cli, "indexer.libraries", NULL, &answer, fault);

    if (e == ERR_OK)
        codec_keep(&libraries_shape, &answer, &r->cli->arena, &r->libraries);
    return e;
}

static void print_sum(struct removing *r)
{
    struct buffer *to = &r->cli->out;

    if (r->cli->options.json)
        return;
    cli_print(to, "%llu cop%s, ", (unsigned long long)(r->cli->options.dry_run ? r->count : r->moved),
              (r->cli->options.dry_run ? r->count : r->moved) == 1 ? "y" : "ies");
    human_bytes(to, r->bytes);
    if (r->cli->options.dry_run)
        buffer_add_text(to, " would be freed\n");
    else
        cli_print(to, " moved to %s; `loophole undo` takes it back, with the files\n",
                  r->folder.len ? r->folder.at : "the trash");
}

static enum err remove_planned(struct removing *r, struct fault *fault)
{
    uint64_t step = 0;
    enum err e = cli_confirm_many(r->cli, r->count, fault);

    if (e == ERR_OK)
        e = apply_edits(r->cli, r->merges.at, r->merges.count, &step, fault);
    if (e == ERR_OK)
        e = take_all(r, fault);
    if (e == ERR_OK)
        e = forget_moved(r, &step, fault);
    if (e == ERR_OK)
        note_step(r, step);
    return e;
}

static void show_plan(struct removing *r)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < r->count; i++) {
        struct fault why = { 0 };
        if (removal_check(&r->each[i], &why) != ERR_OK) {
            removal_remark(&why);
            continue;
        }
        r->each[kept++] = r->each[i];
        r->bytes += r->each[i].size;
        removal_print(r->cli, &r->each[i]);
    }
    r->count = kept;
}

enum err duplicates_remove(struct cli *cli, struct fault *fault)
{
    const int64_t limit = cli->options.limit;
    struct removing r = { .cli = cli, .run = id_new(), .most = limit > 0 && limit < MOST ? (uint32_t)limit : MOST };
    enum err e;

    if (!cli->options.budget_ms)
        cli->options.budget_ms = LONG_MS;
    e = read_libraries(&r, fault);
    if (e == ERR_OK)
        e = check_folder(&r, fault);
    if (e == ERR_OK)
        e = list_inside(&r, fault);
    if (e == ERR_OK)
        e = plan_removals(&r, fault);
    if (e == ERR_OK && cli->options.dry_run)
        show_plan(&r);
    else if (e == ERR_OK)
        e = remove_planned(&r, fault);
    if (e == ERR_OK)
        print_sum(&r);
    id_table_free(&r.inside);
    arena_free(&r.arena);
    return e;
}
