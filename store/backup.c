#include "store/backup.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/file.h"
#include "store/catalogue.h"
#include "store/check.h"
#include "store/files.h"
#include "store/local.h"
#include "store/migrate.h"
#include "store/replace.h"
#include "store/trailer.h"

enum { PIECE = 65536 };

static enum err failed(struct fault *fault, const char *doing, const char *path)
{
    return fault_errno(fault, file_err(errno), errno, "cannot %s %s", doing, path);
}

/* ---- making one ---- */

static enum err look(struct store *store, struct backup *backup, struct fault *fault)
{
    struct txn *txn;
    uint64_t tail;
    enum err e = store_read(store, &txn, fault);

    if (e != ERR_OK)
        return e;
    e = txn_version(txn, &backup->version);
    if (e == ERR_OK)
        e = catalogue_id(txn, &backup->catalogue);
    if (e == ERR_OK)
        e = catalogue_head(txn, &tail, &backup->revision);
    txn_end(txn);
    return e == ERR_OK ? e : fault_set(fault, e, "the store cannot be read: run loophole store check");
}

static enum err write_image(struct store *store, int fd, const char *path, struct backup *made,
                            struct fault *fault)
{
    struct stat st;
    enum err e = store_copy(store, fd, fault);

    if (e != ERR_OK)
        return e;
    if (fstat(fd, &st) < 0)
        return failed(fault, "look at", path);
    made->bytes = (uint64_t)st.st_size;
    e = trailer_write(fd, path, made, fault);
    if (e == ERR_OK && fsync(fd) < 0)
        e = failed(fault, "sync", path);
    return e;
}

static enum err sync_folder_of(const char *file, struct fault *fault)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(file, '/');
    int len = slash ? (int)(slash - file) : 0;

    snprintf(folder, sizeof(folder), "%.*s%s", len, file, slash ? "/" : ".");
    return files_sync(folder, fault);
}

static enum err make_with(struct store *store, const char *file, struct backup *made, struct fault *fault)
{
    char partial[PATH_MAX + 16];
    enum err e = look(store, made, fault);

    if (e != ERR_OK)
        return e;
    snprintf(partial, sizeof(partial), "%s.partial", file);
    int fd = open(partial, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return failed(fault, "make", partial);
    e = write_image(store, fd, partial, made, fault);
    close(fd);
    if (e == ERR_OK && rename(partial, file) < 0)
        e = failed(fault, "rename", partial);
    if (e != ERR_OK) {
        unlink(partial);
        return e;
    }
    return sync_folder_of(file, fault);
}

enum err backup_make(const struct paths *paths, const char *file, struct backup *made, struct fault *fault)
{
    struct store *store;
    enum err e;

    if (strlen(file) >= PATH_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "the path of the backup is too long");
    e = store_open(paths, STORE_READER, &store, fault);
    if (e != ERR_OK)
        return e;
    *made = (struct backup){ 0 };
    e = make_with(store, file, made, fault);
    store_close(store);
    return e;
}

enum err backup_verify(const char *file, struct backup *found, struct fault *fault)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    enum err e;

    if (fd < 0)
        return failed(fault, "open", file);
    e = trailer_read(fd, file, found, fault);
    close(fd);
    return e;
}

/* ---- restoring one ---- */

static enum err copy_bytes(int from, int to, uint64_t left, const char *path, struct fault *fault)
{
    uint8_t piece[PIECE];

    while (left > 0) {
        size_t want = left < sizeof(piece) ? (size_t)left : sizeof(piece);
        ssize_t got = read(from, piece, want);
        if (got < 0)
            return failed(fault, "read", path);
        if (got == 0)
            return fault_set(fault, ERR_BAD_REQUEST, "%s became shorter", path);
        enum err e = file_write_fd(to, piece, (size_t)got);
        if (e != ERR_OK)
            return fault_errno(fault, e, errno, "cannot write the restored store");
        left -= (uint64_t)got;
    }
    return fsync(to) < 0 ? failed(fault, "sync", "the restored store") : ERR_OK;
}

