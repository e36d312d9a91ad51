#include "common/names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/hash.h"
#include "common/owner.h"

enum { NAMES_PATH = PATH_MAX + 32, FILE_MOST = 64, TAKEN_MOST = 16384 };

static bool is_word(const char *at)
{
    return strspn(at, "0123456789abcdef") == NAMES_WORD - 1;
}

bool names_read(const char *data, struct names *names)
{
    struct buffer text = { 0 };
    char path[NAMES_PATH];
    bool found = false;

    (void)snprintf(path, sizeof(path), "%s/names", data);
    if (file_read_all(path, FILE_MOST, &text, NULL) == ERR_OK) {
        char tag[NAMES_WORD], run[NAMES_WORD];
        found = sscanf(buffer_c(&text), "%8s %8s", tag, run) == 2 && is_word(tag) && is_word(run);
        if (found) {
            memcpy(names->tag, tag, sizeof(tag));
            memcpy(names->run, run, sizeof(run));
        }
    }
    buffer_free(&text);
    return found;
}

void names_draw(char word[NAMES_WORD])
{
    uint64_t seed[2] = { 0 };

    if (getrandom(seed, sizeof(seed), 0) != sizeof(seed)) {
        seed[0] = (uint64_t)clock_now();
        seed[1] = (uint64_t)getpid();
    }
    hash_hex(hash_of(seed, sizeof(seed)), NAMES_WORD - 1, word);
}

static struct bytes content_of(const struct names *names, char text[FILE_MOST])
{
    int len = snprintf(text, FILE_MOST, "%s %s\n", names->tag, names->run);

    return bytes_of(text, (size_t)len);
}

enum err names_write(const char *data, const struct names *names, struct fault *fault)
{
    char path[NAMES_PATH], text[FILE_MOST];

    (void)snprintf(path, sizeof(path), "%s/names", data);
    return file_write_atomic(path, content_of(names, text), 0600, fault);
}

/* The link fails if the file exists: another process has drawn the names. */
static enum err link_new(const char *data, const struct names *names, struct fault *fault)
{
    char path[NAMES_PATH], own[NAMES_PATH], text[FILE_MOST];
    enum err e;

    (void)snprintf(path, sizeof(path), "%s/names", data);
    (void)snprintf(own, sizeof(own), "%s/names.%d", data, (int)getpid());
    if ((e = file_write_soon(own, content_of(names, text), 0600, fault)) != ERR_OK)
        return e;
    if (link(own, path) != 0)
        e = errno == EEXIST ? ERR_EXISTS : fault_errno(fault, file_err(errno), errno, "cannot make %s", path);
    (void)unlink(own);
    return e;
}

enum err names_make(const char *data, struct names *names, struct fault *fault)
{
    enum err e;

    if (names_read(data, names))
        return ERR_OK;
    names_draw(names->tag);
    names_draw(names->run);
    e = link_new(data, names, fault);
    if (e == ERR_EXISTS && names_read(data, names))
        return ERR_OK;
    return e == ERR_OK ? e : names_write(data, names, fault); /* the file is damaged, or its file system has no links */
}

/* ---- names that another user has taken ---- */

static bool is_noted(const char *file, const char *line)
{
    struct buffer text = { 0 };
    bool found = file_read_all(file, TAKEN_MOST, &text, NULL) == ERR_OK && strstr(buffer_c(&text), line) != NULL;

    buffer_free(&text);
    return found;
}

void names_note_taken(const char *data, const char *path)
{
    char file[NAMES_PATH], line[NAMES_PATH];
    struct stat st;
    int len = snprintf(line, sizeof(line), "%s\n", path);
    int fd;

    (void)snprintf(file, sizeof(file), "%s/names.taken", data);
    if (is_noted(file, line))
        return;
    fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);
    if (fd < 0)
        return;
    if (len > 0 && fstat(fd, &st) == 0 && st.st_size + len < TAKEN_MOST)
        (void)file_write_fd(fd, line, (size_t)len);
    close(fd);
}

static bool is_anothers(const char *path, char owner[OWNER_SIZE])
{
    struct stat st;

    if (lstat(path, &st) != 0 || st.st_uid == geteuid())
        return false;
    (void)owner_write(st.st_uid, owner);
    return true;
}

static void each_noted(const char *data, void (*take)(void *state, const char *path, const char *owner), void *state)
{
    struct buffer text = { 0 };
    char file[NAMES_PATH], owner[OWNER_SIZE], *rest = NULL;

    (void)snprintf(file, sizeof(file), "%s/names.taken", data);
    if (file_read_all(file, TAKEN_MOST, &text, NULL) == ERR_OK) {
        buffer_add(&text, "", 1);
        char *line = text.failed ? NULL : strtok_r((char *)text.at, "\n", &rest);
        for (; line; line = strtok_r(NULL, "\n", &rest))
            if (is_anothers(line, owner))
                take(state, line, owner);
    }
    buffer_free(&text);
}

void names_each_taken(const char *data, const char *tag, void (*take)(void *state, const char *path, const char *owner),
                      void *state)
{
    DIR *folder = opendir("/dev/shm");
    struct dirent *entry;
    char start[32], path[NAMES_PATH], owner[OWNER_SIZE];

    each_noted(data, take, state);
    (void)snprintf(start, sizeof(start), "loophole-%s-", tag);
    while (folder && (entry = readdir(folder)) != NULL) {
        (void)snprintf(path, sizeof(path), "/dev/shm/%s", entry->d_name);
        if (strncmp(entry->d_name, start, strlen(start)) == 0 && is_anothers(path, owner))
            take(state, path, owner);
    }
    if (folder)
        closedir(folder);
}
