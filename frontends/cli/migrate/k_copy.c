#include "frontends/cli/migrate/k_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/beneath/beneath.h"
#include "common/clock.h"
#include "common/file.h"

/* Bytes of the file that SQLite's programs lock: its documentation of the file format. */
enum { PENDING = 0x40000000, RESERVED = PENDING + 1, SHARED = PENDING + 2, SHARED_LEN = 510 };
enum { HEAD = 100, LOG_HEAD = 32, MODE_AT = 18, MODE_LOG = 2, PIECE = 1 << 20, POLL_US = 20000 };

static const char *const endings[K_COPIES] = { "", "-wal", "-journal" };

struct k_copying {
    struct beneath folder;
    const char *name, *room;
    int base;     /* the database */
    bool is_held; /* its lock */
    struct k_copy *to;
    int64_t bytes;
};

/* ---- locks, as SQLite takes them to read ---- */

static int set_lock(int fd, short kind, off_t at, off_t len)
{
    struct flock lock = { .l_type = kind, .l_whence = SEEK_SET, .l_start = at, .l_len = len };

    return fcntl(fd, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
}

static bool is_reserved(int fd)
{
    struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = RESERVED, .l_len = 1 };

    return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/* False: another program is writing. A file system without locks gives none to others either. */
static bool take_lock(struct k_copying *copying)
{
    int error = set_lock(copying->base, F_RDLCK, PENDING, 1);

    if (error == 0) {
        error = set_lock(copying->base, F_RDLCK, SHARED, SHARED_LEN);
        (void)set_lock(copying->base, F_UNLCK, PENDING, 1);
    }
    copying->is_held = error == 0;
    return error != EAGAIN && error != EACCES;
}

static void release_lock(struct k_copying *copying)
{
    if (copying->is_held)
        (void)set_lock(copying->base, F_UNLCK, SHARED, SHARED_LEN);
    copying->is_held = false;
}

/* ---- what a file is at a moment ---- */

struct stamp {
    struct stat st;
    uint8_t head[HEAD];
    bool is_there;
};

static void read_stamp(int fd, size_t head, struct stamp *to)
{
    memset(to, 0, sizeof(*to));
    to->is_there = fd >= 0 && fstat(fd, &to->st) == 0;
    if (to->is_there)
        (void)!pread(fd, to->head, head, 0);
}

static bool is_same_file(const struct stamp *a, const struct stamp *b)
{
    return a->is_there == b->is_there && a->st.st_ino == b->st.st_ino && memcmp(a->head, b->head, HEAD) == 0;
}

static bool is_unchanged(const struct stamp *a, const struct stamp *b)
{
    return is_same_file(a, b) && a->st.st_size == b->st.st_size &&
           memcmp(&a->st.st_mtim, &b->st.st_mtim, sizeof(a->st.st_mtim)) == 0 &&
           memcmp(&a->st.st_ctim, &b->st.st_ctim, sizeof(a->st.st_ctim)) == 0;
}

/* A log that is shorter says nothing about the database: a checkpoint may begin one. */
static bool has_head(const struct stamp *log)
{
    return log->is_there && log->st.st_size >= LOG_HEAD;
}

/* ---- copying ---- */

static int open_part(struct k_copying *copying, int part)
{
    char name[NAME_MAX + 16];
    struct fault unused = { 0 };

    if ((size_t)snprintf(name, sizeof(name), "%s%s", copying->name, endings[part]) >= sizeof(name))
        return -1;
    return beneath_open_file(&copying->folder, name, O_RDONLY | O_CLOEXEC, 0, &unused);
}

static enum err make_copy(const char *room, int *fd, struct fault *fault)
{
    char path[PATH_MAX];

    *fd = open(room, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*fd < 0 && (size_t)snprintf(path, sizeof(path), "%s/k.XXXXXX", room) < sizeof(path)) {
        *fd = mkostemp(path, O_CLOEXEC);
        if (*fd >= 0)
            (void)unlink(path);
    }
    return *fd >= 0 ? ERR_OK : fault_errno(fault, file_err(errno), errno, "no copy can be made in %.150s", room);
}

static enum err write_piece(int fd, const uint8_t *piece, size_t len, off_t at, struct fault *fault)
{
    while (len) {
        const ssize_t put = pwrite(fd, piece, len, at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return fault_errno(fault, file_err(errno), errno, "no room for a copy of the database");
        piece += put;
        len -= (size_t)put;
        at += put;
    }
    return ERR_OK;
}

static enum err copy_bytes(struct k_copying *copying, int from, int to, struct fault *fault)
{
    uint8_t *piece = alloc_zeroed(1, PIECE);
    enum err e = ERR_OK;

    for (off_t at = 0; e == ERR_OK;) {
        const ssize_t got = pread(from, piece, PIECE, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            e = fault_errno(fault, ERR_IO, errno, "the database cannot be read");
        if (got <= 0)
            break;
        copying->bytes += got;
        if (copying->bytes > ((int64_t)K_COPY_MOST_MIB << 20))
            e = fault_set(fault, ERR_TOO_LARGE, "the database has more than %d MiB", K_COPY_MOST_MIB);
        else
            e = write_piece(to, piece, (size_t)got, at, fault);
        at += got;
    }
    free(piece);
    return e;
}

static enum err copy_part(struct k_copying *copying, int part, int from, struct fault *fault)
{
    enum err e = from < 0 ? ERR_OK : make_copy(copying->room, &copying->to->fd[part], fault);

    return e == ERR_OK && from >= 0 ? copy_bytes(copying, from, copying->to->fd[part], fault) : e;
}

/* ---- one moment ---- */

/* The log is copied after the database. So it has each page that a checkpoint wrote to the database meanwhile, unless
 * the log began again: then its head is another one. */
static enum err copy_once(struct k_copying *copying, bool *is_whole, struct fault *fault)
{
    struct stamp base[2], log[2];
    int wal = open_part(copying, K_COPY_LOG), journal = -1;
    enum err e;

    copying->bytes = 0;
    read_stamp(copying->base, HEAD, &base[0]);
    read_stamp(wal, LOG_HEAD, &log[0]);
    e = copy_part(copying, K_COPY_BASE, copying->base, fault);
    if (e == ERR_OK)
        e = copy_part(copying, K_COPY_LOG, wal, fault);
    if (e == ERR_OK && !is_reserved(copying->base)) /* else its writer lives, and has not touched the database */
        journal = open_part(copying, K_COPY_JOURNAL);
    if (e == ERR_OK)
        e = copy_part(copying, K_COPY_JOURNAL, journal, fault);
    if (journal >= 0)
        close(journal);
    if (wal >= 0)
        close(wal);
    wal = open_part(copying, K_COPY_LOG);
    read_stamp(wal, LOG_HEAD, &log[1]);
    read_stamp(copying->base, HEAD, &base[1]);
    if (wal >= 0)
        close(wal);
    *is_whole = is_same_file(&log[0], &log[1]) &&
                (is_unchanged(&base[0], &base[1]) || (has_head(&log[0]) && base[0].head[MODE_AT] == MODE_LOG));
    return e;
}

static enum err copy_until_whole(struct k_copying *copying, usec_t until, struct fault *fault)
{
    bool is_whole = false;
    enum err e = ERR_OK;

    for (bool is_first = true; e == ERR_OK && !is_whole; is_first = false) {
        if (!is_first && clock_steady() > until) {
            fault_set(fault, ERR_BUSY, "another program does not stop writing to %s", copying->name);
            return fault_hint(fault, "nothing was changed; end the program, or try again later"), ERR_BUSY;
        }
        if (!is_first)
            clock_sleep(POLL_US);
        k_copy_close(copying->to);
        if (!take_lock(copying))
            continue;
        e = copy_once(copying, &is_whole, fault);
        release_lock(copying);
    }
    return e;
}

enum err k_copy_take(const char *path, const char *room, int64_t patience_us, struct k_copy *to, struct fault *fault)
{
    struct k_copying copying = { .folder.folder = -1, .room = room, .base = -1, .to = to };
    char folder[PATH_MAX];
    char *slash;
    enum err e;

    for (int i = 0; i < K_COPIES; i++)
        to->fd[i] = -1;
    if ((size_t)snprintf(folder, sizeof(folder), "%s", path) >= sizeof(folder) || !(slash = strrchr(folder, '/')))
        return fault_set(fault, ERR_BAD_REQUEST, "the path is too long");
    copying.name = path + (slash - folder) + 1;
    slash[slash == folder] = 0;
    e = beneath_open(&copying.folder, folder, NULL, fault);
    if (e == ERR_OK) {
        copying.base = beneath_open_file(&copying.folder, copying.name, O_RDONLY | O_CLOEXEC, 0, fault);
        e = copying.base < 0 ? fault->code : copy_until_whole(&copying, clock_steady() + patience_us, fault);
    }
    if (copying.base >= 0)
        close(copying.base);
    beneath_close(&copying.folder);
    return e;
}

void k_copy_close(struct k_copy *copy)
{
    for (int i = 0; i < K_COPIES; i++) {
        if (copy->fd[i] >= 0)
            close(copy->fd[i]);
        copy->fd[i] = -1;
    }
}
