/* crash.c: the deaths of services: time, cause, and the message or file in hand. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/process/crash_list.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/engine/engine_commands.h"

static void print_crash_json(struct cli *cli, const struct crash *crash, bool whole)
{
    struct crash_line line = {
        .name = crash->file,
        .service = crash->service,
        .pid = crash->pid,
        .at_us = crash->at,
        .signal = crash->signal,
        .cause = crash->cause,
        .ended = crash->ended,
        .in_hand = crash->in_hand,
        .hang = crash->hang,
        .has_record = whole,
        .record = crash->whole,
    };

    cli_json(cli, &crash_line_shape, &line);
}

static void print_row(struct cli *cli, const struct crash *crash)
{
    struct text why = crash->cause.len ? crash->cause : crash->ended.len ? crash->ended : crash->signal;
    time_t at = (time_t)(crash->at / 1000000);
    struct tm local;
    char when[32] = "";

    if (localtime_r(&at, &local))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &local);
    cli_print(&cli->out, "%-19s  %-10.*s  %-28.*s  %-24.*s  %.*s\n", when, TEXT_ARG(crash->service), TEXT_ARG(why),
              TEXT_ARG(crash->in_hand), TEXT_ARG(crash->file));
}

/* A record quotes foreign text: its line feeds are ours, the content of its lines is not. */
static void print_record(struct cli *cli, struct text whole)
{
    while (whole.len > 0) {
        const char *end = memchr(whole.at, '\n', whole.len);
        uint32_t len = end ? (uint32_t)(end - whole.at) : whole.len;

        cli_print(&cli->out, "%.*s\n", (int)len, whole.at);
        len += end != NULL;
        whole = (struct text){ whole.len - len, whole.at + len };
    }
}

static enum err show_crash(struct cli *cli, const struct crash_list *list, struct fault *fault)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (!text_is(list->at[i].file, cli->args[0]))
            continue;
        if (cli->options.json)
            print_crash_json(cli, &list->at[i], true);
        else
            print_record(cli, list->at[i].whole);
        return ERR_OK;
    }
    fault_set(fault, ERR_NOT_FOUND, "no record \"%s\"", cli->args[0]);
    return fault_hint(fault, "`loophole crash list` names them in its last column");
}

enum err crash_print(struct cli *cli, struct fault *fault)
{
    struct crash_list list = { 0 };
    enum err e = crash_list(&cli->paths, &cli->arena, &list, fault);

    if (e != ERR_OK)
        return e;
    if (cli->count > 0)
        return show_crash(cli, &list, fault);
    for (uint32_t i = 0; i < list.count; i++) {
        if (cli->options.json)
            print_crash_json(cli, &list.at[i], false);
        else
            print_row(cli, &list.at[i]);
    }
    cli_none(cli, list.count, "No service has died.");
    return ERR_OK;
}
