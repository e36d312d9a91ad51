#include "frontends/cli/base/results.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "common/file.h"

enum { LINE = ID_TEXT_SIZE }; /* an id and a line feed */

static const char *results_path(const struct cli *cli, char to[PATH_MAX])
{
    return snprintf(to, PATH_MAX, "%s/cli.results", cli->paths.cache) < PATH_MAX ? to : "";
}

void results_forget(struct cli *cli)
{
    char path[PATH_MAX];

    (void)unlink(results_path(cli, path));
}

void results_keep(struct cli *cli, const struct id_list *items)
{
    struct buffer lines = { 0 };
    struct fault none = { 0 };
    char path[PATH_MAX], id[ID_TEXT_SIZE];

    for (uint32_t i = 0; i < items->count && i < RESULTS_MOST; i++)
        cli_print(&lines, "%s\n", id_write(items->at[i], id));
    if (file_write_soon(results_path(cli, path), bytes_of(lines.at, lines.len), 0600, &none) != ERR_OK)
        results_forget(cli); /* an older result would be the wrong one */
    buffer_free(&lines);
}

bool results_read(struct cli *cli, struct id_list *items)
{
    struct buffer lines = { 0 };
    struct fault none = { 0 };
    char path[PATH_MAX];
    bool is_kept = file_read_all(results_path(cli, path), (size_t)RESULTS_MOST * LINE, &lines, &none) == ERR_OK;

    *items = (struct id_list){ 0, arena_array(&cli->arena, RESULTS_MOST, sizeof(*items->at)) };
    for (size_t at = 0; is_kept && at + LINE <= lines.len; at += LINE) {
        struct text line = { LINE - 1, (const char *)lines.at + at };
        if (id_read(line, &items->at[items->count]))
            items->count++;
    }
    buffer_free(&lines);
    return is_kept;
}
