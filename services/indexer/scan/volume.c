#include "services/indexer/scan/volume.h"

#include <blkid/blkid.h>
#include <dirent.h>
#include <errno.h>
#include <libmount/libmount.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/file.h"
#include "services/indexer/scan/naming.h"

static struct libmnt_table *read_mounts(struct fault *fault)
{
    struct libmnt_table *table = mnt_new_table();

    if (table && mnt_table_parse_file(table, "/proc/self/mountinfo") == 0)
        return table;
    mnt_unref_table(table);
    fault_set(fault, ERR_IO, "cannot read the mount table");
    return NULL;
}

static bool is_printable(const char *text)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            return false;
    return *text && text_is_utf8(text_of(text));
}

/* "marker:" and the first line of the marker file, or false. */
static bool identity_by_marker(const char *mount, char *to, size_t size)
{
    struct buffer mark = { 0 };
    char path[PATH_MAX];
    bool good = snprintf(path, sizeof(path), "%s/" VOLUME_MARKER, mount) < (int)sizeof(path) &&
                file_read_all(path, 4096, &mark, NULL) == ERR_OK;

    if (good) {
        const char *line = buffer_c(&mark);
        int len = (int)strcspn(line, "\r\n");
        good = snprintf(to, size, "marker:%.*s", len, line) < (int)size && len > 0 && is_printable(to);
    }
    buffer_free(&mark);
    return good;
}

/* Reads the marker file of any mount. A mount may hang, and no other mount shall wait for it. */
struct volume_look {
    atomic_int holders;
    sem_t done;
    atomic_bool good; /* `identity` is set */
    char mount[PATH_MAX], identity[VOLUME_IDENTITY_SIZE];
};
enum { LOOK_SECONDS = 3, LOOKS_LEFT = 16 /* abandoned threads, each in a mount that hangs */ };

static void let_go(struct volume_look *look)
{
    if (atomic_fetch_sub(&look->holders, 1) > 1)
        return;
    sem_destroy(&look->done);
    free(look);
}

static atomic_int lookers;

static void *look_there(void *state)
{
    struct volume_look *look = state;

    atomic_store(&look->good, identity_by_marker(look->mount, look->identity, sizeof(look->identity)));
    sem_post(&look->done);
    let_go(look);
    atomic_fetch_sub(&lookers, 1);
    return NULL;
}

static struct volume_look *look_begin(const char *mount)
{
    struct volume_look *look = atomic_load(&lookers) < LOOKS_LEFT ? alloc_zeroed(1, sizeof(*look)) : NULL;
    pthread_t thread;

    if (!look || !text_copy(look->mount, sizeof(look->mount), text_of(mount)) || sem_init(&look->done, 0, 0) != 0) {
        free(look);
        return NULL;
    }
    atomic_store(&look->holders, 2);
    atomic_fetch_add(&lookers, 1);
    if (pthread_create(&thread, NULL, look_there, look) == 0) {
        pthread_detach(thread);
        return look;
    }
    atomic_fetch_sub(&lookers, 1);
    atomic_store(&look->holders, 1); /* no thread uses it */
    let_go(look);
    return NULL;
}

