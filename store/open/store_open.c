#include "store/open/store_open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/process/config.h"
#include "store/check/verify.h"
#include "store/files.h"
#include "store/open/local.h"
#include "store/open/migrate.h"
#include "store/open/replace.h"
#include "store/trust.h"

enum err store_map_bytes(const struct paths *paths, size_t *bytes, struct fault *fault)
{
    struct config *config;
    enum err e = config_load(paths, &config, fault);

    if (e != ERR_OK)
        return e;
    *bytes = (size_t)config_int(config, "store.map_mib") << 20;
    return config_end(config, e, fault);
}

enum err store_lock(const struct paths *paths, int *lock, struct fault *fault)
{
    char path[PATH_MAX + 16];

    snprintf(path, sizeof(path), "%s/store.lock", paths->data);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fault_errno(fault, files_err(errno), errno, "cannot open %s", path);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        *lock = fd;
        return ERR_OK;
    }
    int number = errno;
    close(fd);
    if (number != EWOULDBLOCK)
        return files_refuse_lock(paths->data, number, fault);
    fault_set(fault, ERR_EXISTS, "another engine writes the store in %s", paths->data);
    return fault_hint(fault, "stop it first, or give this one a home of its own (LOOPHOLE_HOME)");
}

/* Doubts the store: the writer checks it, and notes the damage. */
static enum err doubt_it(const char *directory, const char *what, struct fault *fault)
{
    trust_doubt(directory);
    return trust_say_damaged(what, fault);
}

/* In the place of an empty store a new one is made, so one that has lost its rows is none. */
static enum err look_at_version(const char *directory, struct store *store, bool *empty, uint64_t *version,
                                struct fault *fault)
{
    struct txn *txn;
    bool has_lost;
    enum err e = store_read(store, &txn, fault);

    if (e != ERR_OK)
        return e;
    *empty = txn_is_empty(txn);
    has_lost = verify_finds_no_rows(store, txn);
    e = txn_version(txn, version);
    txn_end(txn);
    if (e == ERR_INTERNAL)
        return doubt_it(directory, "its version cannot be read", fault);
    if (has_lost)
        return doubt_it(directory, VERIFY_NO_ROWS, fault);
    return e == ERR_OK ? e : fault_set(fault, e, "the version of the store cannot be read");
}

static enum err refuse_newer(uint64_t version, struct fault *fault)
{
    if (version <= STORE_VERSION)
        return ERR_OK;
    fault_set(fault, ERR_VERSION, "the store has version %llu; this program reads versions up to %d",
              (unsigned long long)version, STORE_VERSION);
    return fault_hint(fault, "install the loophole that wrote it, or restore a backup of this version");
}

/* Finds out what is there before a writer changes it: nothing (empty), or a store of some version. */
static enum err probe_directory(const char *directory, size_t map, bool *empty, uint64_t *version, struct fault *fault)
{
    struct store *store;
    enum err e = store_open_directory(directory, STORE_READER, map, &store, fault);

    *empty = e == ERR_OFFLINE;
    *version = STORE_VERSION;
    if (e != ERR_OK)
        return e == ERR_OFFLINE ? ERR_OK : e;
    e = look_at_version(directory, store, empty, version, fault);
    store_close(store);
    return e;
}

static enum err close_after_error(struct store **store, enum err e)
{
    store_close(*store);
    *store = NULL;
    return e;
}

static enum err mark_new(struct store *store, struct fault *fault)
{
    struct txn *txn;
    enum err e = store_write(store, &txn, fault);

    if (e != ERR_OK)
        return e;
    e = migrate_begin(txn);
    if (e == ERR_OK)
        return txn_commit(txn, fault);
    txn_end(txn);
    return fault_set(fault, e, "cannot write the first rows of the store");
}

static enum err make_in(const char *directory, size_t map, struct fault *fault)
{
    struct store *store;
    enum err e = store_open_directory(directory, STORE_WRITER, map, &store, fault);

    if (e != ERR_OK)
        return e;
    e = mark_new(store, fault);
    store_close(store);
    return e;
}

/* True if the store has a disk of its own, and so cannot be renamed. */
static bool is_mount(const char *directory, const char *above)
{
    struct stat here, there;

    return stat(directory, &here) == 0 && stat(above, &there) == 0 && here.st_dev != there.st_dev;
}

