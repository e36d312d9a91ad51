/* undo.c: undo and redo of steps, their list, and the moves of files that scans followed. */
#include <stdlib.h>
#include <string.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/human.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/project/project_commands.h"
#include "frontends/cli/removal/duplicates_restore.h"
#include "frontends/cli/send/labels_undo.h"
#include "schema_persist.h"

enum { LISTED = 20, PAGE = 1000, LATE_ANSWERS_MOST = 16 };

static struct text read_scope(const struct cli *cli)
{
    return cli->options.scope ? text_of(cli->options.scope) : TEXT("");
}

/* ---- undo and redo: they print what they changed, because the command does not name it ---- */

static void print_item(struct cli *cli, const struct taken_back *taken)
{
    struct search_get get = { .has_id = true, .id = taken->id };
    struct media_found found = { 0 };
    struct fault none = { 0 };
    char id[ID_TEXT_SIZE];
    struct text label = arena_text(&cli->arena, taken->label); /* the next ask overwrites the answer */

    if (cli_ask(cli, "search.get", &get, &found, &none) != ERR_OK && label.len) { /* a library, for example */
        cli_print(&cli->out, "%.*s", TEXT_ARG(label));
        return;
    }
    struct text name = found.item.media.name.len ? found.item.media.name : text_of(id_write(taken->id, id));
    cli_print(&cli->out, "%.*s is at revision %llu", TEXT_ARG(name), (unsigned long long)taken->revision);
    if (label.len)
        cli_print(&cli->out, " (%.*s)", TEXT_ARG(label));
}

static void print_taken(struct cli *cli, const char *words, const struct taken_back *taken)
{
    cli_print(&cli->out, "%s: ", words);
    if (taken->steps == 1 && taken->items == 1 && taken->gone == 0)
        print_item(cli, taken);
    else if (taken->steps > 1)
        cli_print(&cli->out, "%llu steps, %llu change%s", (unsigned long long)taken->steps,
                  (unsigned long long)taken->items, text_plural(taken->items));
    else
        cli_print(&cli->out, "%.*s (%llu change%s)", TEXT_ARG(taken->label), (unsigned long long)taken->items,
                  text_plural(taken->items));
    if (taken->gone > taken->changed)
        cli_print(&cli->out, "; no longer in the catalogue: %llu item%s",
                  (unsigned long long)(taken->gone - taken->changed), text_plural(taken->gone - taken->changed));
    if (taken->changed)
        cli_print(&cli->out,
                  "; skipped, because another member of the team or another client changed it since: %llu kit%s",
                  (unsigned long long)taken->changed, text_plural(taken->changed));
    buffer_add_text(&cli->out, "\n");
    cli_flush(cli);
}

/* ---- one step: persist refuses one that wrote into files, until they are restored ---- */

struct step_taking {
    bool back; /* undo, or redo */
    struct text scope;
    bool has_to;
    uint64_t to;
    bool has_by;
    struct text by; /* empty: the command line itself */
};

struct labels_step {
    uint64_t step; /* 0: the step wrote into no files */
    struct id write;
};

static enum err ask_step(struct cli *cli, const struct step_taking *taking, bool files, struct taken_back *taken,
                         struct fault *fault)
{
    const struct persist_undo undo = { .scope = taking->scope,
                                       .has_to = taking->has_to,
                                       .to = taking->to,
                                       .has_files = files,
                                       .files = files,
                                       .has_by = taking->has_by,
                                       .by = taking->by };
    const struct persist_redo redo = { .scope = taking->scope, .has_files = files, .files = files };

    return taking->back ? cli_change(cli, "persist.undo", &undo, taken, fault)
                        : cli_change(cli, "persist.redo", &redo, taken, fault);
}

static bool is_conflict_of(enum err e, const struct fault *fault, const char *field)
{
    return e == ERR_CONFLICT && strcmp(fault->field, field) == 0;
}

/* An answer names its request id only. So a copy of the ask without files, sent while the machine was busy, may be
 * answered now, under the same id: then the ask is sent again. */
static enum err ask_step_with_files(struct cli *cli, const struct step_taking *taking, struct taken_back *taken,
                                    struct fault *fault)
{
    enum err e;
    int tries = LATE_ANSWERS_MOST;

    do
        e = ask_step(cli, taking, true, taken, fault);
    while (cli->options.request_id && (is_conflict_of(e, fault, "files") || is_conflict_of(e, fault, "request")) &&
           --tries > 0);
    return e;
}

static void read_file_step(const struct step_line *line, struct labels_step *to)
{
    *to = line->has_wrote ? (struct labels_step){ line->step, line->wrote } : (struct labels_step){ 0 };
}

