/* duplicates_restore.c: brings back files that `duplicates remove` moved. */
#include "frontends/cli/removal/duplicates_restore.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "frontends/cli/base/shared.h"
#include "frontends/cli/removal/copy_removal.h"
#include "frontends/cli/removal/removal_commands.h"
#include "frontends/cli/removal/removal_journal.h"
#include "frontends/cli/removal/removal_move.h"
#include "schema_search.h"

static bool return_file(struct cli *cli, const struct journal_walk *walk)
{
    struct fault why = { 0 };
    char path[PATH_MAX];

    if (!bytes_copy(path, sizeof path, walk->line.path))
        return false;
    if (cli->options.dry_run || copy_return(walk->place, path, &why) == ERR_OK)
        return true;
    removal_remark(&why);
    return false;
}

static void print_returned(struct cli *cli, const struct removal_line *line)
{
    cli_print(&cli->out, "%s %.*s\n", cli->options.dry_run ? "would restore" : "restored", (int)line->path.len,
              (const char *)line->path.at);
}

enum err duplicates_restore(struct cli *cli, struct fault *fault)
{
    struct buffer journal = { 0 };
    struct id last = { { 0 } };
    uint64_t count = 0;
    enum err e = removal_journal_read(cli, &journal, fault);

    for (struct journal_walk walk = { .left = text_of(buffer_c(&journal)) };
         e == ERR_OK && removal_journal_next(cli, &walk);)
        last = walk.line.run;
    for (struct journal_walk walk = { .left = text_of(buffer_c(&journal)) };
         e == ERR_OK && removal_journal_next(cli, &walk);) {
        if (!id_equal(walk.line.run, last) || !return_file(cli, &walk))
            continue;
        count++;
        if (cli->options.json)
            (void)cli_json(cli, &removal_line_shape, &walk.line);
        else
            print_returned(cli, &walk.line);
    }
    if (e == ERR_OK && !cli->options.json)
        cli_print(&cli->out, "%llu file%s\n", (unsigned long long)count, text_plural(count));
    buffer_free(&journal);
    return e;
}

void duplicates_return(struct cli *cli, uint64_t first, uint64_t last)
{
    struct buffer journal = { 0 };
    struct id_table runs = { 0 };
    struct fault none = { 0 };

    if (removal_journal_read(cli, &journal, &none) == ERR_OK)
        removal_journal_runs(cli, text_of(buffer_c(&journal)), first, last, &runs);
    for (struct journal_walk walk = { .left = text_of(buffer_c(&journal)) }; removal_journal_next(cli, &walk);)
        if (id_table_has(&runs, walk.line.run) && return_file(cli, &walk) && !cli->options.json)
            print_returned(cli, &walk.line);
    id_table_free(&runs);
    buffer_free(&journal);
}

/* A use that began after the undo keeps the file. Errors (explained): conflict, those of search.get. */
static enum err check_unused(struct cli *cli, struct id item, struct fault *fault)
{
    const struct search_get get = { .has_id = true, .id = item };
    struct media_found found = { 0 };
    char id[ID_TEXT_SIZE];
    const enum err e = cli_ask(cli, "search.get", &get, &found, fault);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && found.contexts == 0))
        return ERR_OK;
    return e == ERR_OK ? fault_set(fault, ERR_CONFLICT, "item %s is in use now", id_write(item, id)) : e;
}

static bool is_of_trash(const char *folder)
{
    char info[PATH_MAX + 16];
    const char *name = strrchr(folder, '/');

    if (!name || strcmp(name, "/files") != 0)
        return false;
    (void)snprintf(info, sizeof(info), "%.*s/info", (int)(name - folder), folder);
    return access(info, F_OK) == 0;
}

/* A line of an earlier version does not name the folder: it is the one in which the file was. */
static void find_folder(struct cli *cli, struct removal_line *line)
{
    char folder[PATH_MAX];
    char *end = bytes_copy(folder, sizeof folder, line->to) ? strrchr(folder, '/') : NULL;

    if (line->has_folder || !end || end == folder)
        return;
    *end = 0;
    line->has_folder = !is_of_trash(folder);
    line->folder = arena_bytes(&cli->arena, bytes_of(folder, (uint32_t)strlen(folder)));
}

static enum err move_again(struct cli *cli, int journal, struct removal_line *line, struct fault *fault)
{
    const enum err e = check_unused(cli, line->id, fault);

    find_folder(cli, line);
    return e == ERR_OK ? removal_move(cli, journal, line, fault) : e;
}

/* The journal has a line for each time that a file was moved. */
static void move_returned(struct cli *cli, struct text text, struct id run, int journal)
{
    struct id_table seen = { 0 };

    for (struct journal_walk walk = { .left = text }; removal_journal_next_returned(cli, &walk);) {
        struct fault why = { 0 };
        if (!id_equal(walk.line.run, run) || !id_table_add(&seen, walk.line.id))
            continue;
        if (move_again(cli, journal, &walk.line, &why) != ERR_OK)
            removal_remark(&why);
        else if (!cli->options.json)
            removal_print(cli, &walk.line);
    }
    id_table_free(&seen);
}

void duplicates_move_again(struct cli *cli, uint64_t step)
{
    struct buffer text = { 0 };
    struct fault none = { 0 };
    struct id run;
    int journal;

    if (removal_journal_read(cli, &text, &none) == ERR_OK &&
        removal_journal_run(cli, text_of(buffer_c(&text)), step, &run) &&
        removal_journal_open(cli, O_WRONLY | O_APPEND, &journal, &none) == ERR_OK) {
        move_returned(cli, text_of(buffer_c(&text)), run, journal);
        close(journal);
    }
    buffer_free(&text);
}
