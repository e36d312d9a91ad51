/* tasks.c: long work in progress in all services. */
#include <stdio.h>

#include "frontends/cli/base/human.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/engine/engine_commands.h"
#include "frontends/cli/engine/running.h"
#include "schema_service.h"

static void print_count(struct cli *cli, const struct task *task, uint64_t count)
{
    if (task->has_in_bytes && task->in_bytes)
        human_bytes(&cli->out, count);
    else
        cli_print(&cli->out, "%llu", (unsigned long long)count);
}

static enum err print_task(struct cli *cli, const struct task *task, const char *service)
{
    char id[ID_TEXT_SIZE];

    if (cli->options.json)
        return cli_json(cli, &task_shape, task);
    cli_print(&cli->out, "%s  %-10s ", id_write(task->id, id), service);
    print_count(cli, task, task->done);
    cli_print(&cli->out, " of ");
    print_count(cli, task, task->total);
    cli_print(&cli->out, "  %.*s", TEXT_ARG(task->label));
    if (task->failed)
        cli_print(&cli->out, ", %llu failed", (unsigned long long)task->failed);
    buffer_add_text(&cli->out, "\n");
    return ERR_OK;
}

static enum err print_tasks(struct cli *cli, struct fault *fault)
{
    struct running_list running;
    enum err e = running_services(cli, &running, fault);
    bool any = false;

    for (uint32_t i = 0; e == ERR_OK && i < running.count; i++) {
        struct service_status status = { 0 };
        struct fault away = { 0 };
        char name[64];

        snprintf(name, sizeof name, "%s.status", running.names[i]);
        (void)ask(cli->asker, name, NULL, 500, NULL, &status, &away); /* an absent service has no tasks */
        for (uint32_t t = 0; e == ERR_OK && t < status.tasks.count; t++) {
            e = print_task(cli, &status.tasks.at[t], running.names[i]);
            any = true;
        }
    }
    if (e == ERR_OK)
        cli_none(cli, any, "No task is under way.");
    return e;
}

enum err tasks_list(struct cli *cli, struct fault *fault)
{
    return cli_show(cli, print_tasks, 1000000, fault);
}

/* Asks each service, because only the one with the task knows it. */
enum err tasks_cancel(struct cli *cli, struct fault *fault)
{
    struct service_cancel cancel = { 0 };
    enum err e = ERR_NOT_FOUND;
    bool has_answered = false;

    if (!id_read(text_of(cli->args[0]), &cancel.task))
        return fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is not an id; `loophole tasks` shows them", cli->args[0]);
    for (int i = 0; (e == ERR_NOT_FOUND || e == ERR_OFFLINE) && schema_all[i]; i++) {
        char name[64];

        snprintf(name, sizeof name, "%s.cancel", schema_all[i]->service);
        e = ask(cli->asker, name, &cancel, 2000, NULL, NULL, fault);
        has_answered |= e == ERR_NOT_FOUND;
    }
    if (has_answered && (e == ERR_NOT_FOUND || e == ERR_OFFLINE))
        e = fault_set(fault, ERR_NOT_FOUND, "no running service has the task %s", cli->args[0]);
    return e;
}
