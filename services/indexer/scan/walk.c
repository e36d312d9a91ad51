#include "services/indexer/scan/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/beneath/way.h"
#include "common/cloud_file.h"
#include "common/file.h"
#include "common/process/limits.h"
#include "common/process/stat_in_child.h"
#include "common/sound_head.h"
#include "services/indexer/sessions/session_file.h"

enum { LIFE_SIGN_EVERY = 64 }; /* entries */

struct folder_reading {
    DIR *directory;
    /* Path of the current entry below the library; its first `folder_len` bytes are the folder's. */
    char below[PATH_MAX];
    size_t folder_len;
    const char *path; /* of the folder */
    size_t path_len;
    bool is_cloud;
    bool links_hang; /* the file system that a link of this folder leads to does not answer */
    const struct naming_rules *rules;
    struct arena *arena;
    struct folder_listing *to;
    uint32_t file_room, folder_room, link_room, session_room;
};

const char *walk_join(struct arena *arena, const char *folder, const char *name)
{
    const char *slash = folder[0] && strcmp(folder, "/") != 0 ? "/" : "";
    return arena_printf(arena, "%s%s%s", folder, slash, name).at;
}

static bool add_entry(struct folder_reading *reading, struct entry_list *list, uint32_t *room,
                      const struct folder_entry *entry)
{
    if (list->count == *room && !limits_leave(2 * (size_t)*room * (sizeof(struct folder_entry) + NAME_MAX)))
        return false;
    list->at = arena_grow(reading->arena, list->at, list->count, room, sizeof(*list->at));
    list->at[list->count] = *entry;
    list->at[list->count].name = arena_bytes(reading->arena, entry->name);
    list->count++;
    return true;
}

/* In a cloud only size and mtime count: reading a file again would fetch it. */
static struct trace trace_of(const struct stat *st, bool is_cloud)
{
    return (struct trace){ .inode = st->st_ino,
                           .size = (uint64_t)st->st_size,
                           .mtime = clock_usec(st->st_mtim),
                           .changed = is_cloud ? 0 : clock_usec(st->st_ctim) };
}

static bool add_folder_entry(struct folder_reading *reading, struct folder_entry *entry)
{
    return add_entry(reading, &reading->to->folders, &reading->folder_room, entry);
}

static bool is_only_online(const struct folder_reading *reading, const struct folder_entry *entry,
                           const struct stat *st)
{
    char path[PATH_MAX];

    return reading->is_cloud &&
           snprintf(path, sizeof(path), "%s/%s", reading->path, (const char *)entry->name.at) < (int)sizeof(path) &&
           cloud_file_is_online_only(path, st);
}

/* True for a file in the library of the folder, whose own path may have links above it. */
static bool is_within(const struct folder_reading *reading, struct bytes real)
{
    char top[PATH_MAX];
    size_t len;

    if (!way_real_path(dirfd(reading->directory), top))
        return false;
    len = strlen(top);
    if (reading->folder_len >= len)
        return true; /* the library is "/" */
    return bytes_path_contains(bytes_of(top, len - reading->folder_len), real);
}

/* True if the rules let a link lead to this open file. */
static bool may_lead_to(const struct folder_reading *reading, int fd)
{
    char path[PATH_MAX];
    struct bytes real;

    if (!way_real_path(fd, path))
        return false;
    real = bytes_of(path, strlen(path));
    return is_within(reading, real) || naming_may_lead(reading->rules, real);
}

/* A file to which the link must not lead is none. */
static int look_at_target(struct folder_reading *reading, const struct folder_entry *entry, int fd, struct stat *st)
{
    if (fstat(fd, st) != 0)
        return errno;
    if (S_ISDIR(st->st_mode) || may_lead_to(reading, fd))
        return 0;
    if (entry->kind != KIND_OTHER && reading->to->led_out++ == 0)
        reading->to->led_out_first = arena_bytes(reading->arena, entry->name);
    return ENOENT;
}

