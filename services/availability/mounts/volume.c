#include "services/availability/mounts/volume.h"

#include <blkid/blkid.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/beneath/beneath.h"
#include "common/clock.h"
#include "common/cloud_file.h"
#include "common/text.h"
#include "store/open/local.h"

enum { TAG_TRIES = 5, TAG_PAUSE_US = 30000 };

/* ---- the mount table ---- */

static const char *const special[] = { "autofs",    "binfmt_misc", "bpf",      "cgroup",     "cgroup2",    "configfs",
                                       "debugfs",   "devpts",      "devtmpfs", "efivarfs",   "fusectl",    "hugetlbfs",
                                       "mqueue",    "nsfs",        "proc",     "pstore",     "rpc_pipefs", "securityfs",
                                       "selinuxfs", "sysfs",       "tracefs",  "fuse.portal" };

/* Clouds that show their files by FUSE; a read of an online-only file fetches it. */
static const char *const clouds[] = { "fuse.rclone",   "fuse.onedriver", "fuse.google-drive-ocamlfuse",
                                      "fuse.gcsfuse",  "fuse.s3fs",      "fuse.goofys",
                                      "fuse.juicefs",  "fuse.pcloud",    "fuse.pCloud.fs",
                                      "fuse.internxt", "fuse.gdfuse",    "fuse.mountpoint-s3" };

static bool is_cloud(const char *type)
{
    return TEXT_IS_AMONG(type, clouds);
}

static const char *text_or_none(const char *text)
{
    return text ? text : "";
}

static void add_line(struct mount_lines *to, struct libmnt_fs *fs)
{
    const char *type = text_or_none(mnt_fs_get_fstype(fs)), *source = text_or_none(mnt_fs_get_source(fs));

    ALLOC_ROOM(to->at, to->count, to->room, 64);
    to->at[to->count++] = (struct mount_line){
        .id = mnt_fs_get_id(fs),
        .parent = mnt_fs_get_parent_id(fs),
        .device = mnt_fs_get_devno(fs),
        .target = alloc_text(text_or_none(mnt_fs_get_target(fs))),
        .source = alloc_text(source),
        .type = alloc_text(type),
        .root = alloc_text(text_or_none(mnt_fs_get_root(fs))),
        .is_network = mnt_fs_is_netfs(fs) || local_fuse_is_network(type, source) || is_cloud(type),
        .is_special = TEXT_IS_AMONG(type, special),
    };
}

static bool has_root(const struct mount_lines *lines)
{
    for (uint32_t i = 0; i < lines->count; i++)
        if (strcmp(lines->at[i].target, "/") == 0)
            return true;
    return false;
}

/* In a chroot whose root is a folder and no mount, the table has no line for the file system of "/". No server is
 * asked, so that a dead one cannot block the caller. */
static enum err add_root(struct mount_lines *to, struct fault *fault)
{
    struct statx st;

    if (statx(AT_FDCWD, "/", AT_STATX_DONT_SYNC, 0, &st) != 0)
        return fault_errno(fault, ERR_IO, errno, "cannot find the file system of /");
    ALLOC_ROOM(to->at, to->count, to->room, 64);
    to->at[to->count++] = (struct mount_line){
        .device = makedev(st.stx_dev_major, st.stx_dev_minor),
        .target = alloc_text("/"),
        .source = alloc_text(""),
        .type = alloc_text(""),
        .root = alloc_text(""),
    };
    return ERR_OK;
}

static void free_mounts(struct mount_lines *lines)
{
    for (uint32_t i = 0; i < lines->count; i++) {
        free(lines->at[i].target);
        free(lines->at[i].source);
        free(lines->at[i].type);
        free(lines->at[i].root);
    }
    free(lines->at);
    *lines = (struct mount_lines){ 0 };
}

enum err volume_read_mounts(struct mount_lines *to, struct fault *fault)
{
    struct libmnt_table *table = mnt_new_table();
    struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
    struct libmnt_fs *fs;
    enum err e = ERR_OK;

    *to = (struct mount_lines){ 0 };
    if (!table || !iter || mnt_table_parse_file(table, "/proc/self/mountinfo") != 0)
        e = fault_set(fault, ERR_IO, "cannot read the mount table");
    while (e == ERR_OK && mnt_table_next_fs(table, iter, &fs) == 0) {
        if (to->count == VOLUME_MOUNTS_MOST)
            e = fault_set(fault, ERR_TOO_LARGE, "more than %d file systems are mounted", VOLUME_MOUNTS_MOST);
        else
            add_line(to, fs);
    }
    mnt_free_iter(iter);
    mnt_unref_table(table);
    if (e == ERR_OK && !has_root(to))
        e = add_root(to, fault);
    if (e != ERR_OK)
        free_mounts(to);
    return e;
}

/* ---- events ---- */

struct libmnt_monitor *volume_monitor_new(int *fd)
{
    struct libmnt_monitor *monitor = mnt_new_monitor();

