/* import_k.c: the projects of a database of K become projects of ours. Each is added with one ask, so that a death in
 * between leaves all of it or nothing. What was changed here stays. One that fails does not end the run. */
#include <stdlib.h>
#include <string.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/resolve.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/migrate/k_copy.h"
#include "frontends/cli/migrate/k_reader.h"
#include "frontends/cli/migrate/k_sources.h"
#include "frontends/cli/migrate/migrate_commands.h"
#include "proto/wire/codec_copy.h"
#include "schema_project.h"

enum { BUSY_US = 30000000, SHOWN = 5 };

struct k_import {
    struct cli *cli;
    char path[PATH_MAX], folder[PATH_MAX];
    struct k_reader reader;
    struct kbase_read opened;
    const char *as;      /* the project here; NULL: it has the name that it has there */
    bool has_checkpoint; /* the open project was saved by itself, before the first change */
};

/* ---- one project ---- */

struct k_project {
    struct kbase_read read;
    struct tree document;
    struct text_list missing;
    struct project_import planned, done;
};

/* Without the time when it was made, two databases may both have this project. */
static bool is_known_by_name_alone(struct k_import *import, uint32_t place, const struct tree *document)
{
    const struct kbase_project *there = &import->opened.projects.at[place];

    return !import->as &&
           text_equal(tree_text(tree_get(document, "project"), "id"),
                      arena_printf(&import->cli->arena, "k:%lld %.*s", (long long)there->key, TEXT_ARG(there->name)));
}

static enum err refuse_other(const struct project_import *planned, struct fault *fault)
{
    uint32_t same = 0, kept = 0;

    for (uint32_t i = 0; i < planned->each.count; i++) {
        const struct import_line *part = &planned->each.at[i];
        if (part->kind.value != ELEMENT_KIND_LOOP && part->kind.value != ELEMENT_KIND_CLIP)
            continue;
        same += part->outcome.value == IMPORT_OUTCOME_SAME;
        kept += part->outcome.value == IMPORT_OUTCOME_KEPT || part->outcome.value == IMPORT_OUTCOME_UPDATED;
    }
    if (planned->made || kept <= same)
        return ERR_OK;
    fault_set(fault, ERR_EXISTS, "%u of its loops and clips differ from those here: it may be of another database",
              kept);
    return fault_hint(fault, "rename or delete the project \"%.*s\" here, and import again", TEXT_ARG(planned->name));
}

/* The import changes something. */
static bool is_needed(const struct project_import *planned)
{
    for (uint32_t i = 0; i < planned->each.count; i++)
        if (planned->each.at[i].outcome.value == IMPORT_OUTCOME_ADDED ||
            planned->each.at[i].outcome.value == IMPORT_OUTCOME_UPDATED)
            return true;
    return planned->made;
}

/* All edits are in the store, so a failure is only a remark. */
static enum err make_checkpoint(struct k_import *import, struct fault *fault)
{
    struct checkpoint made = { 0 };
    struct buffer line = { 0 };
    const enum err e = cli_ask(import->cli, "project.checkpoint", NULL, &made, fault);

    import->has_checkpoint = e == ERR_OK;
    if (e == ERR_OK && made.trouble.len) {
        cli_print(&line, "loophole: \"%.*s\" has no autosave before this import: %.*s", TEXT_ARG(made.name),
                  TEXT_ARG(made.trouble));
        cli_remark(&line);
    }
    buffer_free(&line);
    return e;
}

static enum err send_project(struct k_import *import, uint32_t place, struct k_project *project, struct fault *fault)
{
    struct cli *cli = import->cli;
    struct project_import_document ask = { .file = tree_canonical(&project->document, &cli->arena),
                                           .name = text_of(import->as ? import->as : ""),
                                           .label = TEXT("import from K"),
                                           .check = true };
    struct project_import answer = { 0 };
    enum err e = cli_ask(cli, "project.import_document", &ask, &answer, fault);

    if (e == ERR_OK)
        codec_keep(&project_import_shape, &answer, &cli->arena, &project->planned);
    if (e == ERR_OK && is_known_by_name_alone(import, place, &project->document))
        e = refuse_other(&project->planned, fault);
    if (e != ERR_OK || cli->options.dry_run)
        return e;
    if (is_needed(&project->planned) && !import->has_checkpoint)
        e = make_checkpoint(import, fault);
    ask.check = false;
    return e == ERR_OK ? cli_change(cli, "project.import_document", &ask, &project->done, fault) : e;
}

static enum err read_project(struct k_import *import, uint32_t place, struct k_project *project, struct fault *fault)
{
    struct cli *cli = import->cli;
    enum err e = k_reader_read(&import->reader, place, &project->read, fault);

    if (e == ERR_OK && tree_read(project->read.document, &cli->arena, &project->document, NULL) != ERR_OK)
        e = fault_set(fault, ERR_BAD_REQUEST, "its reader sent an invalid answer");
    return e == ERR_OK ? k_sources_find(cli, import->folder, &project->read.sources, &project->document,
                                        &project->missing, fault)
                       : e;
}

