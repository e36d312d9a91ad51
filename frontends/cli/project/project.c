/* project.c: projects, their parts and saves. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/human.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/project/project_body.h"
#include "frontends/cli/project/project_commands.h"
#include "schema_project.h"

/* ---- arguments ---- */

static struct text option_text(const char *value)
{
    return value ? text_of(value) : TEXT("");
}

static struct text project_named(const struct cli *cli)
{
    return option_text(cli->options.project);
}

static enum err read_folder(struct cli *cli, struct bytes *folder, struct fault *fault)
{
    return cli->options.folder ? cli_path(cli, cli->options.folder, folder, fault) : ERR_OK;
}

/* ---- printing ---- */

static void print_altered(struct cli *cli, const struct project_line *state)
{
    cli_print(&cli->out, "  altered    %llu: ", (unsigned long long)state->altered);
    for (uint32_t i = 0; i < state->altered_items.count; i++)
        cli_print(&cli->out, "%s%.*s", i ? ", " : "", TEXT_ARG(state->altered_items.at[i]));
    cli_print(&cli->out, "%s\n", state->altered > state->altered_items.count ? ", …" : "");
}

static void print_state(struct cli *cli, const struct project_line *state)
{
    cli_print(&cli->out, "%.*s%s%s\n", TEXT_ARG(state->name), state->current ? " (open)" : "",
              state->dirty ? " *" : "");
    cli_print(&cli->out, "  folder     %.*s\n", (int)state->folder.len, (const char *)state->folder.at);
    cli_print(&cli->out, "  tempo      %g%s%s%.*s\n", state->bpm, state->tempo_lock ? ", locked" : "",
              state->key.len ? ", " : "", TEXT_ARG(state->key));
    cli_print(&cli->out, "  saved      %llu%s\n", (unsigned long long)state->revision,
              state->dirty ? ", changed since" : "");
    cli_print(&cli->out, "  items      %llu, %llu missing, %llu offline\n", (unsigned long long)state->items,
              (unsigned long long)state->missing, (unsigned long long)state->offline);
    if (state->has_loops && state->has_regions)
        cli_print(&cli->out, "  loops      %llu, %llu regions of clips\n", (unsigned long long)state->loops,
                  (unsigned long long)state->regions);
    for (uint32_t i = 0; state->has_absent && i < state->absent.count; i++)
        cli_print(&cli->out, "%s%.*s", i ? ", " : "  absent     ", TEXT_ARG(state->absent.at[i]));
    if (state->has_absent && state->absent.count)
        cli_print(&cli->out, "%s\n", state->missing + state->offline > state->absent.count ? ", …" : "");
    if (state->has_altered && state->altered)
        print_altered(cli, state);
    if (state->has_import_summary && state->import_summary.len)
        cli_print(&cli->out, "  bundle     %.*s\n", TEXT_ARG(state->import_summary));
    if (state->has_recovery_prompt)
        cli_print(&cli->out, "  recover    %.*s: `loophole project recover`\n", TEXT_ARG(state->recovery_prompt));
    if (state->has_autosave_trouble)
        cli_print(&cli->out, "  autosave   not written: %.*s\n", TEXT_ARG(state->autosave_trouble));
    if (state->unheard)
        cli_print(&cli->out, "  the audio core does not answer: it gets the sound of the project when it does\n");
    if (state->has_away_reason)
        cli_print(&cli->out, "  project.json cannot be read: %.*s\n", TEXT_ARG(state->away_reason));
    if (text_is(state->mirror, "changed"))
        cli_print(&cli->out, "  project.json was changed by another program: `project load --file` loads the change\n");
}

/* A copy that is opened is the project from now on. */
static void print_move(struct cli *cli, const struct project_line *state)
{
    if (state->has_draft_loops)
        cli_print(&cli->out, "  loops      %llu in the draft project: loophole loop adopt takes them over\n",
                  (unsigned long long)state->draft_loops);
    if (state->has_moved_from && state->moved_from.len)
        cli_print(
            &cli->out,
            "  moved      it was in %.*s; from now on it is in the folder above, and saves go there. If that is a "
            "copy, `loophole project open` with the former folder goes back\n",
            (int)state->moved_from.len, (const char *)state->moved_from.at);
}

static bool asks_for_trust(const struct cli *cli)
{
    return cli_can_ask(cli) && !cli->options.trust_links;
}

