#include "frontends/cli/engine/engine_alarms.h"

#include <stdio.h>

enum { NOTED_MAX = 32, ASK_MS = 1000 };

struct noted {
    char service[64], work[64];
    bool answers;
};

bool engine_is_without_server(const struct service_line *line)
{
    return line->state.value == RUN_STATE_WAITING && line->pid > 0;
}

static void note_line(struct noted *noted, const struct service_line *line)
{
    *noted = (struct noted){ .answers = !text_is(line->service, "jack") &&
                                        (line->state.value == RUN_STATE_READY || engine_is_without_server(line)) };
    text_copy(noted->service, sizeof noted->service, line->service);
    text_copy(noted->work, sizeof noted->work, line->work);
}

static void print_one(struct cli *cli, const struct noted *noted, void (*print)(struct cli *cli, const char *text))
{
    struct service_status status = { 0 };
    struct fault none = { 0 };
    char name[80], text[400];

    snprintf(text, sizeof text, "%s: %s", noted->service, noted->work);
    if (noted->work[0])
        print(cli, text);
    snprintf(name, sizeof name, "%.63s.status", noted->service);
    if (!noted->answers || ask(cli->asker, name, NULL, ASK_MS, NULL, &status, &none) != ERR_OK || !status.alarm.len)
        return;
    snprintf(text, sizeof text, "%s: %.*s", noted->service, TEXT_ARG(status.alarm));
    print(cli, text);
}

void engine_print_alarms(struct cli *cli, const struct service_lines *lines,
                         void (*print)(struct cli *cli, const char *text))
{
    struct noted noted[NOTED_MAX];
    uint32_t count = lines->each.count < NOTED_MAX ? lines->each.count : NOTED_MAX;

    for (uint32_t i = 0; i < count; i++)
        note_line(&noted[i], &lines->each.at[i]);
    for (uint32_t i = 0; i < count; i++)
        print_one(cli, &noted[i], print);
}