/* Makes a new store beside its place and renames it, so no reader ever sees an incomplete one. */
static enum err make_new(const struct paths *paths, const char *place, size_t map, struct fault *fault)
{
    char directory[REPLACE_PATH];
    enum err e;

    if (is_mount(place, paths->data))
        return make_in(place, map, fault);
    e = replace_begin(paths, directory, fault);
    if (e == ERR_OK)
        e = make_in(directory, map, fault);
    if (e == ERR_OK)
        return replace_commit(paths, "blank", fault);
    replace_abandon(paths);
    return e;
}

static enum err check_disk(const struct paths *paths, const char *directory, struct fault *fault)
{
    enum err e = local_check(paths->data, fault);

    return e == ERR_OK && access(directory, F_OK) == 0 ? local_check(directory, fault) : e;
}

/* Damage may have taken the version away, and nothing would be right after a migration of such a store. */
static enum err check_older(const char *directory, size_t map, const struct long_work *work, struct fault *fault)
{
    trust_doubt(directory);
    return verify_store(directory, map, work, fault);
}

static enum err open_writer(const struct paths *paths, const char *directory, size_t map, const struct long_work *work,
                            struct store **store, struct fault *fault)
{
    uint64_t version;
    bool empty;
    enum err e = replace_recover(paths, fault);

    if (e == ERR_OK)
        e = check_disk(paths, directory, fault);
    if (e == ERR_OK)
        e = verify_store(directory, map, work, fault);
    if (e == ERR_OK)
        e = probe_directory(directory, map, &empty, &version, fault);
    if (e == ERR_OK && !empty)
        e = refuse_newer(version, fault);
    if (e == ERR_OK && !empty && version < STORE_VERSION)
        e = check_older(directory, map, work, fault);
    if (e == ERR_OK && !empty && version < STORE_VERSION)
        e = migrate_run(paths, directory, version, map, work, fault);
    else if (e == ERR_OK)
        replace_drop(paths, MIGRATE_PLACE); /* a restore has replaced the store that was being migrated */
    if (e == ERR_OK && empty)
        e = make_new(paths, directory, map, fault);
    work_report(work, WORK_OPENING, 0, 0);
    if (e == ERR_OK)
        e = store_open_directory(directory, STORE_WRITER, map, store, fault);
    if (e == ERR_OK)
        trust_opened(directory);
    return e;
}

static enum err open_reader(const char *directory, enum store_mode mode, size_t map, struct store **store,
                            struct fault *fault)
{
    uint64_t version = 0;
    bool empty = false;
    enum err e = mode == STORE_READER ? trust_refuse(directory, fault) : ERR_OK;

    if (e == ERR_OK)
        e = store_open_directory(directory, mode, map, store, fault);
    if (e != ERR_OK)
        return e;
    e = look_at_version(directory, *store, &empty, &version, fault);
    if (e == ERR_OK)
        e = refuse_newer(version, fault);
    if (e == ERR_OK && (empty || version < STORE_VERSION))
        e = fault_set(fault, ERR_OFFLINE, "the store is not ready yet: it waits for its writer");
    return e == ERR_OK ? e : close_after_error(store, e);
}

enum err store_open(const struct paths *paths, enum store_mode mode, struct store **store, struct fault *fault)
{
    return store_open_work(paths, mode, NULL, store, fault);
}

enum err store_open_work(const struct paths *paths, enum store_mode mode, const struct long_work *work,
                         struct store **store, struct fault *fault)
{
    char directory[PATH_MAX], reason[TRUST_REASON];
    size_t map;
    int lock = -1;
    enum err e = store_map_bytes(paths, &map, fault);

    *store = NULL;
    if (e != ERR_OK)
        return e;
    if (snprintf(directory, sizeof(directory), "%s/store", paths->data) >= PATH_MAX - 32)
        return fault_set(fault, ERR_TOO_LARGE, "the path of the data directory is too long");
    if (mode != STORE_WRITER)
        return open_reader(directory, mode, map, store, fault);
    if (trust_look(directory, reason) == TRUST_DAMAGED) /* without the lock, which a restore needs */
        return trust_say_damaged(reason, fault);
    work_report(work, WORK_OPENING, 0, 0);
    e = store_lock(paths, &lock, fault);
    if (e == ERR_OK)
        e = open_writer(paths, directory, map, work, store, fault);
    if (e != ERR_OK)
        store_unlock(lock);
    else
        store_hold(*store, lock);
    return e;
}