static void print_links(struct cli *cli, const struct project_line *state)
{
    for (uint32_t i = 0; state->has_links && i < state->links.count; i++)
        cli_print(&cli->out, "  link out   %.*s\n", TEXT_ARG(state->links.at[i]));
    if (state->has_links && state->links.count && !asks_for_trust(cli))
        cli_print(&cli->out, "  links out of the folder are not followed; if you made them, "
                             "`loophole project open FOLDER --trust-links` follows them\n");
}

static enum err show_state(struct cli *cli, const struct project_line *state)
{
    if (cli->options.json)
        return cli_json(cli, &project_line_shape, state);
    print_state(cli, state);
    print_move(cli, state);
    print_links(cli, state);
    return ERR_OK;
}

/* Sends an ask whose answer is the state of a project. */
static enum err change_state(struct cli *cli, const char *ask_name, const void *request, struct fault *fault)
{
    struct project_line state = { 0 };
    enum err e = cli_change(cli, ask_name, request, &state, fault);

    return e == ERR_OK ? show_state(cli, &state) : e;
}

/* ---- commands ---- */

enum err project_make(struct cli *cli, struct fault *fault)
{
    struct project_new ask = { .name = text_of(cli->args[0]) };
    enum err e = project_body_read(cli, 1, false, &ask.body, fault);

    if (e == ERR_OK)
        e = read_folder(cli, &ask.folder, fault);
    return e == ERR_OK ? change_state(cli, "project.new", &ask, fault) : e;
}

/* The path of a project.json means its folder. */
static void leave_file(struct bytes *path)
{
    static const char file[] = "/project.json";
    const uint32_t len = sizeof(file) - 1;

    if (path->len > len && memcmp(path->at + path->len - len, file, len) == 0)
        path->len -= len;
}

/* A link that is made while the person reads is not among those that the ask names. */
static enum err ask_for_trust(struct cli *cli, struct project_open *ask, struct project_line *state,
                              struct fault *fault)
{
    struct buffer question = { 0 };

    if (!state->has_links || !state->links.count || !asks_for_trust(cli))
        return ERR_OK;
    cli_flush(cli);
    cli_print(&question, "follow these links from now on? Only if you made them: y or n:");
    if (!cli_asks(&question))
        return ERR_OK;
    ask->has_trust_links = ask->has_trusted = ask->trust_links = true;
    ask->trusted = (struct text_list){ .count = state->links.count, .at = state->links.at };
    return change_state(cli, "project.open", ask, fault);
}

static enum err open_project(struct cli *cli, struct project_open *ask, struct fault *fault)
{
    struct project_line state = { 0 };
    enum err e = cli_change(cli, "project.open", ask, &state, fault);

    if (e == ERR_OK)
        e = show_state(cli, &state);
    return e == ERR_OK ? ask_for_trust(cli, ask, &state, fault) : e;
}

static enum err enter_folder(struct cli *cli, const char *folder, struct fault *fault)
{
    struct project_open ask = { .has_trust_links = cli->options.trust_links, .trust_links = true };
    enum err e = cli_path(cli, folder, &ask.folder, fault);

    leave_file(&ask.folder);
    return e == ERR_OK ? open_project(cli, &ask, fault) : e;
}

/* If a project and a folder here have the same name, the name means the project. */
enum err project_enter(struct cli *cli, struct fault *fault)
{
    const char *named = cli->args[0];
    struct project_open ask = { .project = text_of(named),
                                .has_trust_links = cli->options.trust_links,
                                .trust_links = true };
    char file[PATH_MAX];
    enum err e;

    if (strchr(named, '/') || strcmp(named, ".") == 0)
        return enter_folder(cli, named, fault);
    e = open_project(cli, &ask, fault);
    snprintf(file, sizeof(file), "%s/project.json", named);
    if (e != ERR_NOT_FOUND || access(file, F_OK) != 0)
        return e;
    *fault = (struct fault){ 0 };
    return enter_folder(cli, named, fault);
}

enum err project_leave(struct cli *cli, struct fault *fault)
{
    return change_state(cli, "project.close", NULL, fault);
}

