#include "frontends/cli/engine/engine_ended.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* After this number of ends in a row, a service is taken to have one lasting cause. */
enum { ENDS = 3 };

/* Reads the last error that the service printed, "loophole-persist: TEXT", at the end of its log. False: there is
 * none. */
static bool read_last_error(const struct cli *cli, const char *service, char text[400])
{
    char path[PATH_MAX + 80], mark[80], line[2048];
    bool any = false;
    FILE *log;

    snprintf(path, sizeof path, "%s/%s.log", cli->paths.logs, service);
    snprintf(mark, sizeof mark, "loophole-%s: ", service);
    log = fopen(path, "re");
    if (log && fseek(log, -16384, SEEK_END) != 0)
        rewind(log);
    while (log && fgets(line, sizeof line, log)) {
        if (strncmp(line, mark, strlen(mark)) != 0)
            continue;
        snprintf(text, 400, "%.*s", (int)strcspn(line + strlen(mark), "\n"), line + strlen(mark));
        any = true;
    }
    if (log)
        fclose(log);
    return any;
}

enum err engine_look_for_ends(struct cli *cli, const struct service_lines *lines, char shown[ENGINE_END],
                              struct fault *fault)
{
    for (uint32_t i = 0; i < lines->each.count; i++) {
        const struct service_line *line = &lines->each.at[i];
        char service[64], death[256], reason[400], text[ENGINE_END];

        text_copy(service, sizeof service, line->service);
        text_copy(death, sizeof death, line->last_death);
        if (line->state.value != RUN_STATE_FAILED || line->restarts < ENDS || !read_last_error(cli, service, reason))
            continue;
        /* Only an action of a person removes this cause. */
        if (strstr(death, "(denied)")) {
            fault_set(fault, ERR_DENIED, "%s ends at each start: %s", service, reason);
            return fault_hint(fault, "`loophole logs %s` has the whole text; `loophole down` ends the engine", service);
        }
        snprintf(text, sizeof text, "%s ends at each start: %s", service, reason);
        if (strcmp(text, shown) != 0)
            engine_remark(strcpy(shown, text));
    }
    return ERR_OK;
}
