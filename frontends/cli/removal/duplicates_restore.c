/* duplicates_restore.c: brings back files that `duplicates remove` moved. */
#include "frontends/cli/removal/duplicates_restore.h"

#include "frontends/cli/removal/copy_removal.h"
#include "frontends/cli/removal/removal_journal.h"

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
