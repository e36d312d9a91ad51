/* token.c: the tokens of devices: how programs and browsers of other machines come in. */
#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

#include "common/sha256.h"
#include "frontends/cli/base/change.h"
#include "frontends/cli/base/human.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/engine/engine_commands.h"
#include "schema_web.h"

enum { SECRET = 16 /* bytes; it is written in hex */ };

static enum err draw_secret(char to[2 * SECRET + 1], struct fault *fault)
{
    uint8_t drawn[SECRET];

    if (getrandom(drawn, sizeof(drawn), 0) != (ssize_t)sizeof(drawn))
        return fault_errno(fault, ERR_IO, errno, "the kernel gives no random numbers for a token");
    for (size_t i = 0; i < sizeof(drawn); i++)
        (void)snprintf(to + 2 * i, 3, "%02x", drawn[i]);
    return ERR_OK;
}

static enum err print_new(struct cli *cli, const struct device_token *token, const char *secret)
{
    const struct token_line line = { token->id, token->name, token->read_only, text_of(secret) };
    struct buffer remark = { 0 };

    if (cli->options.json)
        return cli_json(cli, &token_line_shape, &line);
    cli_print(&cli->out, "%s\n", secret);
    cli_print(&remark, "this is the token of \"%.*s\"%s; it is shown only now\n", TEXT_ARG(token->name),
              token->read_only ? ", which may only read" : "");
    cli_remark(&remark);
    buffer_free(&remark);
    return ERR_OK;
}

/* The engine gets the hash of the secret alone. */
enum err token_make(struct cli *cli, struct fault *fault)
{
    char secret[2 * SECRET + 1];
    uint8_t digest[SHA256_BYTES];
    struct web_add_token ask = { .name = text_of(cli->args[0]), .read_only = cli->options.read_only };
    struct device_token token = { 0 };
    enum err e = draw_secret(secret, fault);

    if (e != ERR_OK)
        return e;
    sha256_of(bytes_of(secret, 2 * SECRET), (struct bytes){ 0 }, digest);
    ask.digest = bytes_of(digest, sizeof(digest));
    e = cli_change(cli, "web.add_token", &ask, &token, fault);
    return e == ERR_OK ? print_new(cli, &token, secret) : e;
}

static void print_one(struct cli *cli, const struct device_token *token)
{
    char id[ID_TEXT_SIZE];

    cli_print(&cli->out, "%s %-9s ", id_write(token->id, id), token->read_only ? "read-only" : "all");
    human_time(&cli->out, token->made);
    buffer_add_text(&cli->out, " ");
    if (token->used)
        human_time(&cli->out, token->used);
    else
        cli_print(&cli->out, "%-19s", "never");
    cli_print(&cli->out, " %.*s\n", TEXT_ARG(token->name));
}

enum err token_print_all(struct cli *cli, struct fault *fault)
{
    struct device_tokens all = { 0 };
    enum err e = cli_ask(cli, "web.tokens", NULL, &all, fault);

    if (e == ERR_OK && !cli->options.json && all.each.count > 0)
        cli_print(&cli->out, "%-26s %-9s %-19s %-19s %s\n", "ID", "RIGHTS", "MADE", "LAST USED", "NAME");
    for (uint32_t i = 0; e == ERR_OK && i < all.each.count; i++) {
        if (cli->options.json)
            e = cli_json(cli, &device_token_shape, &all.each.at[i]);
        else
            print_one(cli, &all.each.at[i]);
    }
    if (e == ERR_OK)
        cli_none(cli, all.each.count, "No device has a token.");
    return e;
}

enum err token_remove(struct cli *cli, struct fault *fault)
{
    const struct web_remove_token ask = { .named = text_of(cli->args[0]) };
    struct device_token token = { 0 };
    enum err e = cli_change(cli, "web.remove_token", &ask, &token, fault);

    if (e != ERR_OK || cli->options.json)
        return e == ERR_OK ? cli_json(cli, &device_token_shape, &token) : e;
    cli_print(&cli->out, "removed: the token of \"%.*s\"\n", TEXT_ARG(token.name));
    return ERR_OK;
}