static enum err unpack(const char *file, uint64_t bytes, const char *directory, struct fault *fault)
{
    char path[REPLACE_PATH + 16];
    int from = open(file, O_RDONLY | O_CLOEXEC), to;
    enum err e;

    if (from < 0)
        return failed(fault, "open", file);
    snprintf(path, sizeof(path), "%s/data.mdb", directory);
    to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    e = to < 0 ? failed(fault, "make", path) : copy_bytes(from, to, bytes, file, fault);
    if (to >= 0)
        close(to);
    close(from);
    return e;
}

struct first_problem {
    char what[200];
};

static void keep_first(void *state, const char *what)
{
    struct first_problem *first = state;

    if (!first->what[0])
        snprintf(first->what, sizeof(first->what), "%s", what);
}

/* A store of an older version is held together by its migration, at the next start. */
static enum err check_restored(struct store *store, struct fault *fault)
{
    struct first_problem first = { { 0 } };
    struct check_counts counts = { 0 };
    uint64_t version;
    struct txn *txn;
    enum err e = store_read(store, &txn, fault);

    if (e != ERR_OK)
        return e;
    e = txn_version(txn, &version);
    if (e == ERR_OK && version == STORE_VERSION)
        e = check_store(txn, NULL, keep_first, &first, &counts);
    txn_end(txn);
    if (e != ERR_OK)
        return fault_set(fault, e, "the backup's store cannot be read");
    if (counts.problems)
        return fault_set(fault, ERR_INTERNAL, "the backup does not hold together: %s", first.what);
    return ERR_OK;
}

static enum err renew_id(struct store *store, struct backup *restored, struct fault *fault)
{
    struct txn *txn;
    enum err e = store_write(store, &txn, fault);

    if (e != ERR_OK)
        return e;
    e = migrate_draw_id(txn, &restored->catalogue);
    if (e == ERR_OK)
        return txn_commit(txn, fault);
    txn_end(txn);
    return fault_set(fault, e, "cannot write the restored store");
}

static enum err with_store(const char *directory, enum store_mode mode, size_t map, struct backup *restored,
                           struct fault *fault)
{
    struct store *store;
    enum err e = store_open_directory(directory, mode, map, &store, fault);

    if (e != ERR_OK)
        return e;
    e = mode == STORE_READER ? check_restored(store, fault) : renew_id(store, restored, fault);
    store_close(store);
    return e;
}

static enum err build(const struct paths *paths, const char *file, struct backup *restored,
                      struct fault *fault)
{
    char fresh[REPLACE_PATH];
    size_t map;
    enum err e = store_map_bytes(paths, &map, fault);

    if (e == ERR_OK)
        e = replace_begin(paths, fresh, fault);
    if (e == ERR_OK)
        e = local_check(fresh, fault);
    if (e == ERR_OK)
        e = unpack(file, restored->bytes, fresh, fault);
    if (e == ERR_OK)
        e = with_store(fresh, STORE_READER, map, restored, fault);
    return e == ERR_OK ? with_store(fresh, STORE_WRITER, map, restored, fault) : e;
}

static enum err restore_locked(const struct paths *paths, const char *file, struct backup *restored,
                               struct fault *fault)
{
    enum err e = replace_recover(paths, fault);

    if (e == ERR_OK)
        e = build(paths, file, restored, fault);
    if (e == ERR_OK)
        return replace_commit(paths, "before-restore", fault);
    replace_abandon(paths);
    return e;
}

enum err backup_restore(const struct paths *paths, const char *file, struct backup *restored,
                        struct fault *fault)
{
    int lock;
    enum err e = backup_verify(file, restored, fault);

    if (e != ERR_OK)
        return e;
    if (restored->version > STORE_VERSION)
        return fault_set(fault, ERR_VERSION, "the backup is of version %llu, this program knows up to %d",
                         (unsigned long long)restored->version, STORE_VERSION);
    e = store_lock(paths, &lock, fault);
    if (e != ERR_OK) {
        fault_hint(fault, "stop the engine first: loophole down");
        return e;
    }
    e = restore_locked(paths, file, restored, fault);
    store_unlock(lock);
    return e;
}