    if (monitor && mnt_monitor_enable_kernel(monitor, 1) == 0 && (*fd = mnt_monitor_get_fd(monitor)) >= 0)
        return monitor;
    mnt_unref_monitor(monitor);
    return NULL;
}

void volume_monitor_clear(struct libmnt_monitor *monitor)
{
    (void)mnt_monitor_event_cleanup(monitor);
}

void volume_monitor_free(struct libmnt_monitor *monitor)
{
    mnt_unref_monitor(monitor);
}

/* ---- identities ---- */

static bool is_printable(const char *text)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            return false;
    return *text && text_is_utf8(text_of(text));
}

/* A marker whose content is only in the cloud. */
static bool is_away(const char *mount)
{
    char path[PATH_MAX];
    struct stat st;

    return snprintf(path, PATH_MAX, "%s/" VOLUME_MARKER, mount) < PATH_MAX && lstat(path, &st) == 0 &&
           cloud_file_is_online_only(path, &st);
}

/* The volume may come from a stranger: a marker that leads out of it would give out what a file of the user has. */
static bool read_marker(const char *mount, struct buffer *to)
{
    struct beneath root;
    struct fault unused = { 0 };
    const bool good = beneath_open(&root, mount, NULL, &unused) == ERR_OK &&
                      beneath_read(&root, VOLUME_MARKER, 4096, to, &unused) == ERR_OK;

    beneath_close(&root);
    return good;
}

/* "marker:" and the first line of the marker file, or false. */
static bool identity_by_marker(const struct mount_line *mount, const char *root, char *to, size_t size)
{
    struct buffer mark = { 0 };
    bool good = !(is_cloud(mount->type) && is_away(root)) && read_marker(root, &mark);

    if (good) {
        const char *line = buffer_c(&mark);
        int len = (int)strcspn(line, "\r\n");
        good = snprintf(to, size, "marker:%.*s", len, line) < (int)size && len > 0 && is_printable(to);
    }
    buffer_free(&mark);
    return good;
}

/* udev's links can be read without permission to read the device. */
static bool link_to_device(const char *folder, dev_t device, char *to, size_t size)
{
    DIR *links = opendir(folder);
    bool found = false;

    for (struct dirent *link; links && !found && (link = readdir(links));) {
        struct stat st;
        found = fstatat(dirfd(links), link->d_name, &st, 0) == 0 && S_ISBLK(st.st_mode) && st.st_rdev == device &&
                text_copy(to, size, text_of(link->d_name));
    }
    if (links)
        closedir(links);
    return found;
}

/* Reads the device itself. libblkid's cache has what another file system had there a moment ago. */
static bool probe_device(const char *tag, const struct mount_line *mount, char *to, size_t size)
{
    blkid_probe probe = mount->source[0] == '/' ? blkid_new_probe_from_filename(mount->source) : NULL;
    const char *value = NULL;
    bool good = probe && blkid_do_safeprobe(probe) == 0 && blkid_probe_lookup_value(probe, tag, &value, NULL) == 0 &&
                text_copy(to, size, text_of(value));

    blkid_free_probe(probe);
    return good;
}

static bool tag_of_device(const char *tag, const char *links, const struct mount_line *mount, char *to, size_t size)
{
    return (probe_device(tag, mount, to, size) || link_to_device(links, mount->device, to, size)) && is_printable(to);
}

/* libblkid checks the sum of a first block. The kernel may be writing that of a mounted file system at this moment, so
 * one read proves nothing. */
static const char *find_device_tag(const struct mount_line *mount, char *to, size_t size)
{
    for (int tries = 0; tries < TAG_TRIES; tries++) {
        if (tries > 0)
            clock_sleep(TAG_PAUSE_US);
        if (tag_of_device("UUID", "/dev/disk/by-uuid", mount, to, size))
            return "uuid";
        if (tag_of_device("LABEL", "/dev/disk/by-label", mount, to, size))
            return "label";
        if (mount->source[0] != '/')
            return NULL;
    }
    return NULL;
}

static bool identity_by_device(const struct mount_line *mount, char *to, size_t size)
{
    char value[128];
    const char *kind = find_device_tag(mount, value, sizeof(value));

    if (!kind)
        return false;
    bool whole = !mount->root[0] || strcmp(mount->root, "/") == 0;
    int len = snprintf(to, size, "%s:%s%s%s", kind, value, whole ? "" : ":", whole ? "" : mount->root);
    return len < (int)size && is_printable(to);
}

static bool identity_by_share(const struct mount_line *mount, char *to, size_t size)
{
    return mount->is_network && mount->source[0] && snprintf(to, size, "share:%s", mount->source) < (int)size &&
           is_printable(to);
}

static bool is_external(const struct mount_line *mount)
{
    static const char *const places[] = { "/media/", "/run/media/", "/mnt/" };

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (strncmp(mount->target, places[i], strlen(places[i])) == 0)
            return true;
    return mount->is_network;
}

