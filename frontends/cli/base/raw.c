/* raw.c: any message of the protocol, by the tables only. */

#include "frontends/cli/base/units.h"

/* Built from --body, then from FIELD=VALUE arguments. */
enum err raw_request(struct cli *cli, struct buffer *to, struct fault *fault)
{
    const struct ask *which = schema_ask(text_of(cli->args[0]));
    enum err e = ERR_OK;
    void *request;

    if (!which) {
        fault_set(fault, ERR_NOT_FOUND, "no message \"%s\"", cli->args[0]);
        return fault_hint(fault, "`loophole ask SERVICE.describe` and docs/protocol.md list them");
    }
    request = arena_alloc(&cli->arena, which->request->size);
    if (cli->options.body)
        e = json_read(which->request, text_of(cli->options.body), &cli->arena, request, fault);
    for (int i = 1; e == ERR_OK && i < cli->count; i++)
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

enum err raw_ask(struct cli *cli, struct fault *fault)
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