/* The step that undo undoes next (`back`), or that redo does again. */
static enum err find_next(struct cli *cli, bool back, struct labels_step *next, struct fault *fault)
{
    struct persist_undo_list list = { .limit = PAGE };
    struct step_lines lines;
    bool is_done = false; /* a step that is done was met */
    enum err e;

    *next = (struct labels_step){ 0 };
    do {
        lines = (struct step_lines){ 0 };
        e = cli_ask(cli, "persist.undo_list", &list, &lines, fault);
        for (uint32_t i = 0; e == ERR_OK && i < lines.each.count && !is_done; i++) {
            is_done = !lines.each.at[i].undone;
            if (is_done == back)
                read_file_step(&lines.each.at[i], next);
        }
        if (e == ERR_OK && lines.each.count)
            list.before = lines.each.at[lines.each.count - 1].step;
    } while (e == ERR_OK && lines.each.count && !is_done);
    return e;
}

/* Takes the files of this step, if it wrote into any. */
static enum err take_files_of(struct cli *cli, uint64_t step, bool back, struct fault *fault)
{
    const struct persist_undo_list list = { .before = step + 1, .limit = 1 };
    struct step_lines lines = { 0 };
    struct labels_step found = { 0 };
    enum err e = cli_ask(cli, "persist.undo_list", &list, &lines, fault);

    if (e == ERR_OK && lines.each.count && lines.each.at[0].step == step)
        read_file_step(&lines.each.at[0], &found);
    return e == ERR_OK && found.step ? labels_take_write(cli, found.write, back, fault) : e;
}

static bool is_left_by_persist(enum err e)
{
    return e == ERR_NOT_FOUND || e == ERR_CONFLICT || e == ERR_EXISTS;
}

/* Restores the files before persist undoes the step: if the command is killed in between, the person repeats it. If
 * another change came in between, the files go back to what their step says. */
static enum err take_with_files(struct cli *cli, const struct step_taking *taking, struct taken_back *taken,
                                struct fault *fault)
{
    struct fault none = { 0 };
    struct labels_step next;
    enum err e = find_next(cli, taking->back, &next, fault);

    if (e == ERR_OK && next.step == 0)
        return ask_step(cli, taking, false, taken, fault);
    if (e == ERR_OK)
        e = labels_take_write(cli, next.write, taking->back, fault);
    if (e != ERR_OK)
        return e;
    e = ask_step_with_files(cli, taking, taken, fault);
    taken->label = arena_text(&cli->arena, taken->label); /* the next ask overwrites the answer */
    if (is_left_by_persist(e) || (e == ERR_OK && taken->step != next.step))
        (void)labels_take_write(cli, next.write, !taking->back, &none);
    return e == ERR_OK && taken->step != next.step ? take_files_of(cli, taken->step, taking->back, fault) : e;
}

/* persist refuses a request id that it remembers with the files: that request is repeated, and its files were taken. */
static enum err take_any(struct cli *cli, const struct step_taking *taking, struct taken_back *taken,
                         struct fault *fault)
{
    enum err e = ask_step(cli, taking, false, taken, fault);

    if (taking->has_by)
        return e;
    if (!taking->has_to && is_conflict_of(e, fault, "files"))
        e = take_with_files(cli, taking, taken, fault);
    else if (!taking->has_to && cli->options.request_id && is_conflict_of(e, fault, "request"))
        e = ask_step_with_files(cli, taking, taken, fault);
    return e;
}

static enum err print_step_taken(struct cli *cli, const char *words, const struct taken_back *taken)
{
    if (cli->options.json)
        return cli_json(cli, &taken_back_shape, taken);
    print_taken(cli, words, taken);
    return ERR_OK;
}

/* A step of a project may have the same number, and so may a step that was done after an undo. */
static bool may_be_removal(const struct step_taking *taking, const struct taken_back *taken)
{
    const bool is_of_catalogue = taking->scope.len == 0 || text_is(taking->scope, "catalogue");

    return is_of_catalogue && (taking->has_to || text_is(taken->label, DUPLICATES_LABEL));
}

static enum err take_steps(struct cli *cli, const struct step_taking *taking, struct fault *fault)
{
    int64_t times = cli->options.times ? cli->options.times : 1;
    enum err e = ERR_OK;

    if (times > 1 && cli->options.request_id)
        return fault_set(fault, ERR_BAD_REQUEST, "--request-id is for one step, not for %lld", (long long)times);
    for (int64_t i = 0; e == ERR_OK && i < times; i++) {
        struct taken_back taken = { 0 };
        e = take_any(cli, taking, &taken, fault);
        const uint64_t step = taken.step;
        const bool is_removal = may_be_removal(taking, &taken);
        if (e == ERR_OK)
            e = print_step_taken(cli, taking->back ? "undone" : "redone", &taken);
        if (e == ERR_OK && is_removal && taking->back)
            duplicates_return(cli, taking->has_to ? taking->to : step, taking->has_to ? UINT64_MAX : step);
        else if (e == ERR_OK && is_removal)
            duplicates_move_again(cli, step);
    }
    return e;
}