static void label_it(const struct mount_line *mount, struct volume_found *to)
{
    struct arena arena = { 0 };
    const char *name = strrchr(mount->target, '/') + 1;
    struct text label = arena_utf8(&arena, bytes_of(name, strlen(name)), VOLUME_IDENTITY_SIZE - 1);

    text_copy(to->label, sizeof(to->label), label);
    arena_free(&arena);
}

static void identify_mount(const struct mount_line *mount, const char *root, struct volume_found *to)
{
    bool is_marked = identity_by_marker(mount, root, to->identity, sizeof(to->identity));

    if (!identity_by_share(mount, to->device, sizeof(to->device)) &&
        !identity_by_device(mount, to->device, sizeof(to->device)))
        strcpy(to->device, "root");
    if (!is_marked)
        strcpy(to->identity, to->device);
    if (strcmp(to->identity, "root") == 0)
        return;
    to->backend = is_cloud(mount->type)             ? BACKEND_CLOUD
                  : is_marked || is_external(mount) ? BACKEND_EXTERNAL
                                                    : BACKEND_LOCAL;
    label_it(mount, to);
}

/* Each call may be the first one that a dead daemon, server or drive fails. */
static int try_to_read(const char *mount)
{
    struct statfs fs;
    int fd, error;

    if (statfs(mount, &fs) != 0)
        return errno == EACCES || errno == EPERM ? 0 : errno;
    fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == EACCES || errno == EPERM ? 0 : errno;
    DIR *entries = fdopendir(fd); /* it asks the file system for the folder's attributes */
    error = entries ? 0 : errno;
    errno = 0;
    if (entries && !readdir(entries))
        error = errno;
    if (entries)
        closedir(entries);
    else
        close(fd);
    return error;
}

/* Opens the root of a mount. Its place may show another file system: the mount moved since its line was read, or
 * another one hides it. */
static int open_root(const struct mount_line *mount, int flags, int *root)
{
    struct statx st;

    *root = open(mount->target, flags | O_DIRECTORY | O_CLOEXEC);
    if (*root < 0)
        return errno;
    if (statx(*root, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &st) != 0 || !(st.stx_mask & STATX_MNT_ID) ||
        st.stx_mnt_id == (uint64_t)mount->id)
        return 0; /* also of a kernel without these ids */
    close(*root);
    *root = -1;
    return VOLUME_ELSEWHERE;
}

int volume_look(const struct mount_line *mount, struct volume_found *to)
{
    char path[64];
    int root, error;

    *to = (struct volume_found){ .identity = "root", .device = "root", .label = "root", .backend = BACKEND_LOCAL };
    if (mount->target[0] != '/' || mount->target[1] == 0)
        return 0;
    error = open_root(mount, O_PATH, &root);
    if (error)
        return error;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", root);
    error = try_to_read(path);
    if (error == 0)
        identify_mount(mount, path, to);
    close(root);
    return error;
}

/* A copy of an ask finds what the first one wrote before its service died. */
static bool is_written(const char *mount, const char *word)
{
    struct buffer mark = { 0 };
    size_t len = strlen(word);
    bool is = read_marker(mount, &mark);

    is = is && mark.len == len + 1 && memcmp(mark.at, word, len) == 0 && mark.at[len] == '\n';
    buffer_free(&mark);
    return is;
}

/* A process that was killed may have left it. */
static bool is_empty(int root)
{
    struct stat st;

    return fstatat(root, VOLUME_MARKER, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) && st.st_size == 0;
}

/* Makes a file in the root of the volume. Returns an errno, and leaves no file then. */
static int write_word(int root, const char *name, const char *word)
{
    int error = 0, fd = openat(root, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

    if (fd < 0)
        return errno;
    if (dprintf(fd, "%s\n", word) < 0 || fsync(fd) != 0)
        error = errno;
    close(fd);
    if (error)
        (void)unlinkat(root, name, 0);
    return error;
}

/* The old marker stays if the new one cannot be written. A link in its place is replaced, and not followed. */
static int replace_marker(int root, const char *word)
{
    static const char part[] = VOLUME_MARKER ".part";
    int error;

    (void)unlinkat(root, part, 0); /* a process that was killed left it */
    error = write_word(root, part, word);
    if (!error && renameat(root, part, root, VOLUME_MARKER) != 0) {
        error = errno;
        (void)unlinkat(root, part, 0);
    }
    return error;
}

static int mark_root(int root, const char *path, const char *word, bool replace)
{
    int error;

    if (replace || is_empty(root))
        return replace_marker(root, word);
    error = write_word(root, VOLUME_MARKER, word);
    return error == EEXIST && is_written(path, word) ? 0 : error;
}

int volume_mark(const struct mount_line *mount, const char *word, bool replace)
{
    char path[64];
    int root, error = open_root(mount, O_RDONLY, &root);

    if (error)
        return error == VOLUME_ELSEWHERE ? ESTALE : error;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", root);
    error = mark_root(root, path, word, replace);
    close(root);
    return error;
}
