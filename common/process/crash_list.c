#include "common/process/crash_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/crash.h"
#include "common/file.h"
#include "common/process/crash_directory.h"

enum { RECORD_MAX = 65536 };

/* Finds the record of process `pid` that has no outside part yet; false if there is none. */
static bool find_open_record(const char directory[CRASH_DIRECTORY_SIZE], const struct death *death, char path[PATH_MAX])
{
    struct buffer text = { 0 };
    struct dirent *entry;
    DIR *dir = opendir(directory);
    char start[64];
    bool found = false;
    int len = snprintf(start, sizeof(start), "%s-%d-", death->service, (int)death->pid);

    while (dir && !found && (entry = readdir(dir))) {
        if (len < 0 || strncmp(entry->d_name, start, (size_t)len) != 0)
            continue;
        (void)snprintf(path, PATH_MAX, "%s/%s", directory, entry->d_name);
        buffer_reset(&text);
        if (file_read_all(path, RECORD_MAX, &text, NULL) == ERR_OK)
            found = !strstr(buffer_c(&text), "\nended: ");
    }
    if (dir)
        closedir(dir);
    buffer_free(&text);
    return found;
}

static void write_death(const struct death *death, bool is_new, usec_t now, struct buffer *to)
{
    if (is_new)
        buffer_printf(to, "service: %s\npid: %d\nat: %lld\n", death->service, (int)death->pid,
                      (long long)(now / 1000000));
    buffer_printf(to, "ended: %s\n", death->how);
    if (death->hang)
        buffer_add_text(to, "hang: yes\n");
}

static enum err append_to_file(const char *path, const struct buffer *text, struct fault *fault)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);
    enum err e;

    if (fd < 0)
        return fault_errno(fault, file_err(errno), errno, "cannot write %s", path);
    e = file_write_fd(fd, text->at, text->len);
    if (e != ERR_OK)
        fault_errno(fault, e, errno, "cannot write %s", path);
    close(fd);
    return e;
}

static void remove_oldest(const struct paths *paths, const char directory[CRASH_DIRECTORY_SIZE])
{
    struct arena arena = { 0 };
    struct crash_list list;
    char path[PATH_MAX];

    if (crash_list(paths, &arena, &list, NULL) == ERR_OK) {
        for (uint32_t i = CRASH_LIST_MAX; i < list.count; i++) {
            (void)snprintf(path, sizeof(path), "%s/%s", directory, list.at[i].file.at);
            unlink(path);
        }
    }
    arena_free(&arena);
}

enum err crash_list_add(const struct paths *paths, const struct death *death, struct fault *fault)
{
    char directory[CRASH_DIRECTORY_SIZE], path[PATH_MAX];
    struct buffer text = { 0 };
    usec_t now = death->at ? death->at : clock_now();
    bool is_new;
    enum err e = crash_directory(paths, directory, fault);

    if (e != ERR_OK)
        return e;
    is_new = !find_open_record(directory, death, path);
    if (is_new)
        (void)snprintf(path, sizeof(path), "%s/%s-%d-%lld.txt", directory, death->service, (int)death->pid,
                       (long long)(now / 1000000));
    write_death(death, is_new, now, &text);
    e = append_to_file(path, &text, fault);
    buffer_free(&text);
    remove_oldest(paths, directory);
    return e;
}

/* Returns the rest of the line that begins with `key`; empty if there is none. */
static struct text value_of(struct text whole, const char *key)
{
    size_t len = strlen(key);

    for (const char *line = whole.at, *end; line < whole.at + whole.len; line = end + 1) {
        end = memchr(line, '\n', (size_t)(whole.at + whole.len - line));
        if (!end)
            end = whole.at + whole.len;
        if ((size_t)(end - line) >= len && memcmp(line, key, len) == 0)
            return (struct text){ (uint32_t)((size_t)(end - line) - len), line + len };
    }
    return (struct text){ 0 };
}

/* Returns 0 for anything but a number from 1 to `most`. */
static int64_t parse_positive(struct text digits, int64_t most)
{
    char text[24];
    int64_t number = text_copy(text, sizeof(text), digits) ? strtoll(text, NULL, 10) : 0;

    return number > 0 && number <= most ? number : 0;
}

static bool parse_crash(struct text whole, struct crash *crash)
{
    *crash = (struct crash){
        .service = value_of(whole, "service: "),
        .pid = (int32_t)parse_positive(value_of(whole, "pid: "), INT32_MAX),
        .at = parse_positive(value_of(whole, "at: "), INT64_MAX / 1000000) * 1000000,
        .signal = value_of(whole, "signal: "),
        .cause = value_of(whole, "cause: "),
        .in_hand = value_of(whole, "in hand: "),
        .ended = value_of(whole, "ended: "),
        .hang = value_of(whole, "hang: ").len > 0,
        .whole = whole,
    };
    return crash->service.len > 0 && crash->pid > 0;
}

static void read_crashes(const char directory[CRASH_DIRECTORY_SIZE], DIR *dir, struct arena *arena,
                         struct buffer *found)
{
    struct buffer text = { 0 };
    struct dirent *entry;
    char path[PATH_MAX];
    struct crash crash;

    while ((entry = readdir(dir))) {
        (void)snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
        buffer_reset(&text);
        if (entry->d_name[0] == '.' || file_read_all(path, RECORD_MAX, &text, NULL) != ERR_OK)
            continue;
        if (parse_crash(arena_text(arena, text_of(buffer_c(&text))), &crash)) {
            crash.file = arena_text(arena, text_of(entry->d_name));
            buffer_add(found, &crash, sizeof(crash));
        }
    }
    buffer_free(&text);
}

static int newest_first(const void *left, const void *right)
{
    const struct crash *a = left, *b = right;

    return a->at != b->at ? (a->at < b->at) - (a->at > b->at) : text_compare(b->file, a->file);
}

static void take_found(struct buffer *found, struct arena *arena, struct crash_list *list)
{
    if (found->len == 0)
        return;
    list->at = arena_alloc(arena, found->len);
    memcpy(list->at, found->at, found->len);
    list->count = (uint32_t)(found->len / sizeof(struct crash));
    qsort(list->at, list->count, sizeof(*list->at), newest_first);
}

enum err crash_list(const struct paths *paths, struct arena *arena, struct crash_list *list, struct fault *fault)
{
    char directory[CRASH_DIRECTORY_SIZE];
    struct buffer found = { 0 };
    enum err e = crash_name_directory(paths, directory, fault);
    DIR *dir = e == ERR_OK ? opendir(directory) : NULL;

    *list = (struct crash_list){ 0 };
    if (!dir && e == ERR_OK && errno == ENOENT)
        return ERR_OK;
    if (!dir)
        return e != ERR_OK ? e : fault_errno(fault, file_err(errno), errno, "cannot read %s", directory);
    read_crashes(directory, dir, arena, &found);
    closedir(dir);
    take_found(&found, arena, list);
    buffer_free(&found);
    return ERR_OK;
}
