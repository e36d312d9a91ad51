/* logs.c: the ends of the logs, in order of time. */
#include "frontends/web/asks/logs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/buffer.h"

enum {
    LINES = 200,
    LOGS_MOST = 64,
    NAME_SIZE = 256,
    TIME_SIZE = 40,
    TAIL = 256 << 10, /* bytes that are read of one log, */
    TAILS = 1 << 20,  /* and of all logs: each has an equal share */
};

struct tails {
    struct buffer text; /* the ends of the logs, each line with a zero */
    const char **at;    /* the lines */
    size_t count, room;
    char names[LOGS_MOST][NAME_SIZE];
    uint32_t logs;
    char from[TIME_SIZE]; /* before this time, lines of some log were not read */
};

static bool is_log_of(const char *name, struct text service)
{
    const struct text file = text_of(name), ending = TEXT(".log");

    return file.len > ending.len && text_ends(file, ending) &&
           (service.len == 0 || (file.len - ending.len == service.len && text_starts(file, service)));
}

static bool has_time(const char *line)
{
    return *line >= '0' && *line <= '9';
}

static void note_beginning(struct tails *tails, const char *line)
{
    if (strcmp(line, tails->from) > 0)
        (void)snprintf(tails->from, sizeof(tails->from), "%.*s", TIME_SIZE - 1, line);
}

/* Adds the last bytes of the log, from the beginning of a line on. */
static void read_tail(struct tails *to, const char *path, long share)
{
    FILE *file = fopen(path, "re");
    char line[4096];
    bool is_cut;
    long size;

    if (!file)
        return;
    (void)fseek(file, 0, SEEK_END);
    size = ftell(file);
    is_cut = size > share;
    (void)fseek(file, is_cut ? size - share : 0, SEEK_SET);
    if (is_cut && !fgets(line, sizeof(line), file))
        line[0] = '\0';
    while (fgets(line, sizeof(line), file)) {
        size_t len = strcspn(line, "\n");

        line[len] = '\0';
        if (is_cut && has_time(line))
            note_beginning(to, line);
        is_cut = is_cut && !has_time(line);
        buffer_add(&to->text, line, len + 1);
    }
    (void)fclose(file);
}

static void list_logs(const struct own_asks *own, struct text service, struct tails *tails)
{
    DIR *folder = opendir(own->paths->logs);
    struct dirent *entry;

    while (folder && (entry = readdir(folder)) != NULL && tails->logs < LOGS_MOST)
        if (is_log_of(entry->d_name, service))
            (void)snprintf(tails->names[tails->logs++], NAME_SIZE, "%s", entry->d_name);
    if (folder)
        (void)closedir(folder);
}

static void read_tails(const struct own_asks *own, struct tails *tails)
{
    char path[PATH_MAX + NAME_SIZE];
    long share = tails->logs > 0 ? TAILS / (long)tails->logs : 0;

    for (uint32_t i = 0; i < tails->logs; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", own->paths->logs, tails->names[i]);
        read_tail(tails, path, share < TAIL ? share : TAIL);
    }
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
        if (all && (!has_time(at) || strcmp(at, tails->from) < 0))
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

enum err logs_answer(struct own_asks *own, struct call *call, const struct web_logs *ask, struct log_page *to)
{
    struct tails tails = { 0 };
    enum err e = ERR_OK;

    list_logs(own, ask->service, &tails);
    read_tails(own, &tails);
    if (tails.logs == 0) {
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
