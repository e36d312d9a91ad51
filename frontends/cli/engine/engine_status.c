/* engine_status.c: status, once or again and again. */
#include <stdio.h>

#include "common/clock.h"
#include "frontends/cli/engine/engine.h"

static enum err print_line(struct cli *cli, const struct service_line *line)
{
    if (cli->options.json)
        return cli_json(cli, &service_line_shape, line);
    cli_print(&cli->out, "%-12.*s %-12s %8lld %10.1f s %9llu  %.*s\n", TEXT_ARG(line->service),
              choice_word(&run_state_table, line->state.value), (long long)line->pid, line->uptime_s,
              (unsigned long long)line->restarts, TEXT_ARG(line->last_death));
    return ERR_OK;
}

bool engine_is_without_server(const struct service_line *line)
{
    return line->state.value == RUN_STATE_WAITING && line->pid > 0;
}

/* What a line of `status` leaves to print below the table. */
struct noted_status {
    char service[64], work[64];
    bool answers;
};

static void note_line(struct noted_status *noted, const struct service_line *line)
{
    *noted = (struct noted_status){ .answers = line->state.value == RUN_STATE_READY || engine_is_without_server(line) };
    text_copy(noted->service, sizeof noted->service, line->service);
    text_copy(noted->work, sizeof noted->work, line->work);
}

/* Long work, and what the service itself says a person should see to. */
static void print_alarm(struct cli *cli, const struct noted_status *noted)
{
    struct service_status status = { 0 };
    struct fault none = { 0 };
    const char *service = noted->service;
    char name[80];

    if (noted->work[0])
        cli_print(&cli->out, "%s: %s\n", service, noted->work);
    snprintf(name, sizeof name, "%.63s.status", service);
    if (!noted->answers || ask(cli->asker, name, NULL, 1000, NULL, &status, &none) != ERR_OK)
        return;
    if (status.alarm.len)
        cli_print(&cli->out, "%s: %.*s\n", service, TEXT_ARG(status.alarm));
}

static enum err print_status(struct cli *cli, struct fault *fault)
{
    struct service_lines lines = { 0 };
    struct noted_status names[32];
    uint32_t count = 0;
    enum err e = engine_services(cli, 5000, &lines, fault);

    if (e != ERR_OK)
        return e;
    if (!cli->options.json)
        cli_print(&cli->out, "%-12s %-12s %8s %12s %9s  %s\n", "SERVICE", "STATE", "PID", "UP", "RESTARTS",
                  "LAST DEATH");
    for (uint32_t i = 0; e == ERR_OK && i < lines.each.count; i++) {
        e = print_line(cli, &lines.each.at[i]);
        if (count < 32)
            note_line(&names[count++], &lines.each.at[i]);
    }
    for (uint32_t i = 0; !cli->options.json && i < count; i++)
        print_alarm(cli, &names[i]);
    return e;
}

enum err engine_status(struct cli *cli, struct fault *fault)
{
    return cli_show(cli, print_status, 1000000, fault);
}
