/* shared.c: what several commands need. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/cli/base/cli.h"

enum err cli_ask(struct cli *cli, const char *name, const void *request, void *answer, struct fault *fault)
{
    uint32_t budget = cli->options.budget_ms ? (uint32_t)cli->options.budget_ms : 10000;

    return ask(cli->asker, name, request, budget, NULL, answer, fault);
}

enum err cli_json(struct cli *cli, const struct shape *shape, const void *record)
{
    json_write(shape, record, &cli->out);
    buffer_add_text(&cli->out, "\n");
    return ERR_OK;
}

/* A file that is gone still has a place in the catalogue: then the folder is resolved, and the name kept. */
static bool resolve_path(const char *typed, char to[PATH_MAX])
{
    char folder[PATH_MAX], name[PATH_MAX];
    const char *slash = strrchr(typed, '/');
    size_t len;

    if (realpath(typed, to))
        return true;
    if (strlen(typed) >= PATH_MAX)
        return false;
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - typed + 1) : 1, slash ? typed : ".");
    snprintf(name, sizeof name, "%s", slash ? slash + 1 : typed);
    if (!realpath(folder, to))
        return false;
    len = strlen(to);
    return snprintf(to + len, PATH_MAX - len, "%s%s", len > 1 ? "/" : "", name) < (int)(PATH_MAX - len);
}

enum err cli_path(struct cli *cli, const char *typed, struct bytes *path, struct fault *fault)
{
    char real[PATH_MAX];

    if (!resolve_path(typed, real)) {
        fault_errno(fault, ERR_NOT_FOUND, errno, "\"%s\" is neither an id nor a path", typed);
        return fault_hint(fault, "ids are 26 characters, as `loophole search` shows them");
    }
    *path = arena_bytes(&cli->arena, bytes_of(real, strlen(real)));
    return ERR_OK;
}

struct text cli_words(struct cli *cli)
{
    struct buffer words = { 0 };
    struct text all;

    for (int i = 0; i < cli->count; i++) {
        buffer_add_text(&words, i ? " " : "");
        buffer_add_text(&words, cli->args[i]);
    }
    all = arena_text(&cli->arena, text_of(buffer_c(&words)));
    buffer_free(&words);
    return all;
}

struct text_list cli_split(struct cli *cli, const char *words)
{
    struct text_list list = { 0 };

    if (!words)
        return list;
    list.at = arena_array(&cli->arena, strlen(words) + 1, sizeof *list.at);
    while (*words) {
        size_t len = strcspn(words, ",");

        if (len > 0)
            list.at[list.count++] = (struct text){ (uint32_t)len, words };
        words += len + (words[len] == ',');
    }
    return list;
}
