#include "frontends/cli/base/question.h"

#include <string.h>

#include "schema_indexer.h"

/* What the indexer does with the files until the answer (missing_many in schemas/indexer.schema). */
#define OVER_HALF  " That is over half: they are marked offline.\nConnect the disk or restore them.\n"
#define UP_TO_HALF " None is marked missing before you answer.\nConnect the disk or restore them.\n"

void question_command(struct buffer *to, const struct missing_many *asks)
{
    cli_print(to, "loophole library rescan ");
    cli_print_word(to, asks->path);
    cli_print(to, " --accept-missing");
}

void question_print(struct cli *cli, const struct libraries *libraries)
{
    for (uint32_t i = 0; i < libraries->asks.count; i++) {
        const struct missing_many *asks = &libraries->asks.at[i];

        cli_print(&cli->out, "%llu of %llu files in %.*s are not found.", (unsigned long long)asks->missing,
                  (unsigned long long)asks->of, (int)asks->path.len, asks->path.len ? (const char *)asks->path.at : "");
        buffer_add_text(&cli->out, asks->lost ? OVER_HALF : UP_TO_HALF);
        buffer_add_text(&cli->out, "If they were deleted on purpose, run:\n  ");
        question_command(&cli->out, asks);
        buffer_add_text(&cli->out, "\n");
    }
}

void question_print_open(struct cli *cli)
{
    struct libraries list = { 0 };
    struct fault none = { 0 };

    if (ask(cli->asker, "indexer.libraries", NULL, 2000, NULL, &list, &none) == ERR_OK)
        question_print(cli, &list);
}
