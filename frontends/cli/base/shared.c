#include "frontends/cli/base/shared.h"

#include <string.h>

#include "frontends/cli/base/resolve.h"
#include "proto/wire/json_write.h"
#include "schema_indexer.h"

enum { INPUTS_MOST = 16 };

void cli_warn_if_unkept(const struct cli *cli, const char *name, const void *answer)
{
    const struct ask *asked = schema_ask(text_of(name));
    const struct field *field = asked ? schema_field(asked->answer, TEXT("unkept")) : NULL;
    struct buffer line = { 0 };

    if (!field || cli->options.json || !*(const bool *)((const char *)answer + field->offset))
        return;
    cli_print(&line, "warning: the open project has not stored this change yet: it is lost if the whole engine dies");
    cli_remark(&line);
    buffer_free(&line);
}

enum err cli_ask(struct cli *cli, const char *name, const void *request, void *answer, struct fault *fault)
{
    uint32_t budget = cli->options.budget_ms ? (uint32_t)cli->options.budget_ms : 10000;
    enum err e = ask(cli->asker, name, request, budget, NULL, answer, fault);

    if (e == ERR_OK && answer)
        cli_warn_if_unkept(cli, name, answer);
    return e;
}

enum err cli_json(struct cli *cli, const struct shape *shape, const void *record)
{
    json_write(shape, record, &cli->out);
    buffer_add_text(&cli->out, "\n");
    return ERR_OK;
}

void cli_none(struct cli *cli, uint64_t count, const char *sentence)
{
    if (count == 0 && !cli->options.json)
        cli_print(&cli->out, "%s\n", sentence);
}

enum err cli_path(struct cli *cli, const char *typed, struct bytes *path, struct fault *fault)
{
    struct resolved to;
    enum err e = resolve_path(typed, &to, fault);

    if (e == ERR_OK)
        *path = arena_bytes(&cli->arena, bytes_of(to.path, strlen(to.path)));
    return e;
}

struct text cli_words(struct cli *cli)
{
    struct buffer words = { 0 };

    for (int i = 0; i < cli->count; i++) {
        buffer_add_text(&words, i ? " " : "");
        buffer_add_text(&words, cli->args[i]);
    }
    return arena_take(&cli->arena, &words);
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

enum err cli_inputs(struct cli *cli, struct text_list *to, struct fault *fault)
{
    const char *at = cli->options.inputs;

    to->at = arena_array(&cli->arena, INPUTS_MOST, sizeof(*to->at));
    for (; at && to->count < INPUTS_MOST; to->count++) {
        size_t len = strcspn(at, ",");
        if (len == 0)
            return fault_set(fault, ERR_BAD_REQUEST, "--inputs \"%s\" has an empty port", cli->options.inputs);
        ((struct text *)to->at)[to->count] = (struct text){ (uint32_t)len, at };
        at = at[len] ? at + len + 1 : NULL;
    }
    return at ? fault_set(fault, ERR_BAD_REQUEST, "--inputs has more than %d ports: \"%.100s\"", INPUTS_MOST,
                          cli->options.inputs)
              : ERR_OK;
}

enum err cli_library(struct cli *cli, struct bytes path, struct id *to, struct fault *fault)
{
    struct libraries list = { 0 };
    const struct library *found = NULL;
    enum err e = cli_ask(cli, "indexer.libraries", NULL, &list, fault);

    for (uint32_t i = 0; e == ERR_OK && i < list.each.count; i++)
        if (bytes_equal(list.each.at[i].path, path) && (!found || list.each.at[i].online))
            found = &list.each.at[i]; /* several disks may have had this mount point: the library of the current one */
    if (found)
        *to = found->id;
    if (found || e != ERR_OK)
        return e;
    fault_set(fault, ERR_NOT_FOUND, "%.*s is not a library", (int)path.len, (const char *)path.at);
    return fault_hint(fault, "`loophole library list` lists them");
}
