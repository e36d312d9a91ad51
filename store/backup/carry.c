#include "store/backup/carry.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "store/keys.h"
#include "store/open/carried.h"

enum { HEAD = 16, PATH_MOST = PATH_MAX - 256, PIECE = 65536 };

static const char *const folders[] = { CARRIED_FOLDERS };
enum { FOLDERS = sizeof(folders) / sizeof(*folders) };

/* ---- into a backup ---- */

struct packer {
    int fd;
    const char *file; /* the backup, for messages */
    struct carry *packed;
    struct fault *fault;
};

static enum err write_bytes(const struct packer *p, const void *bytes, size_t len)
{
    enum err e = file_write_fd(p->fd, bytes, len);

    return e == ERR_OK ? e : fault_errno(p->fault, e, errno, "cannot write %s", p->file);
}

static enum err put_bytes(const struct packer *p, int from, const char *path, uint64_t left)
{
    uint8_t piece[PIECE];
    enum err e = ERR_OK;

    while (e == ERR_OK && left) {
        ssize_t got = read(from, piece, left < PIECE ? (size_t)left : PIECE);
        if (got < 0)
            return file_refuse(p->fault, "read", path);
        if (got == 0)
            return fault_set(p->fault, ERR_BUSY, "%s became shorter while it was copied: repeat the backup", path);
        e = write_bytes(p, piece, (size_t)got);
        left -= (uint64_t)got;
    }
    return e;
}

static enum err put_open_file(const struct packer *p, int from, const char *path, const char *name)
{
    uint8_t head[HEAD];
    struct stat st;
    enum err e;

    if (fstat(from, &st) < 0)
        return file_refuse(p->fault, "look at", path);
    if (!S_ISREG(st.st_mode) || strlen(name) > PATH_MOST)
        return ERR_OK;
    memcpy(head, key_number((uint64_t)strlen(name) << 32 | (st.st_mode & 0777)).b, 8);
    memcpy(head + 8, key_number((uint64_t)st.st_size).b, 8);
    e = write_bytes(p, head, sizeof(head));
    if (e == ERR_OK)
        e = write_bytes(p, name, strlen(name));
    if (e == ERR_OK)
        e = put_bytes(p, from, path, (uint64_t)st.st_size);
    p->packed->files += e == ERR_OK;
    return e;
}

/* A file that is gone by now was replaced or deleted while the folder was read. */
static enum err put_file(const struct packer *p, const char *path, const char *name, int follow)
{
    int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | follow);
    enum err e;

    if (from < 0)
        return errno == ENOENT || errno == ELOOP ? ERR_OK : file_refuse(p->fault, "open", path);
    e = put_open_file(p, from, path, name);
    close(from);
    return e;
}

/* Steps of undo, unfinished files and locks belong to a running engine. */
static bool is_carried(const FTSENT *entry)
{
    size_t len = strlen(entry->fts_name);

    return strcmp(entry->fts_name, ".steps") != 0 && !file_is_left(entry->fts_name) &&
           !(len > 5 && strcmp(entry->fts_name + len - 5, ".lock") == 0);
}

static enum err put_entry(const struct packer *p, FTS *tree, FTSENT *entry, size_t data, bool of_projects)
{
    bool is_file = entry->fts_info == FTS_F || (entry->fts_info == FTS_SL && !of_projects);

    if (entry->fts_level > 0 && !is_carried(entry))
        (void)fts_set(tree, entry, FTS_SKIP);
    else if (is_file)
        return put_file(p, entry->fts_path, entry->fts_path + data, of_projects ? O_NOFOLLOW : 0);
    else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
        return fault_errno(p->fault, file_err(entry->fts_errno), entry->fts_errno, "cannot read %s", entry->fts_path);
    return ERR_OK;
}

static enum err put_folder(const struct packer *p, const struct paths *paths, const char *name, bool of_projects)
{
    char root[PATH_MAX + 16];
    char *roots[] = { root, NULL };
    enum err e = ERR_OK;
    FTSENT *entry;
    FTS *tree;

    (void)snprintf(root, sizeof(root), "%s/%s", paths->data, name);
    if (access(root, F_OK) < 0 && errno == ENOENT)
        return ERR_OK;
    tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
    if (!tree)
        return file_refuse(p->fault, "read", root);
    while (e == ERR_OK && (entry = fts_read(tree)))
        e = put_entry(p, tree, entry, strlen(paths->data) + 1, of_projects);
    (void)fts_close(tree);
    return e;
}

static enum err put_settings(const struct packer *p, const struct paths *paths)
{
    char path[PATH_MAX + 16];
    uint64_t before = p->packed->files;
    enum err e;

    (void)snprintf(path, sizeof(path), "%s/" CARRIED_SETTINGS, paths->config);
    e = put_file(p, path, CARRIED_SETTINGS, 0);
    p->packed->has_settings = p->packed->files > before;
    p->packed->files = before;
    return e;
}

enum err carry_pack(const struct paths *paths, int fd, const char *file, bool with_projects, struct carry *packed,
                    struct fault *fault)
{
    const struct packer p = { fd, file, packed, fault };
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < FOLDERS; i++) {
        bool of_projects = strcmp(folders[i], CARRIED_PROJECTS) == 0;
        uint64_t before = packed->files;
        if (!of_projects || with_projects)
            e = put_folder(&p, paths, folders[i], of_projects);
        packed->has_projects |= of_projects && packed->files > before;
    }
    return e == ERR_OK ? put_settings(&p, paths) : e;
}

/* ---- out of a backup ---- */

