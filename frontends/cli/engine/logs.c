/* logs.c: the logs of the services, in order of time. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/clock.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/engine/engine_commands.h"

enum { LOG_FILES = 32, LOG_TAIL = 200 };

struct log_lines {
    struct arena arena;
    const char **at;
    size_t count, room;
    struct log_file {
        char name[256];
        long offset; /* bytes read so far */
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

    ALLOC_ROOM(lines->at, lines->count, lines->room, 1024);
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
    if (ftell(file) < log->offset) /* the log was rotated */
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
    struct log_line json = { .line = { (uint32_t)strlen(line) - 1, line } };

    if (cli->options.json)
        cli_json(cli, &log_line_shape, &json);
    else
        cli_print(&cli->out, "%.*s\n", TEXT_ARG(json.line));
}

enum err logs_show(struct cli *cli, struct fault *fault)
{
    struct log_lines lines = { 0 };
    size_t tail = LOG_TAIL;

    find_logs(cli, cli->count ? cli->args[0] : "", &lines);
    if (lines.file_count == 0) {
        fault_set(fault, ERR_NOT_FOUND, "no log%s%s in %s", cli->count ? " of " : "", cli->count ? cli->args[0] : "",
                  cli->paths.logs);
        return fault_hint(fault, cli->count ? "`loophole status` lists the services; `loophole logs` shows all logs"
                                            : "the engine has never run here: loophole up");
    }
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