enum err undo_take(struct cli *cli, struct fault *fault)
{
    struct step_taking undo = { .back = true, .scope = read_scope(cli), .has_to = cli->options.to != NULL };
    char *end = NULL;

    undo.to = undo.has_to ? strtoull(cli->options.to, &end, 10) : 0;
    if (undo.has_to && (*end || undo.to == 0))
        return fault_set(fault, ERR_BAD_REQUEST, "--to %s is not the number of a step: `loophole undo list` shows them",
                         cli->options.to);
    if (undo.has_to && cli->options.times > 1)
        return fault_set(fault, ERR_BAD_REQUEST, "give --to or --times, not both");
    undo.has_by = cli->options.by != NULL || cli->options.mine;
    undo.by = cli->options.by ? text_of(cli->options.by) : (struct text){ 0 };
    if ((undo.has_to && undo.has_by) || (cli->options.by && cli->options.mine))
        return fault_set(fault, ERR_BAD_REQUEST, "give one of --to, --by and --mine");
    return take_steps(cli, &undo, fault);
}

enum err undo_redo(struct cli *cli, struct fault *fault)
{
    const struct step_taking redo = { .scope = read_scope(cli) };

    return take_steps(cli, &redo, fault);
}

/* ---- lists: an answer may be shorter than requested ---- */

static uint64_t count_left(const struct cli *cli, uint64_t done)
{
    uint64_t all = cli->options.limit >= 0 ? (uint64_t)cli->options.limit : LISTED, left = all - done;

    return left < PAGE ? left : PAGE;
}

/* `why`: why the step cannot be undone; empty: it can. */
static void end_line(struct cli *cli, bool undone, struct text why)
{
    if (undone)
        buffer_add_text(&cli->out, "  (undone)");
    if (why.len)
        cli_print(&cli->out, "  (%.*s)", TEXT_ARG(why));
    buffer_add_text(&cli->out, "\n");
}

static void print_step(struct cli *cli, const struct step_line *line)
{
    cli_print(&cli->out, "%6llu  ", (unsigned long long)line->step);
    human_time(&cli->out, line->at);
    cli_print(&cli->out, "  %.*s  %.*s", TEXT_ARG(line->scope), TEXT_ARG(line->label));
    if (line->has_by)
        cli_print(&cli->out, "  by %.*s", TEXT_ARG(line->by));
    end_line(cli, line->undone, line->why);
}

enum err undo_list(struct cli *cli, struct fault *fault)
{
    struct persist_undo_list list = { .scope = read_scope(cli) };
    struct step_lines lines = { 0 };
    uint64_t done = 0;
    enum err e = ERR_OK;

    while (e == ERR_OK && (list.limit = count_left(cli, done)) > 0) {
        lines = (struct step_lines){ 0 };
        e = cli_ask(cli, "persist.undo_list", &list, &lines, fault);
        for (uint32_t i = 0; e == ERR_OK && i < lines.each.count; i++)
            if (cli->options.json)
                e = cli_json(cli, &step_line_shape, &lines.each.at[i]);
            else
                print_step(cli, &lines.each.at[i]);
        if (lines.each.count == 0)
            break;
        done += lines.each.count;
        list.before = lines.each.at[lines.each.count - 1].step;
    }
    if (e == ERR_OK)
        cli_none(cli, done, "No step can be undone.");
    return e;
}

/* ---- moves ---- */

static void print_path(struct cli *cli, struct bytes path)
{
    if (path.len)
        cli_print(&cli->out, "%.*s", (int)path.len, (const char *)path.at);
    else
        buffer_add_text(&cli->out, "(a folder that is away)");
}

static void print_move(struct cli *cli, const struct move_line *line)
{
    cli_print(&cli->out, "%6llu  ", (unsigned long long)line->step);
    human_time(&cli->out, line->at);
    cli_print(&cli->out, "  %.*s%s\n        from ", TEXT_ARG(line->name), line->has_folder && line->folder ? "/" : "");
    print_path(cli, line->from);
    buffer_add_text(&cli->out, "\n        to   ");
    print_path(cli, line->to);
    end_line(cli, line->undone, line->why);
}

static enum err list_moves(struct cli *cli, struct fault *fault)
{
    struct persist_moves list = { 0 };
    struct move_lines lines = { 0 };
    uint64_t done = 0;
    enum err e = ERR_OK;