/* A link may lead to another file system, which may hang: a process of its own looks there first. */
static int look_at_link(struct folder_reading *reading, const struct folder_entry *entry, struct stat *st)
{
    const struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_XDEV };
    const char *name = (const char *)entry->name.at;
    const int folder = dirfd(reading->directory);
    int fd = (int)syscall(SYS_openat2, folder, name, &how, sizeof(how)), error = errno;

    if (fd < 0 && (error == EXDEV || way_lacks_call(error))) {
        error = reading->links_hang ? ETIMEDOUT : stat_in_child(folder, name, st);
        reading->links_hang |= error == ETIMEDOUT;
        fd = error ? -1 : openat(folder, name, O_PATH | O_CLOEXEC);
        error = fd < 0 && !error ? errno : error;
    }
    if (fd >= 0) {
        error = look_at_target(reading, entry, fd, st);
        close(fd);
    }
    return error;
}

static int look_at_file(struct folder_reading *reading, const struct folder_entry *entry, unsigned char type,
                        struct stat *st)
{
    const char *name = (const char *)entry->name.at;

    if (type == DT_LNK)
        return look_at_link(reading, entry, st);
    return fstatat(dirfd(reading->directory), name, st, AT_NO_AUTOMOUNT) == 0 ? 0 : errno;
}

/* Calls stat once, which follows links, and adds the entry if it is a media file, a session, or a link to a folder. */
static bool add_file(struct folder_reading *reading, struct folder_entry *entry, unsigned char type)
{
    struct stat st;
    int error = look_at_file(reading, entry, type, &st);

    if (error) {
        if (error == ENOENT || error == ELOOP || error == ENOTDIR)
            return true;
        entry->unsure = true;
        reading->to->failed += type != DT_LNK && file_err(error) != ERR_DENIED;
    } else if (S_ISDIR(st.st_mode) && type == DT_LNK) {
        return add_entry(reading, &reading->to->links, &reading->link_room, entry);
    } else if (!S_ISREG(st.st_mode)) {
        return true;
    } else {
        entry->trace = trace_of(&st, reading->is_cloud);
        entry->is_online_only = entry->is_placeholder || is_only_online(reading, entry, &st);
    }
    if (entry->is_placeholder) {
        entry->trace = (struct trace){ 0 };
        entry->name = naming_real(entry->name);
    }
    if (entry->kind == KIND_OTHER)
        return entry->unsure || !session_file_is(entry->name) || entry->is_online_only ||
               add_entry(reading, &reading->to->sessions, &reading->session_room, entry);
    return add_entry(reading, &reading->to->files, &reading->file_room, entry);
}

