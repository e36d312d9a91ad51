/* logs.c: the ends of the logs, in order of time. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/buffer.h"
#include "frontends/web/asks/desk.h"

enum { LINES = 200, LOGS_MOST = 64, TAIL = 256 << 10 /* bytes that are read of a log */ };

struct tails {
    struct buffer text; /* the ends of the logs, each line with a zero */
    const char **at;    /* the lines */
    size_t count, room;
};

static bool is_log_of(const char *name, struct text service)
{
    size_t len = strlen(name);

    return len > 4 && strcmp(name + len - 4, ".log") == 0 &&
           (service.len == 0 || (len - 4 == service.len && memcmp(name, service.at, service.len) == 0));
}

/* Adds the last bytes of the log, from the beginning of a line on. */
static void read_tail(struct buffer *to, const char *path)
{
    FILE *file = fopen(path, "re");
    char line[4096];
    long size;

    if (!file)
        return;
    (void)fseek(file, 0, SEEK_END);
    size = ftell(file);
    (void)fseek(file, size > TAIL ? size - TAIL : 0, SEEK_SET);
    if (size > TAIL && !fgets(line, sizeof(line), file))
        line[0] = '\0';
    while (fgets(line, sizeof(line), file)) {
        size_t len = strcspn(line, "\n");

        buffer_add(to, line, len);
        buffer_add(to, "", 1);
    }
    (void)fclose(file);
}

static uint32_t read_tails(const struct desk *desk, struct text service, struct tails *tails)
{
    DIR *folder = opendir(desk->paths->logs);
    struct dirent *entry;
    char path[PATH_MAX + 260];
    uint32_t files = 0;

    while (folder && (entry = readdir(folder)) != NULL && files < LOGS_MOST)
        if (is_log_of(entry->d_name, service)) {
            (void)snprintf(path, sizeof(path), "%s/%s", desk->paths->logs, entry->d_name);
            read_tail(&tails->text, path);
            files++;
        }
    if (folder)
        (void)closedir(folder);
    return files;
}

/* Lines without a time, such as those of JACK's own server, have no place among those of other logs. */
static int by_time(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_lines(struct tails *tails, bool all)
{
    const char *at = (const char *)tails->text.at, *end = at ? at + tails->text.len : at;

    for (; at < end; at += strlen(at) + 1) {
        if (all && (*at < '0' || *at > '9'))
            continue;
        ALLOC_ROOM(tails->at, tails->count, tails->room, 1024);
        tails->at[tails->count++] = at;
    }
    if (all && tails->count > 0)
        qsort(tails->at, tails->count, sizeof(*tails->at), by_time);
}

/* A log may quote foreign bytes. */
static enum err fill_page(struct call *call, const struct tails *tails, uint64_t limit, struct log_page *to)
{
    struct arena *arena = call_arena(call);
    size_t first = tails->count > limit ? tails->count - (size_t)limit : 0;

    to->each.at = arena_array(arena, tails->count - first, sizeof(*to->each.at));
    if (!to->each.at)
        return refuse_full(call);
    for (size_t i = first; i < tails->count; i++) {
        struct text line = arena_utf8(arena, bytes_of(tails->at[i], strlen(tails->at[i])), 4096);

        if (!line.at)
            return refuse_full(call);
        to->each.at[to->each.count++].line = line;
    }
    return ERR_OK;
}

enum err logs_answer(struct desk *desk, struct call *call, const struct web_logs *ask, struct log_page *to)
{
    struct tails tails = { 0 };
    enum err e = ERR_OK;

    if (read_tails(desk, ask->service, &tails) == 0) {
        refuse(call, ERR_NOT_FOUND, "no log of the service \"%.*s\"", TEXT_ARG(ask->service));
        e = fault_hint(call_fault(call), "`loophole status` lists the services");
    } else
        sort_lines(&tails, ask->service.len == 0);
    if (e == ERR_OK)
        e = fill_page(call, &tails, ask->has_limit ? ask->limit : LINES, to);
    free(tails.at);
    buffer_free(&tails.text);
    return e;
}