enum err project_print_state(struct cli *cli, struct fault *fault)
{
    struct project_state ask = { .project = cli->count ? text_of(cli->args[0]) : project_named(cli) };
    struct project_line state = { 0 };
    enum err e = cli_ask(cli, "project.state", &ask, &state, fault);

    return e == ERR_OK ? show_state(cli, &state) : e;
}

enum err project_print_all(struct cli *cli, struct fault *fault)
{
    struct project_lines all = { 0 };
    enum err e = cli_ask(cli, "project.list", NULL, &all, fault);

    for (uint32_t i = 0; e == ERR_OK && i < all.each.count; i++) {
        const struct project_line *one = &all.each.at[i];
        if (cli->options.json)
            cli_json(cli, &project_line_shape, one);
        else
            cli_print(&cli->out, "%s%-32.*s %s %6.1f  saved %llu  %llu missing  %.*s\n", one->current ? ">" : " ",
                      TEXT_ARG(one->name), one->dirty ? "*" : " ", one->bpm, (unsigned long long)one->revision,
                      (unsigned long long)one->missing, (int)one->folder.len, (const char *)one->folder.at);
    }
    return e;
}

enum err project_print_parts(struct cli *cli, struct fault *fault)
{
    struct project_show ask = { .project = cli->count ? text_of(cli->args[0]) : project_named(cli) };
    struct project_parts parts = { 0 };
    char id[ID_TEXT_SIZE];
    enum err e = cli_ask(cli, "project.show", &ask, &parts, fault);

    if (e == ERR_OK)
        e = show_state(cli, &parts.state);
    for (uint32_t i = 0; e == ERR_OK && i < parts.each.count; i++) {
        const struct element *part = &parts.each.at[i];
        struct part_line line = { part->id, part->kind, part->revision, part->body };
        if (cli->options.json)
            cli_json(cli, &part_line_shape, &line);
        else
            cli_print(&cli->out, "%s  %-8s %.*s\n", id_write(part->id, id),
                      choice_word(&element_kind_table, part->kind.value), TEXT_ARG(part->body));
    }
    return e;
}

enum err project_change(struct cli *cli, struct fault *fault)
{
    struct project_set ask = { .project = project_named(cli), .label = option_text(cli->options.label) };
    enum err e = project_body_read(cli, 0, false, &ask.body, fault);

    ask.has_expect = cli->options.expect >= 0;
    ask.expect = (uint64_t)cli->options.expect;
    return e == ERR_OK ? change_state(cli, "project.set", &ask, fault) : e;
}

static enum err send_part(struct cli *cli, struct project_put *ask, struct fault *fault)
{
    struct project_part answer = { 0 };
    char id[ID_TEXT_SIZE];
    enum err e = project_body_read(cli, 1, true, &ask->body, fault);

    ask->project = project_named(cli);
    ask->label = option_text(cli->options.label);
    ask->has_expect = cli->options.expect >= 0;
    ask->expect = (uint64_t)cli->options.expect;
    if (e == ERR_OK)
        e = cli_change(cli, "project.put", ask, &answer, fault);
    if (e != ERR_OK)
        return e;
    struct part_line line = { answer.element.id, answer.element.kind, answer.element.revision, answer.element.body };
    if (cli->options.json)
        return cli_json(cli, &part_line_shape, &line);
    cli_print(&cli->out, "done: %s is at revision %llu\n", id_write(line.id, id), (unsigned long long)line.revision);
    return ERR_OK;
}

enum err project_add(struct cli *cli, struct fault *fault)
{
    struct text kind = text_of(cli->args[0]);
    struct project_put ask = { .kind = { choice_value(&element_kind_table, kind), kind } };

    return send_part(cli, &ask, fault);
}

enum err project_put_part(struct cli *cli, struct fault *fault)
{
    struct project_put ask = { .has_id = true, .kind = { .value = ELEMENT_KIND_TRACK } };
    enum err e = project_body_find(cli, cli->args[0], 0, &ask.id, fault);

    return e == ERR_OK ? send_part(cli, &ask, fault) : e;
}

enum err project_remove_part(struct cli *cli, struct fault *fault)
{
    struct project_remove ask = { .project = project_named(cli), .label = option_text(cli->options.label) };
    enum err e = project_body_find(cli, cli->args[0], 0, &ask.id, fault);

    ask.has_expect = cli->options.expect >= 0;
    ask.expect = (uint64_t)cli->options.expect;
    return e == ERR_OK ? change_state(cli, "project.remove", &ask, fault) : e;
}

