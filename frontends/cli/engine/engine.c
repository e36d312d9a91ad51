/* engine.c: shared by the commands for the whole engine. */
#include "frontends/cli/engine/engine.h"

#include <stdio.h>
#include <sys/stat.h>

#include "proto/transport/lock.h"

enum err engine_services(struct cli *cli, uint32_t budget_ms, struct service_lines *lines, struct fault *fault)
{
    return ask(cli->asker, "supervisor.services", NULL, budget_ms, NULL, lines, fault);
}

bool engine_is_given_up(const struct cli *cli)
{
    return !lock_data_is_held(&cli->paths, "keeper") && !lock_data_is_held(&cli->paths, "supervisor");
}

long engine_log_size(const struct cli *cli)
{
    char path[PATH_MAX + 24];
    struct stat log;

    snprintf(path, sizeof path, "%s/supervisor.log", cli->paths.logs);
    return stat(path, &log) == 0 ? (long)log.st_size : 0;
}

void engine_remark(const char *text)
{
    struct buffer line = { 0 };

    cli_print(&line, "%s", text);
    cli_remark(&line);
    buffer_free(&line);
}
