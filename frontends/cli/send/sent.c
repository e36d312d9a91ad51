#include "frontends/cli/send/sent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/beneath/beneath.h"
#include "common/clock.h"
#include "common/file_write.h"
#include "common/names.h"

enum { KEY = 32, LINE_MOST = 512, LIST_MOST = 1 << 28 /* bytes */ };

#define OLD_PART_US 3600000000LL

/* ---- reading ---- */

static enum err read_sent_list(struct sent *sent, struct fault *fault)
{
    char part[65536];
    ssize_t got;

    sent->text.limit = LIST_MOST;
    while ((got = read(sent->fd, part, sizeof(part))) > 0)
        buffer_add(&sent->text, part, (size_t)got);
    if (got < 0)
        return fault_errno(fault, file_err(errno), errno, "cannot read " SENT_FILE);
    return sent->text.failed ? fault_set(fault, ERR_TOO_LARGE, SENT_FILE " is larger than 256 MiB: remove it") : ERR_OK;
}

/* "KEY SIZE NAME". A line that a power cut damaged does not fit. */
static bool parse_sent_line(char *line, struct sent_name *row, uint64_t *size)
{
    char *end;

    if (strlen(line) < KEY + 4 || strspn(line, "0123456789abcdef") != KEY || line[KEY] != ' ')
        return false;
    *size = strtoull(line + KEY + 1, &end, 10);
    if (*end != ' ' || !end[1] || strchr(end, '/'))
        return false;
    (void)snprintf(row->key, sizeof(row->key), "%.*s", KEY, line);
    row->name = end + 1;
    return true;
}

static bool has_sent_file(const struct sent *sent, const char *name, uint64_t size)
{
    struct stat st;

    return fstatat(sent->folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
           (uint64_t)st.st_size == size;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct sent_name *)a)->key, ((const struct sent_name *)b)->key);
}

static void keep_rows(struct sent *sent)
{
    char *rest = NULL, *line;

    buffer_add(&sent->text, "", 1);
    line = strtok_r((char *)sent->text.at, "\n", &rest);
    for (; line; line = strtok_r(NULL, "\n", &rest)) {
        struct sent_name row;
        uint64_t size;

        if (!parse_sent_line(line, &row, &size) || !has_sent_file(sent, row.name, size))
            continue;
        ALLOC_ROOM(sent->rows, sent->count, sent->room, 64);
        sent->rows[sent->count++] = row;
    }
    if (sent->count > 0)
        qsort(sent->rows, sent->count, sizeof(*sent->rows), by_key);
}

static bool is_part(const char *name)
{
    size_t len = strlen(name), end = strlen(SENT_PART_END);

    return strncmp(name, SENT_FILE, strlen(SENT_FILE)) == 0 && len > end &&
           strcmp(name + len - end, SENT_PART_END) == 0;
}

/* Without a lock an unfinished file may belong to a send that still runs. */
static void drop_old_part(const struct sent *sent, const char *name)
{
    struct stat st;

    if (!sent->is_locked && (fstatat(sent->folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
                             clock_now() - clock_usec(st.st_mtim) < OLD_PART_US))
        return;
    (void)unlinkat(sent->folder, name, 0);
}

static enum err take_names(struct sent *sent, struct fault *fault)
{
    int own = openat(sent->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = own >= 0 ? fdopendir(own) : NULL;
    struct dirent *entry;

    if (!folder)
        return fault_errno(fault, file_err(errno), errno, "cannot read the folder");
    while ((entry = readdir(folder)) != NULL)
        if (is_part(entry->d_name))
            drop_old_part(sent, entry->d_name);
        else
            safe_names_take(&sent->names, text_of(entry->d_name));
    (void)closedir(folder);
    return ERR_OK;
}

/* A file system without locks lets two sends run at once: each has a part of its own, and checks names again when it
 * gives them. */
static enum err lock_list(struct sent *sent, struct beneath *in, const char *folder, struct fault *fault)
{
    char word[NAMES_WORD] = "";

    sent->fd = beneath_open_file(in, SENT_FILE, O_RDWR | O_APPEND | O_CREAT, 0666, fault);
    if (sent->fd < 0)
        return fault->code;
    sent->is_locked = flock(sent->fd, LOCK_EX | LOCK_NB) == 0;
    if (!sent->is_locked && errno == EWOULDBLOCK)
        return fault_set(fault, ERR_BUSY, "another send is writing to %.200s", folder);
    if (!sent->is_locked)
        names_draw(word);
    (void)snprintf(sent->part, sizeof(sent->part), SENT_FILE "%s%s" SENT_PART_END, word[0] ? "-" : "", word);
    return ERR_OK;
}

enum err sent_open(struct sent *sent, const char *folder, struct fault *fault)
{
    struct beneath in;

    *sent = (struct sent){ .fd = -1 };
    enum err e = beneath_open(&in, folder, NULL, fault);
    sent->folder = in.folder;
    if (e == ERR_OK)
        e = lock_list(sent, &in, folder, fault);
    if (e == ERR_OK)
        e = read_sent_list(sent, fault);
    if (e == ERR_OK)
        e = take_names(sent, fault);
    if (e == ERR_OK)
        keep_rows(sent);
    return e;
}

void sent_close(struct sent *sent)
{
    if (sent->fd >= 0)
        close(sent->fd);
    if (sent->folder >= 0)
        close(sent->folder);
    safe_names_free(&sent->names);
    buffer_free(&sent->text);
    free(sent->rows);
}

/* ---- use ---- */

const char *sent_find(const struct sent *sent, struct hash key)
{
    struct sent_name wanted = { 0 };
    const struct sent_name *found = NULL;

    (void)hash_hex(key, KEY, wanted.key);
    if (sent->count > 0)
        found = bsearch(&wanted, sent->rows, sent->count, sizeof(wanted), by_key);
    return found ? found->name : NULL;
}

/* Each line begins after a line feed, so half a line of an earlier power cut does not damage it. */
enum err sent_note(struct sent *sent, struct hash key, uint64_t size, const char *name, struct fault *fault)
{
    char line[LINE_MOST], hex[KEY + 1];
    int len = snprintf(line, sizeof(line), "\n%s %llu %.190s", hash_hex(key, KEY, hex), (unsigned long long)size, name);
    enum err e = file_write_fd(sent->fd, line, (size_t)len);

    if (e == ERR_OK && fdatasync(sent->fd) != 0)
        e = file_err(errno);
    return e == ERR_OK ? e : fault_set(fault, e, "cannot write " SENT_FILE);
}