enum err project_store(struct cli *cli, struct fault *fault)
{
    struct project_save ask = { .project = project_named(cli), .has_over = true, .over = cli->options.force };

    ask.has_name = cli->count > 0;
    ask.name = cli->count ? text_of(cli->args[0]) : TEXT("");
    return change_state(cli, "project.save", &ask, fault);
}

enum err project_print_saves(struct cli *cli, struct fault *fault)
{
    struct project_saves ask = { .project = project_named(cli) };
    struct project_save_lines all = { 0 };
    enum err e = cli_ask(cli, "project.saves", &ask, &all, fault);

    for (uint32_t i = 0; e == ERR_OK && i < all.each.count; i++) {
        const struct save_line *one = &all.each.at[i];
        if (cli->options.json) {
            cli_json(cli, &save_line_shape, one);
            continue;
        }
        cli_print(&cli->out, "%6llu  ", (unsigned long long)one->revision);
        human_time(&cli->out, one->at);
        cli_print(&cli->out, "  %.*s\n", TEXT_ARG(one->name));
    }
    return e;
}

enum err project_copy(struct cli *cli, struct fault *fault)
{
    struct project_save_as ask = { .project = project_named(cli), .name = text_of(cli->args[0]) };
    enum err e = read_folder(cli, &ask.folder, fault);

    return e == ERR_OK ? change_state(cli, "project.save_as", &ask, fault) : e;
}

enum err project_write_draft(struct cli *cli, struct fault *fault)
{
    struct project_draft ask = { .project = project_named(cli) };

    return change_state(cli, "project.draft", &ask, fault);
}

enum err project_go_back(struct cli *cli, struct fault *fault)
{
    struct project_load ask = { .project = project_named(cli), .has_file = true, .file = cli->options.file };
    char *end = NULL;

    if (cli->count)
        ask.revision = strtoull(cli->args[0], &end, 10);
    if (end && (*end || ask.revision == 0)) {
        ask.revision = 0;
        ask.has_name = true;
        ask.name = text_of(cli->args[0]);
    }
    return change_state(cli, "project.load", &ask, fault);
}

enum err project_gather(struct cli *cli, struct fault *fault)
{
    struct project_collect ask = { .project = project_named(cli),
                                   .has_check = true,
                                   .check = cli->options.check,
                                   .has_without_missing = true,
                                   .without_missing = cli->options.without_missing };
    struct collected done = { 0 };
    enum err e = cli_change(cli, "project.collect", &ask, &done, fault);

    if (e != ERR_OK)
        return e;
    if (cli->options.json)
        return cli_json(cli, &collected_shape, &done);
    cli_print(&cli->out, "%s: %llu files, ", cli->options.check ? "to copy" : "copied",
              (unsigned long long)done.copied);
    human_bytes(&cli->out, done.bytes);
    cli_print(&cli->out, "; %llu are in Media already\n", (unsigned long long)done.present);
    for (uint32_t i = 0; i < done.without.count; i++)
        cli_print(&cli->out, "missing or offline: %.*s\n", TEXT_ARG(done.without.at[i]));
    for (uint32_t i = 0; done.has_damaged && i < done.damaged.count; i++)
        cli_print(&cli->out, "damaged in Media: %.*s\n", TEXT_ARG(done.damaged.at[i]));
    return ERR_OK;
}

static enum err take_step(struct cli *cli, const char *ask_name, const void *request, const char *word,
                          struct fault *fault)
{
    struct project_undone undone = { 0 };
    enum err e = cli_change(cli, ask_name, request, &undone, fault);

    if (e != ERR_OK)
        return e;
    if (cli->options.json)
        return cli_json(cli, &project_undone_shape, &undone);
    cli_print(&cli->out, "%s: %.*s\n", word, TEXT_ARG(undone.label));
    return ERR_OK;
}

enum err project_take_back(struct cli *cli, struct fault *fault)
{
    struct project_undo ask = { .project = project_named(cli) };

    return take_step(cli, "project.undo", &ask, "undone", fault);
}

enum err project_do_again(struct cli *cli, struct fault *fault)
{
    struct project_redo ask = { .project = project_named(cli) };

    return take_step(cli, "project.redo", &ask, "redone", fault);
}
