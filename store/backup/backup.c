#include "store/backup/backup.h"

#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "store/backup/image.h"
#include "store/backup/target.h"

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
