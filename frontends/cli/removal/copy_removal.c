#include "frontends/cli/removal/copy_removal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/beneath/way.h"
#include "common/file.h"

enum { BLOCK = 1 << 16, NAMES_TRIED = 1000, NAME_ROOM = 200, INFO_ROOM = 3 * PATH_MAX + 128 };

static enum err refuse_errno(struct fault *fault, const char *what, const char *path)
{
    const int number = errno;
    const enum err code = number == EXDEV || number == ELOOP ? ERR_CONFLICT : file_err(number);

    return fault_errno(fault, code, number, "%s %.150s", what, path);
}

/* ---- comparing ---- */

/* The path in the catalogue had no link. A folder that became one leads to a file of somebody else. */
static enum err open_file(const char *path, int *fd, struct stat *st, struct fault *fault)
{
    *fd = way_open_real(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (*fd < 0 || fstat(*fd, st) != 0)
        return refuse_errno(fault, "cannot open", path);
    return S_ISREG(st->st_mode) ? ERR_OK : fault_set(fault, ERR_BAD_REQUEST, "%.150s is not a file", path);
}

static bool is_unchanged(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool has_same_times(const struct stat *a, const struct stat *b)
{
    return a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* True if the path leads to the file that was compared, unchanged. A rename changes its ctime (`renamed`). */
static bool is_still_there(const struct stat *then, const char *path, bool renamed)
{
    struct stat there;

    return lstat(path, &there) == 0 && is_unchanged(then, &there) && (renamed || has_same_times(then, &there));
}

static ssize_t read_block(int fd, char *to)
{
    size_t have = 0;

    while (have < BLOCK) {
        const ssize_t got = read(fd, to + have, BLOCK - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

static enum err compare_bytes(const struct copy_pair *pair, const char *gone, const char *kept, struct fault *fault)
{
    static char a[BLOCK], b[BLOCK];
    ssize_t first, second;

    do {
        first = read_block(pair->gone, a);
        second = first < 0 ? 0 : read_block(pair->kept, b);
        if (first < 0 || second < 0)
            return refuse_errno(fault, "cannot read", first < 0 ? gone : kept);
        if (first != second || memcmp(a, b, (size_t)first) != 0)
            return fault_set(fault, ERR_CONFLICT, "%.150s has other bytes than the copy to keep", gone);
    } while (first == BLOCK);
    return ERR_OK;
}

enum err copy_compare(const char *gone, const char *kept, struct copy_pair *to, struct fault *fault)
{
    struct stat *one = &to->gone_then, *other = &to->kept_then;
    enum err e;

    *to = (struct copy_pair){ .gone = -1, .kept = -1 };
    e = open_file(gone, &to->gone, one, fault);
    if (e == ERR_OK)
        e = open_file(kept, &to->kept, other, fault);
    if (e == ERR_OK && one->st_dev == other->st_dev && one->st_ino == other->st_ino)
        e = fault_set(fault, ERR_CONFLICT, "%.150s and the copy to keep are one file", gone);
    if (e == ERR_OK)
        e = compare_bytes(to, gone, kept, fault);
    if (e == ERR_OK && (!is_still_there(one, gone, false) || !is_still_there(other, kept, false)))
        e = fault_set(fault, ERR_CONFLICT, "%.150s or the copy to keep changed meanwhile", gone);
    if (e != ERR_OK)
        copy_release(to);
    return e;
}

void copy_release(struct copy_pair *pair)
{
    if (pair->gone >= 0)
        close(pair->gone);
    if (pair->kept >= 0)
        close(pair->kept);
    pair->gone = pair->kept = -1;
}

/* ---- places ---- */

static const char *last_name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool join_path(char to[PATH_MAX], const char *folder, const char *name)
{
    const int len = snprintf(to, PATH_MAX, "%s/%s", folder, name);

    return len > 0 && len < PATH_MAX;
}

/* "kick.wav", "kick 2.wav", … */
static bool write_name(char to[PATH_MAX], const char *folder, const char *name, int number)
{
    const char *dot = strrchr(name, '.');
    const int stem = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
    const int len = number == 1 ? snprintf(to, PATH_MAX, "%s/%s", folder, name)
                                : snprintf(to, PATH_MAX, "%s/%.*s %d%s", folder, stem < NAME_ROOM ? stem : NAME_ROOM,
                                           name, number, name + stem);

    return len > 0 && len < PATH_MAX;
}

static bool is_free(const char *path)
{
    struct stat st;

    return lstat(path, &st) != 0 && errno == ENOENT;
}

static enum err place_in_folder(const char *gone, const char *folder, char to[PATH_MAX], struct fault *fault)
{
    struct stat there, file;

    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return refuse_errno(fault, "cannot make", folder);
    if (stat(folder, &there) != 0 || lstat(gone, &file) != 0)
        return refuse_errno(fault, "cannot look at", errno == ENOENT ? gone : folder);
    if (there.st_dev != file.st_dev) {
        fault_set(fault, ERR_CONFLICT, "%.150s is on another volume than %.60s", folder, last_name_of(gone));
        return fault_hint(fault, "choose a folder on its volume, or --to trash: files are only renamed");
    }
    for (int number = 1; number <= NAMES_TRIED; number++)
        if (write_name(to, folder, last_name_of(gone), number) && is_free(to))
            return ERR_OK;
    return fault_set(fault, ERR_FULL, "no free name in %.150s", folder);
}

/* ---- the trash: freedesktop.org's specification ---- */

static void write_escaped(char *to, const char *path)
{
    for (; *path; path++) {
        const bool is_plain = strchr("/-_.~", *path) || (*path >= '0' && *path <= '9') ||
                              (*path >= 'a' && *path <= 'z') || (*path >= 'A' && *path <= 'Z');
        to += is_plain ? sprintf(to, "%c", *path) : sprintf(to, "%%%02X", (unsigned char)*path);
    }
    *to = 0;
}

/* The trash of the person's own data if it is on the volume of the file, otherwise that at the top of the volume. */
static bool find_trash(const char *gone, char to[PATH_MAX])
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    struct stat file, there;
    char top[PATH_MAX], *slash;

    if (lstat(gone, &file) != 0 ||
        (data && *data ? snprintf(to, PATH_MAX, "%s", data)
                       : snprintf(to, PATH_MAX, "%s/.local/share", home ? home : "")) >= PATH_MAX - 16)
        return false;
    if (stat(to, &there) == 0 && there.st_dev == file.st_dev) {
        strcat(to, "/Trash");
        return true;
    }
    (void)snprintf(top, sizeof(top), "%s", gone);
    (void)snprintf(to, PATH_MAX, "%s", gone);
    while ((slash = strrchr(top, '/')) && slash > top) {
        *slash = 0;
        if (stat(top, &there) != 0 || there.st_dev != file.st_dev)
            break;
        (void)snprintf(to, PATH_MAX, "%s", top);
    }
    if (stat("/", &there) == 0 && there.st_dev == file.st_dev)
        to[0] = 0;
    return snprintf(to + strlen(to), PATH_MAX - strlen(to), "/.Trash-%u", (unsigned)getuid()) <
           (int)(PATH_MAX - strlen(to));
}

static bool make_private_folder(const char *path)
{
    struct stat st;

    return (mkdir(path, 0700) == 0 || errno == EEXIST) && lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
           st.st_uid == geteuid();
}

static bool write_all_synced(int fd, const char *text)
{
    const bool good = file_write_fd(fd, text, strlen(text)) == ERR_OK && fsync(fd) == 0;

    return close(fd) == 0 && good;
}

/* True if the record names the file. */
static bool is_record_of(const char *info, const char *escaped)
{
    char text[INFO_ROOM] = "", line[3 * PATH_MAX + 16];
    const int fd = open(info, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    const ssize_t len = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;

    if (fd >= 0)
        close(fd);
    (void)snprintf(line, sizeof(line), "\nPath=%s\n", escaped);
    return len > 0 && strstr(text, line);
}

/* Removes the records of the file that a killed command left: it lies where it was. */
static void remove_left_records(const char *trash, const char *gone)
{
    char files[PATH_MAX], to[PATH_MAX], info[PATH_MAX + 16], escaped[3 * PATH_MAX];
    struct stat st;

    if (!join_path(files, trash, "files"))
        return;
    write_escaped(escaped, gone);
    for (int number = 1; number <= NAMES_TRIED && write_name(to, files, last_name_of(gone), number); number++) {
        (void)snprintf(info, sizeof(info), "%.*s/info/%.255s.trashinfo", PATH_MAX - 300, trash, last_name_of(to));
        if (lstat(info, &st) != 0)
            return;
        if (is_free(to) && is_record_of(info, escaped))
            (void)unlink(info);
    }
}

/* Writes the record of a free name: the record is made first, and makes the name the caller's. */
static enum err claim_name(const char *trash, const char *gone, char to[PATH_MAX], struct fault *fault)
{
    char files[PATH_MAX], infos[PATH_MAX], info[PATH_MAX + 16], text[INFO_ROOM], escaped[3 * PATH_MAX], at[32];
    const time_t now = time(NULL);
    struct tm local;

    if (!join_path(files, trash, "files") || !join_path(infos, trash, "info") || !localtime_r(&now, &local))
        return fault_set(fault, ERR_IO, "the path of the trash is too long");
    if (!make_private_folder(trash) || !make_private_folder(files) || !make_private_folder(infos))
        return refuse_errno(fault, "cannot make the trash", trash);
    (void)strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%S", &local);
    write_escaped(escaped, gone);
    (void)snprintf(text, sizeof(text), "[Trash Info]\nPath=%s\nDeletionDate=%s\n", escaped, at);
    for (int number = 1; number <= NAMES_TRIED; number++) {
        if (!write_name(to, files, last_name_of(gone), number) || !is_free(to))
            continue;
        (void)snprintf(info, sizeof(info), "%.*s/%.255s.trashinfo", PATH_MAX - 300, infos, last_name_of(to));
        const int fd = open(info, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0)
            return write_all_synced(fd, text) ? ERR_OK : refuse_errno(fault, "cannot write", info);
        if (errno != EEXIST)
            return refuse_errno(fault, "cannot write", info);
    }
    return fault_set(fault, ERR_FULL, "no free name in %.150s", files);
}

enum err copy_place(const char *gone, const char *folder, char to[PATH_MAX], struct fault *fault)
{
    char trash[PATH_MAX];
    const bool has_trash = find_trash(gone, trash);

    if (has_trash)
        remove_left_records(trash, gone);
    if (folder)
        return place_in_folder(gone, folder, to, fault);
    if (!has_trash)
        return fault_set(fault, ERR_IO, "the volume of %.150s has no trash: name a folder with --to", gone);
    return claim_name(trash, gone, to, fault);
}

/* ---- renaming ---- */

static void sync_folder_of(const char *path)
{
    char folder[PATH_MAX];

    (void)snprintf(folder, sizeof(folder), "%.*s", (int)(last_name_of(path) - path), path);
    (void)file_sync(folder, NULL);
}

static enum err move_file(const char *from, const char *to, struct fault *fault)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) != 0)
        return refuse_errno(fault, "cannot move", from);
    sync_folder_of(to);
    sync_folder_of(from);
    return ERR_OK;
}

/* The record of a place in the trash. */
static void remove_record(const char *place)
{
    char info[PATH_MAX + 16];
    const char *name = last_name_of(place);
    const int files = (int)(name - place) - (int)strlen("/files/");

    if (files <= 0 || strncmp(place + files, "/files/", strlen("/files/")) != 0)
        return;
    (void)snprintf(info, sizeof(info), "%.*s/info/%s.trashinfo", files, place, name);
    (void)unlink(info);
}

static enum err refuse_replaced(const char *gone, const char *to, struct fault *fault)
{
    remove_record(to);
    return fault_set(fault, ERR_CONFLICT, "%.150s or the copy to keep was replaced meanwhile", gone);
}

enum err copy_take(const struct copy_pair *pair, const char *gone, const char *kept, const char *to,
                   struct fault *fault)
{
    struct fault unused = { 0 };
    enum err e;

    if (!is_still_there(&pair->kept_then, kept, false) || !is_still_there(&pair->gone_then, gone, false))
        return refuse_replaced(gone, to, fault);
    e = move_file(gone, to, fault);
    if (e != ERR_OK)
        remove_record(to);
    if (e != ERR_OK || (is_still_there(&pair->gone_then, to, true) && is_still_there(&pair->kept_then, kept, false)))
        return e;
    (void)move_file(to, gone, &unused);
    return refuse_replaced(gone, to, fault);
}

enum err copy_return(const char *from, const char *to, struct fault *fault)
{
    enum err e = move_file(from, to, fault);

    if (e == ERR_OK)
        remove_record(from);
    return e;
}
