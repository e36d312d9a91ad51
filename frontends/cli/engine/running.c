#include "frontends/cli/engine/running.h"

#include "schema_supervisor.h"

enum { BUDGET_MS = 500 };

static void add_service(struct running_list *to, struct text name)
{
    if (to->count < RUNNING_MAX && text_copy(to->names[to->count], RUNNING_NAME, name))
        to->count++;
}

enum err running_services(struct cli *cli, struct running_list *to, struct fault *fault)
{
    struct service_lines lines = { 0 };
    enum err e = ask(cli->asker, "supervisor.services", NULL, BUDGET_MS, NULL, &lines, fault);

    *to = (struct running_list){ 0 };
    if (e == ERR_OFFLINE)
        return e;
    if (e == ERR_OK)
        add_service(to, TEXT("supervisor"));
    for (int i = 0; e != ERR_OK && schema_all[i]; i++)
        add_service(to, text_of(schema_all[i]->service));
    for (uint32_t i = 0; e == ERR_OK && i < lines.each.count; i++)
        if (lines.each.at[i].pid > 0 && !text_is(lines.each.at[i].service, "jack"))
            add_service(to, lines.each.at[i].service);
    return ERR_OK;
}