    while (e == ERR_OK && (list.limit = count_left(cli, done)) > 0) {
        lines = (struct move_lines){ 0 };
        e = cli_ask(cli, "persist.moves", &list, &lines, fault);
        for (uint32_t i = 0; e == ERR_OK && i < lines.each.count; i++)
            if (cli->options.json)
                e = cli_json(cli, &move_line_shape, &lines.each.at[i]);
            else
                print_move(cli, &lines.each.at[i]);
        if (lines.each.count == 0)
            break;
        done += lines.each.count;
        list.before = lines.each.at[lines.each.count - 1].step;
    }
    if (e == ERR_OK)
        cli_none(cli, done, "No file was found at another place.");
    return e;
}

/* A move that --undo may mean: by the number of its step, else by the id, name or path of its item or folder. */
struct wanted_move {
    struct text typed;
    struct bytes path; /* the typed word as an absolute path; empty: it is none */
    struct id id;
    bool has_id;
    uint64_t step; /* the newest one that fits and is not undone; 0: none */
    struct id item;
    uint32_t items;  /* that have such a move */
    uint64_t undone; /* the newest step that fits and is undone; 0: none */
};

static bool is_path(struct bytes path, struct bytes wanted)
{
    return wanted.len > 0 && bytes_equal(path, wanted);
}

static bool fits_move(const struct wanted_move *wanted, const struct move_line *line)
{
    if (wanted->has_id)
        return id_equal(line->id, wanted->id);
    return text_equal(line->name, wanted->typed) || is_path(line->from, wanted->path) ||
           is_path(line->to, wanted->path);
}

static void note_move(struct wanted_move *wanted, const struct move_line *line)
{
    if (!fits_move(wanted, line))
        return;
    if (line->undone) {
        wanted->undone = wanted->undone ? wanted->undone : line->step;
        return;
    }
    if (wanted->items == 0 || !id_equal(line->id, wanted->item))
        wanted->items++;
    if (wanted->step == 0) {
        wanted->step = line->step;
        wanted->item = line->id;
    }
}

static enum err read_moves(struct cli *cli, struct wanted_move *wanted, struct fault *fault)
{
    struct persist_moves list = { .limit = PAGE };
    struct move_lines lines = { 0 };
    enum err e;

    do {
        lines = (struct move_lines){ 0 };
        e = cli_ask(cli, "persist.moves", &list, &lines, fault);
        for (uint32_t i = 0; e == ERR_OK && i < lines.each.count; i++)
            note_move(wanted, &lines.each.at[i]);
        if (lines.each.count > 0)
            list.before = lines.each.at[lines.each.count - 1].step;
    } while (e == ERR_OK && lines.each.count > 0);
    return e;
}

static enum err refuse_move(const struct cli *cli, const struct wanted_move *wanted, struct fault *fault)
{
    const char *typed = cli->options.undo;

    if (wanted->items > 1)
        fault_set(fault, ERR_CONFLICT, "\"%.150s\" matches the moves of %u items", typed, wanted->items);
    else if (wanted->undone)
        fault_set(fault, ERR_CONFLICT, "the move of \"%.150s\" is already undone: step %llu", typed,
                  (unsigned long long)wanted->undone);
    else
        fault_set(fault, ERR_NOT_FOUND, "\"%.150s\" matches no followed move", typed);
    return fault_hint(fault, "`loophole moves` lists them: use the number of the step, or the path");
}

/* A word of digits is the number of a step. */
static enum err choose_move(struct cli *cli, uint64_t *step, struct fault *fault)
{
    const char *typed = cli->options.undo;
    struct wanted_move wanted = { .typed = text_of(typed) };
    char *end = NULL;
    enum err e;

    *step = strtoull(typed, &end, 10);
    if (typed[0] >= '0' && typed[0] <= '9' && *end == '\0')
        return *step ? ERR_OK : fault_set(fault, ERR_BAD_REQUEST, "--undo 0 is out of range: steps begin with 1");
    wanted.has_id = id_read(wanted.typed, &wanted.id);
    e = wanted.has_id ? ERR_OK : cli_path(cli, typed, &wanted.path, fault);
    if (e == ERR_OK)
        e = read_moves(cli, &wanted, fault);
    if (e != ERR_OK)
        return e;
    *step = wanted.step;
    return wanted.items == 1 ? ERR_OK : refuse_move(cli, &wanted, fault);
}

enum err undo_moves(struct cli *cli, struct fault *fault)
{
    struct persist_undo undo = { .scope = TEXT("moves"), .has_to = true, .has_only = true, .only = true };
    struct taken_back taken = { 0 };

    if (!cli->options.undo)
        return list_moves(cli, fault);
    enum err e = choose_move(cli, &undo.to, fault);
    if (e == ERR_OK)
        e = cli_change(cli, "persist.undo", &undo, &taken, fault);
    return e == ERR_OK ? print_step_taken(cli, "undone", &taken) : e;
}