/* ---- what was done ---- */

static void add_notes(struct k_import *import, const struct kbase_read *read, struct import_k_line *line)
{
    const struct text_list *lists[] = { &import->opened.notes, &read->notes };
    struct text_list *to = &line->notes;

    line->more_notes = import->opened.more_notes + read->more_notes;
    to->at = arena_array(&import->cli->arena, 256, sizeof(*to->at));
    for (int i = 0; i < 2; i++)
        for (uint32_t k = 0; k < lists[i]->count; k++) {
            if (to->count < 256)
                to->at[to->count++] = lists[i]->at[k];
            else
                line->more_notes++;
        }
}

static void add_part(struct import_k_line *line, const struct import_line *part)
{
    if (part->outcome.value == IMPORT_OUTCOME_SAME)
        line->same++;
    else if (part->outcome.value == IMPORT_OUTCOME_KEPT)
        line->kept.at[line->kept.count++] = part->name;
    else if (part->outcome.value == IMPORT_OUTCOME_UPDATED)
        line->updated.at[line->updated.count++] = part->name;
    else if (part->kind.value == ELEMENT_KIND_ITEM)
        line->items++;
    else if (part->kind.value == ELEMENT_KIND_LOOP && line->loops.count < 12)
        line->loops.at[line->loops.count++] = part->name;
    else if (line->clips.count < 4096)
        line->clips.at[line->clips.count++] = part->name;
}