/* DT_UNKNOWN: the file system fails to report it. */
static unsigned char entry_type(struct folder_reading *reading, const struct dirent *name)
{
    struct stat st;

    if (name->d_type != DT_UNKNOWN)
        return name->d_type;
    if (fstatat(dirfd(reading->directory), name->d_name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0)
        return errno == ENOENT ? DT_REG : DT_UNKNOWN;
    return (unsigned char)IFTODT(st.st_mode);
}

/* No entry fits after a path that is too long, so all are ignored. */
static void set_folder(struct folder_reading *reading, const char *below)
{
    const size_t most = sizeof(reading->below) - 1;
    size_t len = (size_t)snprintf(reading->below, sizeof(reading->below), "%s%s", below, below[0] ? "/" : "");

    reading->folder_len = len < most ? len : most;
}

static bool is_passed_over(struct folder_reading *reading, struct bytes name)
{
    struct text rest = { name.len, (const char *)name.at };

    if (text_is(rest, ".") || text_is(rest, ".."))
        return true;
    return !text_copy(reading->below + reading->folder_len, sizeof(reading->below) - reading->folder_len, rest) ||
           naming_passed_over(reading->rules, reading->below);
}

/* No system call accepts such a path, so only the name decides: the file is never opened. */
static bool is_too_long(struct folder_reading *reading, const struct dirent *name, struct bytes bytes)
{
    if (reading->path_len + 1 + bytes.len < PATH_MAX)
        return false;
    if ((name->d_type != DT_DIR && naming_kind(bytes) == KIND_OTHER) || text_is(text_of(name->d_name), ".") ||
        text_is(text_of(name->d_name), "..") || naming_passed_over(reading->rules, name->d_name))
        return true;
    if (reading->to->too_long++ == 0)
        reading->to->too_long_first = arena_bytes(reading->arena, bytes);
    return true;
}

static enum kind kind_of(const char head[SOUND_HEAD])
{
    const enum sound_head found = sound_head_of(head);

    return found == SOUND_HEAD_AUDIO ? KIND_AUDIO : found == SOUND_HEAD_MIDI ? KIND_MIDI : KIND_OTHER;
}

/* The kind of the file `name` in the open folder: audio or midi; KIND_OTHER: neither, or no regular file. `unsure` is
 * set if it exists and cannot be read: it may be a known sound. */
static enum kind find_kind(int folder, const char *name, bool *unsure)
{
    int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    char head[SOUND_HEAD] = { 0 };
    struct stat st;

    if (fd < 0) {
        *unsure = errno != ENOENT && errno != ELOOP && errno != ENXIO;
        return KIND_OTHER;
    }
    bool is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    *unsure = is_file && pread(fd, head, sizeof(head), 0) < 0;
    close(fd);
    return is_file ? kind_of(head) : KIND_OTHER;
}

/* A file that is not or cannot be read may be media: the scan ignores a new one, and leaves a known one as it is. */
static void look_inside(struct folder_reading *reading, struct folder_entry *entry)
{
    entry->unsure = reading->is_cloud;
    if (!reading->is_cloud)
        entry->kind = find_kind(dirfd(reading->directory), (const char *)entry->name.at, &entry->unsure);
    if (entry->unsure)
        entry->kind = KIND_AUDIO;
}

static bool take_file(struct folder_reading *reading, struct folder_entry *entry, unsigned char type, bool is_bare)
{
    bool may_be_file = type == DT_REG || type == DT_UNKNOWN;

    if (is_bare && may_be_file)
        look_inside(reading, entry);
    if ((entry->kind == KIND_OTHER && !session_file_is(entry->name) && type != DT_LNK) ||
        (!may_be_file && type != DT_LNK))
        return true;
    return add_file(reading, entry, type);
}

/* It is both a file and a folder until it is known, and is counted once. */
static bool take_unknown(struct folder_reading *reading, const struct folder_entry *entry, bool is_bare)
{
    struct folder_entry file = *entry, folder = *entry;
    const uint64_t failed = reading->to->failed;

    if (!take_file(reading, &file, DT_UNKNOWN, is_bare))
        return false;
    folder.is_counted = reading->to->failed > failed;
    return add_folder_entry(reading, &folder);
}

static bool take_entry(struct folder_reading *reading, const struct dirent *name)
{
    struct folder_entry entry = { .name = bytes_of(name->d_name, strlen(name->d_name)) };
    unsigned char type;

    if (is_too_long(reading, name, entry.name) || is_passed_over(reading, entry.name))
        return true;
    entry.kind = naming_kind(naming_real(entry.name));
    entry.is_placeholder = entry.kind != KIND_OTHER && naming_real(entry.name).len < entry.name.len;
    bool is_session = entry.kind == KIND_OTHER && session_file_is(entry.name);
    bool is_bare = entry.kind == KIND_OTHER && !is_session && naming_is_bare(entry.name);
    if (entry.kind == KIND_OTHER && !is_session && !is_bare && name->d_type != DT_DIR && name->d_type != DT_LNK &&
        name->d_type != DT_UNKNOWN)
        return true;
    type = entry_type(reading, name);
    if (type == DT_DIR)
        return add_folder_entry(reading, &entry);
    return type == DT_UNKNOWN ? take_unknown(reading, &entry, is_bare) : take_file(reading, &entry, type, is_bare);
}

static int by_entry_bytes(const void *a, const void *b)
{
    return bytes_compare(((const struct folder_entry *)a)->name, ((const struct folder_entry *)b)->name);
}

/* A file and its placeholder are one: the file counts. */
static void drop_placeholders(struct entry_list *list)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < list->count; i++) {
        bool is_same = kept && bytes_equal(list->at[kept - 1].name, list->at[i].name);
        if (!is_same)
            list->at[kept++] = list->at[i];
        else if (!list->at[i].is_placeholder)
            list->at[kept - 1] = list->at[i];
    }
    list->count = kept;
}

