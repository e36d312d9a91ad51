#include "store/backup/backup.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "store/backup/image_check.h"
#include "store/backup/image_copy.h"
#include "store/backup/target.h"
#include "store/backup/trailer.h"
#include "store/open/carried.h"
#include "store/open/local.h"
#include "store/open/replace.h"
#include "store/open/store_open.h"

/* The backup's description is read from the copy itself. */
static enum err check_copy(const struct paths *paths, const char *temporary, struct backup *made, struct fault *fault)
{
    struct fault why = { 0 };
    size_t map;
    enum err e = store_map_bytes(paths, &map, fault);

    if (e != ERR_OK)
        return e;
    e = image_check(temporary, map, made, &why);
    if (e == ERR_OK)
        return e;
    fault_set(fault, e, "no backup was written, because the copy of the store is damaged: %s", why.what);
    return fault_hint(fault, "`loophole store check` checks the store itself");
}

static enum err carry_after(const struct paths *paths, struct target *target, bool with_projects, struct backup *made,
                            struct carry *packed, struct fault *fault)
{
    off_t end = lseek(target->fd, (off_t)made->bytes, SEEK_SET);
    enum err e = end < 0 ? file_refuse(fault, "write", target->file)
                         : carry_pack(paths, target->fd, target->file, with_projects, packed, fault);

    if (e == ERR_OK && (end = lseek(target->fd, 0, SEEK_CUR)) < 0)
        e = file_refuse(fault, "write", target->file);
    made->end = (uint64_t)end;
    return e;
}

static enum err write_to(const struct paths *paths, struct target *target, bool with_projects, struct backup *made,
                         struct carry *packed, struct fault *fault)
{
    struct stat st;
    enum err e = image_copy(paths, target->fd, target->file, fault);

    if (e != ERR_OK)
        return e;
    if (fstat(target->fd, &st) < 0)
        return file_refuse(fault, "look at", target->file);
    made->bytes = (uint64_t)st.st_size;
    e = check_copy(paths, target->temporary, made, fault);
    if (e == ERR_OK)
        e = carry_after(paths, target, with_projects, made, packed, fault);
    if (e == ERR_OK)
        e = trailer_write(target->fd, target->file, made, fault);
    return e == ERR_OK ? target_finish(target, fault) : e;
}

enum err backup_make(const struct paths *paths, const char *file, bool replace, bool with_projects, struct backup *made,
                     struct carry *packed, struct fault *fault)
{
    struct fault unseen = { 0 };
    struct target target;
    enum err e;

    *made = (struct backup){ 0 };
    *packed = (struct carry){ 0 };
    fault = fault ? fault : &unseen;
    e = target_open(&target, paths, file, replace, fault);
    if (e != ERR_OK)
        return e;
    e = write_to(paths, &target, with_projects, made, packed, fault);
    target_close(&target);
    return e;
}

/* The trailer's digest only proves that the file is unchanged. The descriptor leads to the file whose digest was
 * checked, whatever its name means by now. */
static enum err rebuild_store(int from, const char *file, const char *directory, size_t map, struct backup *restored,
                              struct fault *fault)
{
    uint64_t version = restored->version;
    struct fault why = { 0 };
    char path[32];
    enum err e;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", from);
    e = image_rebuild(path, directory, map, restored, &why);
    if (e == ERR_OK && restored->version != version)
        e = fault_set(&why, ERR_INTERNAL, "its trailer says version %llu, but the store has version %llu",
                      (unsigned long long)version, (unsigned long long)restored->version);
    return e == ERR_OK ? e : fault_set(fault, e, "%s cannot be restored: %s", file, why.what);
}

/* What a restore reads and reports. */
struct restoring {
    int from;
    const char *file;
    bool with_settings;
    struct backup *restored;
    struct carry *unpacked;
};

static enum err unpack_beside(const struct restoring *r, const char *fresh, struct fault *fault)
{
    char directory[REPLACE_PATH + 16];

    (void)snprintf(directory, sizeof(directory), "%s/" CARRIED, fresh);
    return carry_unpack(r->from, r->restored->bytes, r->restored->end, directory, r->with_settings, r->unpacked, fault);
}

static enum err build_beside(const struct paths *paths, const struct restoring *r, struct fault *fault)
{
    char fresh[REPLACE_PATH];
    size_t map;
    enum err e = store_map_bytes(paths, &map, fault);

    if (e == ERR_OK)
        e = replace_begin(paths, fresh, fault);
    if (e == ERR_OK)
        e = local_check(fresh, fault);
    if (e == ERR_OK)
        e = unpack_beside(r, fresh, fault);
    return e == ERR_OK ? rebuild_store(r->from, r->file, fresh, map, r->restored, fault) : e;
}

static enum err restore_locked(const struct paths *paths, const struct restoring *r, struct fault *fault)
{
    enum err e = replace_recover(paths, fault);

    if (e == ERR_OK)
        e = build_beside(paths, r, fault);
    if (e == ERR_OK)
        return replace_commit(paths, "before-restore", fault);
    replace_abandon(paths);
    return e;
}

static enum err restore_from(const struct paths *paths, const struct restoring *r, struct fault *fault)
{
    struct backup *restored = r->restored;
    int lock;
    enum err e = trailer_read(r->from, r->file, restored, fault);

    if (e != ERR_OK)
        return e;
    if (restored->version > STORE_VERSION)
        return fault_set(fault, ERR_VERSION, "the backup has version %llu; this program reads versions up to %d",
                         (unsigned long long)restored->version, STORE_VERSION);
    e = store_lock(paths, &lock, fault);
    if (e != ERR_OK) {
        fault_hint(fault, "stop the engine first: loophole down");
        return e;
    }
    e = restore_locked(paths, r, fault);
    store_unlock(lock);
    return e;
}

enum err backup_restore(const struct paths *paths, const char *file, bool with_settings, struct backup *restored,
                        struct carry *unpacked, struct fault *fault)
{
    struct fault unseen = { 0 };
    int from = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    enum err e;

    fault = fault ? fault : &unseen;
    if (from < 0)
        return file_refuse(fault, "open", file);
    *unpacked = (struct carry){ 0 };
    e = restore_from(paths, &(struct restoring){ from, file, with_settings, restored, unpacked }, fault);
    close(from);
    return e;
}
