/* duplicates_restore.c: the command duplicates restore. */
#include "frontends/cli/removal/copy_removal.h"
#include "frontends/cli/removal/removal_journal.h"

static void return_file(struct cli *cli, const struct journal_walk *walk, uint64_t *count)
{
    struct fault why = { 0 };
    char path[PATH_MAX];

    if (!bytes_copy(path, sizeof path, walk->line.path))
        return;
    if (!cli->options.dry_run && copy_return(walk->place, path, &why) != ERR_OK) {
        removal_remark(&why);
        return;
    }
    ++*count;
    if (cli->options.json)
        (void)cli_json(cli, &removal_line_shape, &walk->line);
    else
        cli_print(&cli->out, "%s %s\n", cli->options.dry_run ? "would restore" : "restored", path);
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
         e == ERR_OK && removal_journal_next(cli, &walk);)
        if (id_equal(walk.line.run, last))
            return_file(cli, &walk, &count);
    if (e == ERR_OK && !cli->options.json)
        cli_print(&cli->out, "%llu file%s\n", (unsigned long long)count, text_plural(count));
    buffer_free(&journal);
    return e;
}
