/* logs.c: what the services logged, in the order of their lines' times; tasks and events. */
#include "frontends/cli/cli.h"
#include "common/clock.h"
#include "schema_service.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- logs ---- */

enum { LOG_FILES = 32, LOG_TAIL = 200 };

struct log_lines {
    struct arena arena;
    const char **at;
    size_t count, room;
    struct log_file {
        char name[256];
        long offset; /* read so far */
    } files[LOG_FILES];
    int file_count;
};

static int by_time(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_log_of(const char *name, const char *service)
{
    size_t len = strlen(service);
    const char *dot = strstr(name, ".log");

    return dot && dot[4] == '\0' && (len == 0 || (strncmp(name, service, len) == 0 && name + len == dot));
}

static void find_logs(const struct cli *cli, const char *service, struct log_lines *lines)
{
    DIR *folder = opendir(cli->paths.logs);
    struct dirent *entry;

    while (folder && (entry = readdir(folder)) != NULL && lines->file_count < LOG_FILES)
        if (is_log_of(entry->d_name, service))
            snprintf(lines->files[lines->file_count++].name, 256, "%s", entry->d_name);
    if (folder)
        closedir(folder);
}

static void keep_line(struct log_lines *lines, const char *line)
{
    struct text copy = arena_text(&lines->arena, text_of(line));

    if (lines->count == lines->room) {
        size_t room = lines->room ? lines->room * 2 : 1024;
        const char **grown = realloc(lines->at, room * sizeof *grown);

        if (!grown)
            return;
        lines->at = grown;
        lines->room = room;
    }
    if (copy.at)
        lines->at[lines->count++] = copy.at;
}

static void read_new_lines(const struct cli *cli, struct log_lines *lines, struct log_file *log)
{
    char path[PATH_MAX + 260], line[4096];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", cli->paths.logs, log->name);
    file = fopen(path, "re");
    if (!file)
        return;
    fseek(file, 0, SEEK_END);
    if (ftell(file) < log->offset) /* rotated */
        log->offset = 0;
    fseek(file, log->offset, SEEK_SET);
    while (fgets(line, sizeof line, file) && strchr(line, '\n')) {
        keep_line(lines, line);
        log->offset = ftell(file);
    }
    fclose(file);
}

static void print_log_line(struct cli *cli, const char *line)
{
    size_t len = strlen(line);
    bool first = true;

    if (!cli->options.json) {
        buffer_add(&cli->out, line, len);
        return;
    }
    buffer_add_text(&cli->out, "{");
    json_key(&cli->out, &first, "line");
    json_text(&cli->out, (struct text){ (uint32_t)(len - 1), line });
    buffer_add_text(&cli->out, "}\n");
}

enum err logs_show(struct cli *cli, struct fault *fault)
{
    struct log_lines lines = { 0 };
    size_t tail = LOG_TAIL;

    find_logs(cli, cli->count ? cli->args[0] : "", &lines);
    if (lines.file_count == 0)
        return fault_set(fault, ERR_NOT_FOUND, "no log%s%s in %s", cli->count ? " of " : "",
                         cli->count ? cli->args[0] : "", cli->paths.logs);
    do {
        for (int i = 0; i < lines.file_count; i++)
            read_new_lines(cli, &lines, &lines.files[i]);
        if (lines.count > 0)
            qsort(lines.at, lines.count, sizeof *lines.at, by_time);
        for (size_t i = cli->options.all || lines.count < tail ? 0 : lines.count - tail; i < lines.count; i++)
            print_log_line(cli, lines.at[i]);
        cli_flush(cli);
        lines.count = 0;
        arena_reset(&lines.arena);
        tail = SIZE_MAX;
        if (cli->options.follow)
            clock_sleep(250000);
    } while (cli->options.follow);
    free(lines.at);
    arena_free(&lines.arena);
    return ERR_OK;
}

/* ---- tasks ---- */

static enum err print_task(struct cli *cli, const struct task *task, const char *service)
{
    char id[ID_TEXT_SIZE];

    if (cli->options.json) {
        enum err e = json_write(&task_shape, task, &cli->out);
        buffer_add_text(&cli->out, "\n");
        return e;
    }
    buffer_printf(&cli->out, "%s  %-10s %llu of %llu  %.*s", id_write(task->id, id), service,
                  (unsigned long long)task->done, (unsigned long long)task->total, TEXT_ARG(task->label));
    if (task->failed)
        buffer_printf(&cli->out, ", %llu failed", (unsigned long long)task->failed);
    buffer_add_text(&cli->out, "\n");
    return ERR_OK;
}

static enum err print_tasks(struct cli *cli, struct fault *fault)
{
    enum err e = ERR_OK;
    bool any = false;

    for (int i = 0; e == ERR_OK && schema_all[i]; i++) {
        struct service_status status = { 0 };
        struct fault away = { 0 };
        char name[64];

        snprintf(name, sizeof name, "%s.status", schema_all[i]->service);
        e = ask(cli->asker, name, NULL, 500, NULL, &status, &away);
        if (e == ERR_OFFLINE && strcmp(schema_all[i]->service, "supervisor") == 0)
            *fault = away;
        else
            e = ERR_OK; /* a service that is away has no tasks */
        for (uint32_t t = 0; e == ERR_OK && t < status.tasks.count; t++) {
            e = print_task(cli, &status.tasks.at[t], schema_all[i]->service);
            any = true;
        }
    }
    if (e == ERR_OK && !any && !cli->options.json)
        buffer_add_text(&cli->out, "No long work is under way.\n");
    return e;
}

enum err tasks_list(struct cli *cli, struct fault *fault)
{
    enum err e;

    while ((e = print_tasks(cli, fault)) == ERR_OK && cli->options.watch) {
        if (cli_is_terminal() && !cli->options.json)
            fputs("\033[H\033[J", stdout);
        cli_flush(cli);
        clock_sleep(1000000);
    }
    return e;
}

/* Only the service that has the task knows it. */
enum err tasks_cancel(struct cli *cli, struct fault *fault)
{
    struct service_cancel cancel = { 0 };
    enum err e = ERR_NOT_FOUND;

    if (!id_read(text_of(cli->args[0]), &cancel.task))
        return fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is not an id; `loophole tasks` shows them", cli->args[0]);
    for (int i = 0; e == ERR_NOT_FOUND && schema_all[i]; i++) {
        char name[64];

        snprintf(name, sizeof name, "%s.cancel", schema_all[i]->service);
        e = ask(cli->asker, name, &cancel, 2000, NULL, NULL, fault);
    }
    return e;
}

/* ---- events ---- */

static enum err print_event(struct cli *cli, struct text topic, const struct event_frame *frame)
{
    const struct event *event = schema_event(topic);
    struct arena arena = { 0 };
    void *body = event ? arena_alloc(&arena, event->body->size) : NULL;
    bool first = true;
    enum err e = ERR_OK;

    buffer_add_text(&cli->out, cli->options.json ? "{" : "");
    if (cli->options.json) {
        json_key(&cli->out, &first, "event");
        json_text(&cli->out, topic);
        json_key(&cli->out, &first, "epoch");
        buffer_printf(&cli->out, "%llu", (unsigned long long)frame->epoch);
        json_key(&cli->out, &first, "sequence");
        buffer_printf(&cli->out, "%llu", (unsigned long long)frame->sequence);
        json_key(&cli->out, &first, "body");
    } else {
        buffer_printf(&cli->out, "%-22.*s %8llu  ", TEXT_ARG(topic), (unsigned long long)frame->sequence);
    }
    if (body && codec_decode(event->body, frame->body, &arena, body, NULL) == ERR_OK)
        e = json_write(event->body, body, &cli->out);
    else
        buffer_add_text(&cli->out, "null");
    buffer_add_text(&cli->out, cli->options.json ? "}\n" : "\n");
    cli_flush(cli);
    arena_free(&arena);
    return e;
}

enum err events_follow(struct cli *cli, struct fault *fault)
{
    int64_t left = cli->options.limit;
    enum err e = ask_subscribe(cli->asker, cli->count ? cli->args[0] : "", fault);

    while (e == ERR_OK && left != 0) {
        struct text topic;
        struct event_frame frame;
        enum err next = ask_next_event(cli->asker, 1000, &topic, &frame, fault);

        if (next == ERR_TIMEOUT)
            continue;
        e = next == ERR_OK ? print_event(cli, topic, &frame) : next;
        left -= left > 0;
    }
    return e;
}