static void sort_entries(struct entry_list *list)
{
    if (list->count)
        qsort(list->at, list->count, sizeof(*list->at), by_entry_bytes);
}

static enum err read_entries(struct errand *errand, struct folder_reading *reading, const char *path,
                             struct fault *fault)
{
    struct dirent *name;
    uint64_t count = 0;

    for (;;) {
        if (count++ % LIFE_SIGN_EVERY == 0 && !errand_goes_on(errand))
            return fault_set(fault, ERR_TIMEOUT, "the reading of %s was given up", path);
        errno = 0;
        name = readdir(reading->directory);
        if (!name)
            return errno ? fault_errno(fault, file_err(errno), errno, "cannot read %s", path) : ERR_OK;
        if (!take_entry(reading, name))
            return limits_refuse(fault, "the names of a folder");
    }
}

/* No folder on the way from the library has become a link since the scan met it. */
static int open_below(const struct folder_reading *reading, const char *below)
{
    const int flags = O_DIRECTORY | O_NOFOLLOW;
    char library[PATH_MAX];
    int top, fd;

    if (!below[0])
        return open(reading->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags);
    (void)snprintf(library, sizeof(library), "%.*s", (int)(reading->path_len - reading->folder_len), reading->path);
    top = open(library[0] ? library : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (top < 0)
        return -1;
    fd = way_open_resolved(top, below, O_RDONLY | flags, 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    if (fd < 0 && way_lacks_call(errno))
        fd = open(reading->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags);
    way_close(top);
    return fd;
}

enum err walk_read(struct errand *errand, const char *path, const char *below, const struct naming_rules *rules,
                   bool is_cloud, struct arena *arena, struct folder_listing *to, struct fault *fault)
{
    struct folder_reading reading = {
        .path = path, .path_len = strlen(path), .is_cloud = is_cloud, .rules = rules, .arena = arena, .to = to
    };
    int fd;

    *to = (struct folder_listing){ 0 };
    set_folder(&reading, below);
    fd = open_below(&reading, below);
    if (fd < 0)
        return fault_errno(fault, errno == ENOTDIR || errno == ELOOP ? ERR_NOT_FOUND : file_err(errno), errno,
                           "cannot open %s", path);
    reading.directory = fdopendir(fd);
    if (!reading.directory) {
        enum err e = fault_errno(fault, file_err(errno), errno, "cannot read %s", path);
        close(fd);
        return e;
    }
    enum err e = read_entries(errand, &reading, path, fault);
    closedir(reading.directory);
    sort_entries(&to->files);
    drop_placeholders(&to->files);
    sort_entries(&to->folders);
    return e;
}

bool walk_is_gone(const char *path)
{
    struct stat st;

    return lstat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

usec_t walk_born(const char *path)
{
    struct statx st;

    if (statx(AT_FDCWD, path, AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW, STATX_BTIME, &st) != 0 ||
        !(st.stx_mask & STATX_BTIME))
        return 0;
    return clock_usec((struct timespec){ .tv_sec = st.stx_btime.tv_sec, .tv_nsec = st.stx_btime.tv_nsec });
}

uint64_t walk_inode(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && st.st_nlink == 1 ? st.st_ino : 0;
}

static bool lists_name(const char *folder, const char *name, size_t len)
{
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    bool is_listed = false;

    if (!directory)
        return true;
    while (!is_listed && (errno = 0, entry = readdir(directory)))
        is_listed = strlen(entry->d_name) == len && memcmp(entry->d_name, name, len) == 0;
    is_listed = is_listed || errno;
    closedir(directory);
    return is_listed;
}

bool walk_lists(const char *top, const char *path)
{
    char folder[PATH_MAX];
    const char *name = path + strlen(top);

    for (name += *name == '/'; *name; name += name[strcspn(name, "/")] ? strcspn(name, "/") + 1 : strlen(name)) {
        snprintf(folder, sizeof(folder), "%.*s", (int)(name - path), path);
        if (!lists_name(folder, name, strcspn(name, "/")))
            return false;
    }
    return true;
}