struct carry_source {
    int from;
    uint64_t at, end;
    const char *directory;
    bool with_settings;
    struct carry *unpacked;
    struct fault *fault;
};

struct carried_file {
    char name[PATH_MOST + 1];
    mode_t mode;
    uint64_t bytes;
};

static enum err read_bytes(struct carry_source *u, void *to, size_t len)
{
    ssize_t got = len <= u->end - u->at ? pread(u->from, to, len, (off_t)u->at) : 0;

    if (got < 0)
        return fault_errno(u->fault, ERR_IO, errno, "the backup cannot be read");
    if ((size_t)got != len)
        return fault_set(u->fault, ERR_BAD_REQUEST, "the backup is damaged: a file in it is longer than the backup");
    u->at += len;
    return ERR_OK;
}

/* A path of plain names, below one of our folders. */
static bool is_safe(const char *name, size_t len)
{
    const char *slash = memchr(name, '/', len);
    size_t part = 0;
    bool is_ours = false;

    for (size_t i = 0; slash && i < FOLDERS; i++)
        is_ours = is_ours || (strlen(folders[i]) == (size_t)(slash - name) &&
                              memcmp(name, folders[i], (size_t)(slash - name)) == 0);
    for (size_t i = 0; i <= len; i++) {
        if (i < len && name[i] != '/')
            continue;
        if (i == part || (i - part == 1 && name[part] == '.') ||
            (i - part == 2 && name[part] == '.' && name[part + 1] == '.'))
            return false;
        part = i + 1;
    }
    return is_ours || (len == strlen(CARRIED_SETTINGS) && memcmp(name, CARRIED_SETTINGS, len) == 0);
}

static enum err get_entry(struct carry_source *u, struct carried_file *entry)
{
    uint8_t head[HEAD];
    enum err e = read_bytes(u, head, sizeof(head));
    uint64_t first = e == ERR_OK ? key_number_at(bytes_of(head, HEAD), 0) : 0;
    size_t len = (size_t)(first >> 32);

    if (e != ERR_OK)
        return e;
    if (len == 0 || len > PATH_MOST)
        return fault_set(u->fault, ERR_BAD_REQUEST, "the backup is damaged: a path in it has %zu bytes", len);
    *entry = (struct carried_file){ .mode = (mode_t)(first & 0777), .bytes = key_number_at(bytes_of(head, HEAD), 8) };
    e = read_bytes(u, entry->name, len);
    if (e == ERR_OK && (strlen(entry->name) != len || !is_safe(entry->name, len)))
        e = fault_set(u->fault, ERR_BAD_REQUEST, "the backup has a file at \"%s\", which no backup of loophole has",
                      entry->name);
    if (e == ERR_OK && entry->bytes > u->end - u->at)
        e = fault_set(u->fault, ERR_BAD_REQUEST, "the backup is damaged: %s is longer than the backup", entry->name);
    return e;
}

static enum err copy_out(struct carry_source *u, int to, uint64_t left, const char *path)
{
    uint8_t piece[PIECE];
    enum err e = ERR_OK;

    while (e == ERR_OK && left) {
        size_t len = left < PIECE ? (size_t)left : PIECE;
        e = read_bytes(u, piece, len);
        if (e == ERR_OK && file_write_fd(to, piece, len) != ERR_OK)
            e = file_refuse(u->fault, "write", path);
        left -= len;
    }
    return e;
}

static enum err make_file(struct carry_source *u, const struct carried_file *entry)
{
    char path[PATH_MAX + 16];
    char *slash;
    enum err e;
    int to;

    if (snprintf(path, sizeof(path), "%s/%s", u->directory, entry->name) >= PATH_MAX)
        return fault_set(u->fault, ERR_TOO_LARGE, "the path of %s is too long below %s", entry->name, u->directory);
    slash = strrchr(path, '/');
    *slash = '\0';
    e = file_make_dirs(path, 0700, u->fault);
    *slash = '/';
    if (e != ERR_OK)
        return e;
    to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, entry->mode | S_IRUSR | S_IWUSR);
    if (to < 0 && errno == EEXIST)
        return fault_set(u->fault, ERR_BAD_REQUEST, "the backup has two files at %s", entry->name);
    if (to < 0)
        return file_refuse(u->fault, "make", path);
    e = copy_out(u, to, entry->bytes, path);
    close(to);
    return e;
}

static enum err unpack_next(struct carry_source *u)
{
    struct carried_file entry;
    enum err e = get_entry(u, &entry);
    bool is_settings = e == ERR_OK && strcmp(entry.name, CARRIED_SETTINGS) == 0;

    if (e != ERR_OK)
        return e;
    u->unpacked->has_settings |= is_settings;
    u->unpacked->has_projects |= strncmp(entry.name, CARRIED_PROJECTS "/", sizeof(CARRIED_PROJECTS)) == 0;
    u->unpacked->files += !is_settings;
    if (!is_settings || u->with_settings)
        return make_file(u, &entry);
    u->at += entry.bytes;
    return ERR_OK;
}

enum err carry_unpack(int from, uint64_t at, uint64_t end, const char *directory, bool with_settings,
                      struct carry *unpacked, struct fault *fault)
{
    struct carry_source u = { from, at, end, directory, with_settings, unpacked, fault };
    enum err e = at < end ? file_make_dirs(directory, 0700, fault) : ERR_OK;
    int disk = at < end && e == ERR_OK ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    while (e == ERR_OK && u.at < u.end)
        e = unpack_next(&u);
    if (e == ERR_OK && disk >= 0)
        e = file_sync_disk(disk, fault);
    if (disk >= 0)
        close(disk);
    return e;
}