static int compare_names(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* F2 comes before F12. */
static int compare_keys(const void *a, const void *b)
{
    const struct text *x = a, *y = b;

    return x->len != y->len ? (x->len < y->len ? -1 : 1) : compare_names(a, b);
}

static void fill_line(struct k_import *import, const struct k_project *project, struct import_k_line *line)
{
    struct arena *arena = &import->cli->arena;
    const struct import_line_list *parts = &project->planned.each;

    *line = (struct import_k_line){ .project = project->planned.name,
                                    .has_id = !import->cli->options.dry_run || !project->planned.made,
                                    .id = project->planned.id,
                                    .dry_run = import->cli->options.dry_run,
                                    .made = project->planned.made,
                                    .missing = project->missing };
    line->loops.at = arena_array(arena, 12, sizeof(struct text));
    line->clips.at = arena_array(arena, 4096, sizeof(struct text));
    line->kept.at = arena_array(arena, parts->count, sizeof(struct text));
    line->updated.at = arena_array(arena, parts->count, sizeof(struct text));
    for (uint32_t i = 0; i < parts->count; i++)
        add_part(line, &parts->at[i]);
    qsort(line->loops.at, line->loops.count, sizeof(struct text), compare_keys);
    qsort(line->clips.at, line->clips.count, sizeof(struct text), compare_names);
    qsort(line->updated.at, line->updated.count, sizeof(struct text), compare_names);
    qsort(line->kept.at, line->kept.count, sizeof(struct text), compare_names);
    add_notes(import, &project->read, line);
}

static void remark_names(const char *what, const struct text_list *names)
{
    struct buffer line = { 0 };

    cli_print(&line, "loophole: %s: ", what);
    for (uint32_t i = 0; i < names->count && i < SHOWN; i++)
        cli_print(&line, "%s%.*s", i ? ", " : "", TEXT_ARG(names->at[i]));
    if (names->count > SHOWN)
        cli_print(&line, " and %u more", names->count - SHOWN);
    if (names->count)
        cli_remark(&line);
    buffer_free(&line);
}

static void remark_notes(const struct import_k_line *line)
{
    for (uint32_t i = 0; i <= line->notes.count; i++) {
        struct buffer remark = { 0 };
        if (i < line->notes.count)
            cli_print(&remark, "loophole: %.*s", TEXT_ARG(line->notes.at[i]));
        else
            cli_print(&remark, "loophole: and %llu more", (unsigned long long)line->more_notes);
        if (i < line->notes.count || line->more_notes)
            cli_remark(&remark);
        buffer_free(&remark);
    }
}

static enum err show_project(struct k_import *import, const struct k_project *project)
{
    struct cli *cli = import->cli;
    struct import_k_line line;
    bool changes;

    fill_line(import, project, &line);
    if (cli->options.json)
        return cli_json(cli, &import_k_line_shape, &line);
    changes = line.made || line.loops.count || line.clips.count || line.items || line.updated.count;
    cli_print(&cli->out, "%s: %.*s%s, %u loop%s, %u clip%s, %llu missing source%s\n",
              !changes       ? "unchanged"
              : line.dry_run ? "would import"
                             : "imported",
              TEXT_ARG(line.project), line.made ? " (new)" : "", line.loops.count, text_plural(line.loops.count),
              line.clips.count, text_plural(line.clips.count), (unsigned long long)line.items, text_plural(line.items));
    remark_names("changed there since the last import, and updated here", &line.updated);
    remark_names("here already, different, and kept as they are", &line.kept);
    remark_names("no file in the catalogue", &line.missing);
    remark_notes(&line);
    return ERR_OK;
}

/* ---- which ones ---- */

static bool is_number_of(const char *typed, int64_t key)
{
    char *end;
    const long long number = strtoll(typed, &end, 10);

    return *typed && *end == 0 && number == key;
}

/* The place of the project that --project names there; of a database with one project, it may name the one here. */
static enum err choose_one(struct k_import *import, uint32_t *place, struct fault *fault)
{
    const struct kbase_project_list *list = &import->opened.projects;
    const char *typed = import->cli->options.project;

    for (*place = 0; *place < list->count; ++*place)
        if (text_is(list->at[*place].name, typed) || is_number_of(typed, list->at[*place].key))
            return ERR_OK;
    if (list->count == 1) {
        *place = 0;
        import->as = typed;
        return ERR_OK;
    }
    fault_set(fault, ERR_NOT_FOUND, "the database has %u projects, and none is \"%.80s\"", list->count, typed);
    return fault_hint(fault, "`loophole import-k FILE --dry-run` lists them"), ERR_NOT_FOUND;
}

static enum err add_name(const struct kbase_project *project, struct fault *fault)
{
    struct fault why = *fault;

    fault_set(&why, fault->code, "project \"%.*s\" of the database: %s", TEXT_ARG(project->name), fault->what);
    memcpy(fault->what, why.what, sizeof(why.what));
    return fault->code;
}

/* The project's memory ends with it: a database may have hundreds. */
static enum err import_one(struct k_import *import, uint32_t place, struct fault *fault)
{
    struct cli *cli = import->cli;
    const struct arena kept = cli->arena;
    struct k_project project = { 0 };
    enum err e;

    cli->arena = (struct arena){ 0 };
    e = read_project(import, place, &project, fault);
    if (e == ERR_OK)
        e = send_project(import, place, &project, fault);
    if (e == ERR_OK)
        e = show_project(import, &project);
    arena_free(&cli->arena);
    cli->arena = kept;
    return e == ERR_OK ? e : add_name(&import->opened.projects.at[place], fault);
}

/* A project that cannot be imported keeps no other back, unless nothing further can be read or asked. */
static enum err import_each(struct k_import *import, struct fault *fault)
{
    const uint32_t count = import->opened.projects.count;
    uint32_t failed = 0;

    for (uint32_t place = 0; place < count; place++) {
        struct fault why = { 0 };
        if (import_one(import, place, &why) == ERR_OK)
            continue;
        if (failed++ == 0)
            *fault = why;
        else
            cli_report(import->cli->options.json, &why);
        if (import->reader.has_ended || err_is_transient(why.code))
            break;
    }
    return failed ? fault->code : ERR_OK;
}

static enum err import_all(struct k_import *import, struct fault *fault)
{
    enum err e;
    uint32_t place;

    if (import->opened.projects.count == 0) {
        remark_notes(&(struct import_k_line){ .notes = import->opened.notes, .more_notes = import->opened.more_notes });
        cli_none(import->cli, 0, "The database has no projects.");
        return ERR_OK;
    }
    if (import->cli->options.project) {
        e = choose_one(import, &place, fault);
        return e == ERR_OK ? import_one(import, place, fault) : e;
    }
    return import_each(import, fault);
}

static enum err find_base(struct k_import *import, struct fault *fault)
{
    struct resolved at = { 0 };
    enum err e = resolve_path(import->cli->args[0], &at, fault);
    char *slash;

    if (e == ERR_OK && !at.exists)
        e = fault_set(fault, ERR_NOT_FOUND, "%s is not there", at.path);
    if (e != ERR_OK)
        return e;
    memcpy(import->path, at.path, sizeof(at.path));
    memcpy(import->folder, at.path, sizeof(at.path));
    slash = strrchr(import->folder, '/');
    if (slash)
        slash[slash == import->folder] = 0;
    return ERR_OK;
}

enum err import_k(struct cli *cli, struct fault *fault)
{
    struct k_import *import = arena_alloc(&cli->arena, sizeof(*import));
    const int64_t patience_us = cli->options.budget_ms ? cli->options.budget_ms * 1000LL : BUSY_US;
    struct k_copy copy = { { -1, -1, -1 } };
    enum err e;

    import->cli = cli;
    e = find_base(import, fault);
    if (e == ERR_OK)
        e = k_copy_take(import->path, cli->paths.cache, patience_us, &copy, fault);
    if (e == ERR_OK)
        e = k_reader_open(cli, &copy, &import->reader, &import->opened, fault);
    k_copy_close(&copy);
    if (e == ERR_OK)
        e = import_all(import, fault);
    k_reader_end(&import->reader);
    return e;
}