/* identity_by_marker, or false after 3 s; then the thread is abandoned. */
static bool identity_in_time(const char *mount, char *to, size_t size)
{
    struct volume_look *look = look_begin(mount);
    struct timespec until;
    int waited;
    bool good;

    if (!look)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_SECONDS;
    while ((waited = sem_clockwait(&look->done, CLOCK_MONOTONIC, &until)) != 0 && errno == EINTR)
        ;
    good = waited == 0 && atomic_load(&look->good) && text_copy(to, size, text_of(look->identity));
    let_go(look);
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

static bool tag_of_device(const char *tag, const char *links, struct libmnt_fs *fs, char *to, size_t size)
{
    const char *source = mnt_fs_get_source(fs);
    char *value = source && source[0] == '/' ? blkid_get_tag_value(NULL, tag, source) : NULL;
    bool good = value && text_copy(to, size, text_of(value));

    free(value);
    return (good || link_to_device(links, mnt_fs_get_devno(fs), to, size)) && is_printable(to);
}

static bool identity_by_device(struct libmnt_fs *fs, char *to, size_t size)
{
    char value[128];
    const char *kind = "uuid";

    if (!tag_of_device("UUID", "/dev/disk/by-uuid", fs, value, sizeof(value))) {
        kind = "label";
        if (!tag_of_device("LABEL", "/dev/disk/by-label", fs, value, sizeof(value)))
            return false;
    }
    const char *root = mnt_fs_get_root(fs);
    bool whole = !root || strcmp(root, "/") == 0;
    int len = snprintf(to, size, "%s:%s%s%s", kind, value, whole ? "" : ":", whole ? "" : root);
    return len < (int)size && is_printable(to);
}

static bool identity_by_share(struct libmnt_fs *fs, char *to, size_t size)
{
    const char *source = mnt_fs_get_source(fs);

    return mnt_fs_is_netfs(fs) && source && snprintf(to, size, "share:%s", source) < (int)size && is_printable(to);
}

static bool is_external(struct libmnt_fs *fs)
{
    static const char *const places[] = { "/media/", "/run/media/", "/mnt/" };
    const char *mount = mnt_fs_get_target(fs);

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (strncmp(mount, places[i], strlen(places[i])) == 0)
            return true;
    return mnt_fs_is_netfs(fs);
}

static void label_it(struct volume_found *to)
{
    struct arena arena = { 0 };
    const char *name = strrchr(to->mount, '/');
    struct text label = arena_utf8(&arena, bytes_of(name + 1, strlen(name + 1)), VOLUME_IDENTITY_SIZE - 1);

    text_copy(to->label, sizeof(to->label), label);
    arena_free(&arena);
}

static void set_root(struct volume_found *to)
{
    *to = (struct volume_found){
        .identity = "root", .label = "root", .mount = "/", .mounted_at = "/", .backend = BACKEND_LOCAL
    };
}

/* `by_marker` reads the marker file; NULL: no file is read. */
static void identify_volume(struct libmnt_fs *fs, bool (*by_marker)(const char *mount, char *to, size_t size),
                            struct volume_found *to)
{
    const char *mount = mnt_fs_get_target(fs);
    size_t size = sizeof(to->identity);

    set_root(to);
    if (!mount || mount[0] != '/' || mount[1] == 0 || strlen(mount) >= sizeof(to->mount))
        return;
    bool catalogue = (by_marker && by_marker(mount, to->identity, size)) || identity_by_share(fs, to->identity, size) ||
                     identity_by_device(fs, to->identity, size);
    if (!catalogue)
        set_root(to);
    strcpy(to->mounted_at, mount);
    if (!catalogue)
        return;
    strcpy(to->mount, mount);
    bool marked = strncmp(to->identity, "marker:", 7) == 0;
    to->backend = marked || is_external(fs) ? BACKEND_EXTERNAL : BACKEND_LOCAL;
    label_it(to);
}

/* The mount whose target is a prefix of the path: the longest, and of equal ones the last, which covers the others. */
static struct libmnt_fs *mount_of(struct libmnt_table *table, const char *path)
{
    struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
    struct libmnt_fs *fs, *best = NULL;
    size_t best_len = 0;

    while (iter && mnt_table_next_fs(table, iter, &fs) == 0) {
        const char *mount = mnt_fs_get_target(fs);
        size_t len = mount ? strlen(mount) : 0;
        if (len == 1)
            len = 0; /* "/" is a prefix of every path */
        if (mount && len >= best_len && strncmp(path, mount, len) == 0 && (path[len] == '/' || path[len] == 0)) {
            best = fs;
            best_len = len;
        }
    }
    mnt_free_iter(iter);
    return best;
}

enum err volume_of(const char *path, struct volume_found *to, struct fault *fault)
{
    struct libmnt_table *table = read_mounts(fault);

    if (!table)
        return ERR_IO;
    struct libmnt_fs *fs = mount_of(table, path);
    set_root(to);
    if (fs)
        identify_volume(fs, identity_by_marker, to);
    mnt_unref_table(table);
    return ERR_OK;
}

enum err volume_locate(const char *identity, struct volume_found *to, struct fault *fault)
{
    struct libmnt_table *table = read_mounts(fault);
    struct libmnt_iter *iter = table ? mnt_new_iter(MNT_ITER_BACKWARD) : NULL;
    struct libmnt_fs *fs;
    bool mark = strncmp(identity, "marker:", 7) == 0, found = false; /* a mount that hangs cannot stop the search */

    while (iter && !found && mnt_table_next_fs(table, iter, &fs) == 0) {
        identify_volume(fs, mark ? identity_in_time : NULL, to);
        found = strcmp(to->identity, identity) == 0;
    }
    mnt_free_iter(iter);
    mnt_unref_table(table);
    if (!table)
        return ERR_IO;
    return found ? ERR_OK : fault_set(fault, ERR_NOT_FOUND, "no volume %s is mounted", identity);
}
