/* engine_status.c: the command status, once or repeatedly. */

#include "frontends/cli/base/shared.h"
#include "frontends/cli/engine/engine.h"
#include "frontends/cli/engine/engine_alarms.h"
#include "frontends/cli/engine/engine_commands.h"

static enum err print_service_line(struct cli *cli, const struct service_line *line)
{
    if (cli->options.json)
        return cli_json(cli, &service_line_shape, line);
    cli_print(&cli->out, "%-12.*s %-12s %8lld %10.1f s %9llu  %.*s\n", TEXT_ARG(line->service),
              choice_word(&run_state_table, line->state.value), (long long)line->pid, line->uptime_s,
              (unsigned long long)line->restarts, TEXT_ARG(line->last_death));
    return ERR_OK;
}

static void print_alarm(struct cli *cli, const char *text)
{
    cli_print(&cli->out, "%s\n", text);
}

static enum err print_status(struct cli *cli, struct fault *fault)
{
    struct service_lines lines = { 0 };
    enum err e = engine_services(cli, 5000, &lines, fault);

    if (e != ERR_OK)
        return e;
    if (!cli->options.json)
        cli_print(&cli->out, "%-12s %-12s %8s %12s %9s  %s\n", "SERVICE", "STATE", "PID", "UP", "RESTARTS",
                  "LAST DEATH");
    for (uint32_t i = 0; e == ERR_OK && i < lines.each.count; i++)
        e = print_service_line(cli, &lines.each.at[i]);
    if (!cli->options.json)
        engine_print_alarms(cli, &lines, print_alarm);
    return e;
}

enum err engine_status(struct cli *cli, struct fault *fault)
{
    return cli_show(cli, print_status, 1000000, fault);
}
