/* store.c: check, backup and restore of the store itself, whether the engine runs or not. */
#include <string.h>

#include "frontends/cli/base/human.h"
#include "frontends/cli/base/resolve.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/engine/engine_commands.h"
#include "schema_indexer.h"
#include "store/backup/backup.h"
#include "store/backup/check_in_child.h"
#include "store/backup/olds.h"
#include "store/backup/survey.h"

static void print_problem(void *state, const char *what)
{
    struct cli *cli = state;
    struct problem_line line = { .problem = text_of(what) };

    if (cli->options.json)
        cli_json(cli, &problem_line_shape, &line);
    else
        cli_print(&cli->out, "%s\n", what);
}

static void print_orphans(struct cli *cli, const struct orphan_count *orphans)
{
    cli_print(&cli->out, "artefact files without a row: %llu (", (unsigned long long)orphans->files);
    human_bytes(&cli->out, orphans->bytes);
    buffer_add_text(&cli->out, "). This is not damage: a service died, or is writing them. The engine removes such a "
                               "file after an hour\n");
}

static void print_counts(struct cli *cli, const struct check_counts *counts)
{
    struct check_line line = { counts->rows, counts->problems,      counts->files,
                               counts->lost, counts->orphans.files, counts->orphans.bytes };

    if (cli->options.json) {
        cli_json(cli, &check_line_shape, &line);
        return;
    }
    if (counts->lost)
        cli_print(&cli->out,
                  "%llu of %llu artefact files are lost or changed. This is not damage: the engine "
                  "makes them again from the sounds (`loophole tasks`)\n",
                  (unsigned long long)counts->lost, (unsigned long long)counts->files);
    if (counts->orphans.files)
        print_orphans(cli, &counts->orphans);
    cli_print(&cli->out, "%llu rows, %llu problem%s\n", (unsigned long long)counts->rows,
              (unsigned long long)counts->problems, text_plural(counts->problems));
}

/* A running engine then reads every file too; otherwise it does so at its next start. */
static void ask_for_files(struct cli *cli)
{
    struct indexer_remake remake = { .thorough = true };
    struct fault away = { 0 };

    (void)ask(cli->asker, "indexer.remake", &remake, 1000, NULL, NULL, &away);
}

enum err store_check_run(struct cli *cli, struct fault *fault)
{
    struct check_counts counts = { 0 };
    uint64_t pages;
    enum err e = check_in_child(&cli->paths, true, print_problem, cli, &counts, &pages, fault);

    if (e != ERR_OK)
        return e;
    print_counts(cli, &counts);
    if (counts.lost)
        ask_for_files(cli);
    if (counts.problems == 0)
        return ERR_OK;
    fault_set(fault, ERR_INTERNAL, "the check found problems in the store");
    return fault_hint(fault, "`loophole restore FILE` replaces it with a backup");
}

static enum err print_backup(struct cli *cli, const char *done, const struct backup *backup, const struct carry *carry)
{
    const char *file = cli->args[0];
    struct backup_line line = {
        bytes_of(file, strlen(file)), backup->bytes,      backup->revision, backup->catalogue, carry->files,
        carry->has_projects,          carry->has_settings
    };
    char id[ID_TEXT_SIZE];

    if (cli->options.json)
        return cli_json(cli, &backup_line_shape, &line);
    cli_print(&cli->out, "%s %s: ", done, file);
    human_bytes(&cli->out, backup->bytes);
    cli_print(&cli->out, ", revision %llu of catalogue %s, and %llu file%s (patterns, records of labels%s)\n",
              (unsigned long long)backup->revision, id_write(backup->catalogue, id), (unsigned long long)carry->files,
              text_plural(carry->files), carry->has_projects ? ", projects" : "");
    return ERR_OK;
}

enum err store_backup_run(struct cli *cli, struct fault *fault)
{
    const struct options *options = &cli->options;
    struct backup backup = { 0 };
    struct carry carry = { 0 };
    enum err e = resolve_reach(cli->args[0], fault);

    if (e == ERR_OK)
        e = backup_make(&cli->paths, cli->args[0], options->force, options->with_projects, &backup, &carry, fault);
    if (e == ERR_OK)
        e = print_backup(cli, "Wrote", &backup, &carry);
    if (e == ERR_OK && !options->json)
        cli_print(&cli->out, "Not in it: sounds; %s; analysis files, which the engine makes again\n",
                  options->with_projects ? "projects in other folders"
                                         : "projects (--with-projects adds those in the engine's own folder)");
    return e;
}

/* A backup has no artefact files. */
static enum err print_lost_files(struct cli *cli, struct fault *fault)
{
    struct survey_count lost = { 0 };
    enum err e = survey_count(&cli->paths, &lost, fault);
    struct lost_line line = { .artefacts_to_make = lost.files, .sounds = lost.contents };

    if (e != ERR_OK || (lost.files == 0 && !cli->options.json))
        return e;
    if (cli->options.json)
        return cli_json(cli, &lost_line_shape, &line);
    cli_print(&cli->out,
              "artefacts without a file: %llu, of %llu sounds. A running engine makes them again from the sounds that "
              "it can read (`loophole tasks`)\n",
              (unsigned long long)lost.files, (unsigned long long)lost.contents);
    return ERR_OK;
}

static void print_rest(struct cli *cli, bool leaves_settings)
{
    buffer_add_text(&cli->out, "Takes that were recorded since the backup are found when their projects are opened; "
                               "`loophole library add` adds their recordings folder\n");
    if (leaves_settings)
        buffer_add_text(&cli->out,
                        "loophole.conf stays as it is; `loophole restore --settings FILE` replaces it too\n");
}

enum err store_restore_run(struct cli *cli, struct fault *fault)
{
    bool with_settings = cli->options.settings;
    struct backup backup = { 0 };
    struct carry carry = { 0 };
    enum err e = resolve_reach(cli->args[0], fault);

    if (e == ERR_OK)
        e = backup_restore(&cli->paths, cli->args[0], with_settings, &backup, &carry, fault);
    if (e == ERR_OK)
        e = print_backup(cli, "Restored", &backup, &carry);
    if (e == ERR_OK && !cli->options.json)
        print_rest(cli, carry.has_settings && !with_settings);
    return e == ERR_OK ? print_lost_files(cli, fault) : e;
}

static void print_forgotten(struct cli *cli, const struct old_store *old)
{
    struct removed_line line = { .removed = text_of(old->name), .bytes = old->bytes };

    if (cli->options.json) {
        cli_json(cli, &removed_line_shape, &line);
        return;
    }
    cli_print(&cli->out, "Removed %s: ", old->name);
    human_bytes(&cli->out, old->bytes);
    buffer_add_text(&cli->out, "\n");
}

enum err store_forget_old_run(struct cli *cli, struct fault *fault)
{
    struct old_store olds[OLDS_MOST];
    uint32_t count = olds_list(&cli->paths, olds);
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < count; i++) {
        e = olds_remove(&cli->paths, &olds[i], fault);
        if (e == ERR_OK)
            print_forgotten(cli, &olds[i]);
    }
    if (e == ERR_OK && count == 0 && !cli->options.json)
        buffer_add_text(&cli->out, "There is no old store.\n");
    return e;
}
