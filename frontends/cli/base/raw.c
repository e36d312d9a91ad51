#include "frontends/cli/base/raw.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "proto/wire/codec.h"

enum { WORDS_MOST = 1024 /* of a line of standard input */ };

/* Built from --body, or from an argument in its place, then from FIELD=VALUE arguments. */
enum err raw_request(struct cli *cli, struct buffer *to, struct fault *fault)
{
    const struct ask *which = schema_ask(text_of(cli->args[0]));
    const bool has_body = cli->count > 1 && cli->args[1][0] == '{';
    const char *body = has_body ? cli->args[1] : cli->options.body;
    enum err e = ERR_OK;
    void *request;

    if (!which) {
        fault_set(fault, ERR_NOT_FOUND, "no message \"%s\"", cli->args[0]);
        return fault_hint(fault, "`loophole ask SERVICE.describe` and docs/protocol.md list them");
    }
    request = arena_alloc(&cli->arena, which->request->size);
    if (body)
        e = json_read(which->request, text_of(body), &cli->arena, request, fault);
    for (int i = has_body ? 2 : 1; e == ERR_OK && i < cli->count; i++)
        e = units_assign(cli, which->request, cli->args[i], request, fault);
    return e != ERR_OK ? e : codec_encode(which->request, request, to, fault);
}

static enum err send_raw(struct cli *cli, const char *name, struct buffer *body, struct bytes *answer,
                         struct fault *fault)
{
    uint32_t budget = cli->options.budget_ms ? (uint32_t)cli->options.budget_ms : 10000;
    struct id id = id_new();

    if (cli->options.request_id && !id_read(text_of(cli->options.request_id), &id))
        return fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is not an id of 26 characters", cli->options.request_id);
    return ask_raw(cli->asker, name, buffer_bytes(body), budget, &id, answer, fault);
}

static enum err print_answer(struct cli *cli, const struct ask *which, struct bytes body, struct fault *fault)
{
    void *answer = arena_alloc(&cli->arena, which->answer->size);
    enum err e = codec_decode(which->answer, body, &cli->arena, answer, fault);

    if (e == ERR_OK)
        cli_json(cli, which->answer, answer);
    return e;
}

static enum err ask_once(struct cli *cli, struct fault *fault)
{
    struct buffer body = { 0 };
    struct bytes answer;
    enum err e = raw_request(cli, &body, fault);

    if (e == ERR_OK)
        e = send_raw(cli, cli->args[0], &body, &answer, fault);
    if (e == ERR_OK)
        e = print_answer(cli, schema_ask(text_of(cli->args[0])), answer, fault);
    buffer_free(&body);
    return e;
}

/* ---- one ask after another ---- */

static enum err ask_line(struct cli *cli, char *line, struct fault *fault)
{
    char *words[WORDS_MOST];

    cli->args = words;
    cli->count = 0;
    for (char *word; (word = strsep(&line, "\t")) != NULL; words[cli->count++] = word)
        if (cli->count == WORDS_MOST)
            return fault_set(fault, ERR_TOO_LARGE, "the line has more than %d words", WORDS_MOST);
    return ask_once(cli, fault);
}

/* The line of the answer, or of the error. */
static void answer_line(struct cli *cli, char *line)
{
    struct fault fault = { 0 };

    fault.code = ask_line(cli, line, &fault);
    if (fault.code != ERR_OK) {
        cli_error(&cli->out, &fault);
        buffer_add_text(&cli->out, "\n");
    }
    cli_flush(cli);
    arena_reset(&cli->arena);
}

static enum err ask_each(struct cli *cli, struct fault *fault)
{
    enum err e = ERR_OK;
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    if (cli->options.request_id)
        return fault_set(fault, ERR_BAD_REQUEST, "--request-id is for one ask, and standard input may have many");
    while (errno = 0, (len = getline(&line, &room, stdin)) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        answer_line(cli, line);
    }
    if (errno != 0)
        e = fault_errno(fault, ERR_IO, errno, "cannot read standard input");
    free(line);
    return e;
}

enum err raw_ask(struct cli *cli, struct fault *fault)
{
    return strcmp(cli->args[0], "-") == 0 && cli->count == 1 ? ask_each(cli, fault) : ask_once(cli, fault);
}
