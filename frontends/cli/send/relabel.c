#include "frontends/cli/send/relabel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/xattr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/beneath/way.h"
#include "common/file_write.h"

enum { BLOCK = 65536, NAMES = 65536, VALUE = 65536 };

/* ---- opening ---- */

static const char *find_name(const struct relabel *relabel)
{
    return strrchr(relabel->path, '/') + 1;
}

/* The path still leads to the file that was read, and nothing was written to it. */
static bool is_unchanged(const struct relabel *relabel)
{
    const struct stat *was = &relabel->st;
    struct stat now;

    return fstatat(relabel->folder, find_name(relabel), &now, AT_SYMLINK_NOFOLLOW) == 0 && now.st_dev == was->st_dev &&
           now.st_ino == was->st_ino && now.st_size == was->st_size && now.st_mtim.tv_sec == was->st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == was->st_mtim.tv_nsec;
}

/* No link leads there: it is the folder of the open file, or none. */
static enum err open_folder_of(struct relabel *relabel, struct fault *fault)
{
    struct way_end end;

    if (way_to_real(relabel->path, &end) != 0)
        return fault_errno(fault, file_err(errno), errno, "cannot open its folder");
    relabel->folder = end.folder;
    return is_unchanged(relabel) ? ERR_OK : fault_set(fault, ERR_CONFLICT, "another program moved it meanwhile");
}

static enum err check_file(struct relabel *relabel, struct fault *fault)
{
    if (fstat(relabel->fd, &relabel->st) != 0)
        return fault_errno(fault, file_err(errno), errno, "cannot read it");
    if (!S_ISREG(relabel->st.st_mode))
        return fault_set(fault, ERR_BAD_REQUEST, "not a regular file");
    if (relabel->st.st_nlink > 1)
        return fault_set(fault, ERR_CONFLICT, "it has %llu names (hard links), and the others would keep the old file",
                         (unsigned long long)relabel->st.st_nlink);
    if (flock(relabel->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return fault_set(fault, ERR_BUSY, "another command is changing it");
    return ERR_OK;
}

enum err relabel_open(struct relabel *relabel, int fd, const char *part, struct fault *fault)
{
    *relabel = (struct relabel){ .fd = fd, .folder = -1, .to = -1, .part = part };
    if (!way_real_path(fd, relabel->path))
        return fault_errno(fault, file_err(errno), errno, "cannot find its folder");
    enum err e = check_file(relabel, fault);
    return e == ERR_OK ? open_folder_of(relabel, fault) : e;
}

void relabel_close(struct relabel *relabel)
{
    if (relabel->to >= 0) {
        close(relabel->to);
        (void)unlinkat(relabel->folder, relabel->part, 0);
    }
    if (relabel->folder >= 0)
        close(relabel->folder);
    if (relabel->fd >= 0)
        close(relabel->fd);
    relabel->to = relabel->folder = relabel->fd = -1;
}

/* ---- the way back ---- */

static enum err check_pieces(const struct relabel *relabel, struct label_piece_list pieces, struct fault *fault)
{
    uint64_t at = 0, size = (uint64_t)relabel->st.st_size, more = 0, kept = 0;

    for (uint32_t i = 0; i < pieces.count; i++) {
        const struct label_piece *piece = &pieces.at[i];

        if (piece->len == 0) {
            more += piece->bytes.len;
            continue;
        }
        if (piece->at < at || piece->at > size || piece->len > size - piece->at)
            return fault_set(fault, ERR_BAD_REQUEST, "its reader sent an invalid answer");
        at = piece->at + piece->len;
        kept += piece->len;
    }
    if (pieces.count == 0 || kept == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "its reader sent an invalid answer");
    if (more > RELABEL_BYTES || size - kept > RELABEL_BYTES)
        return fault_set(fault, ERR_TOO_LARGE, "%llu bytes would be added and %llu removed: at most %d each",
                         (unsigned long long)more, (unsigned long long)(size - kept), RELABEL_BYTES);
    return ERR_OK;
}

/* The state of a copy: both files are walked together, and the bytes of the old file are read in their order. */
struct relabel_copy {
    struct relabel *relabel;
    struct arena *arena;
    struct label_piece_list *back;
    struct hash_stream *before, *after;
    uint64_t old, made; /* places in both files */
};

static enum err read_old(const struct relabel_copy *making, uint64_t at, void *to, size_t len, struct fault *fault)
{
    for (size_t done = 0; done < len;) {
        ssize_t got = pread(making->relabel->fd, (uint8_t *)to + done, len - done, (off_t)(at + done));

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? fault_errno(fault, file_err(errno), errno, "cannot read it")
                           : fault_set(fault, ERR_CONFLICT, "it changed while it was read");
        done += (size_t)got;
    }
    return ERR_OK;
}

static enum err put_bytes(struct relabel_copy *making, const void *bytes, size_t len, struct fault *fault)
{
    enum err e = file_write_fd(making->relabel->to, bytes, len);

    hash_add(making->after, bytes, len);
    making->made += len;
    return e == ERR_OK ? e : fault_set(fault, e, "cannot write the new file in its folder: %s", err_name(e));
}

/* Keeps the old bytes up to `until`, which the new file lacks, for the way back. */
static enum err keep_gone(struct relabel_copy *making, uint64_t until, struct fault *fault)
{
    size_t len = (size_t)(until - making->old);
    uint8_t *bytes = len > 0 ? arena_alloc(making->arena, len) : NULL;

    if (len == 0)
        return ERR_OK;
    enum err e = bytes ? read_old(making, making->old, bytes, len, fault) : ERR_FULL;
    if (e != ERR_OK)
        return e;
    hash_add(making->before, bytes, len);
    making->back->at[making->back->count++] = (struct label_piece){ .bytes = bytes_of(bytes, len) };
    making->old = until;
    return ERR_OK;
}

static enum err copy_piece(struct relabel_copy *making, const struct label_piece *piece, struct fault *fault)
{
    uint8_t block[BLOCK];
    enum err e = keep_gone(making, piece->at, fault);

    making->back->at[making->back->count++] = (struct label_piece){ .at = making->made, .len = piece->len };
    for (uint64_t left = piece->len; e == ERR_OK && left > 0;) {
        size_t len = left < BLOCK ? (size_t)left : BLOCK;

        e = read_old(making, making->old, block, len, fault);
        if (e != ERR_OK)
            return e;
        hash_add(making->before, block, len);
        e = put_bytes(making, block, len, fault);
        making->old += len;
        left -= len;
    }
    return e;
}

static enum err make_pieces(struct relabel_copy *making, struct label_piece_list pieces, struct fault *fault)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < pieces.count; i++)
        e = pieces.at[i].len > 0 ? copy_piece(making, &pieces.at[i], fault)
                                 : put_bytes(making, pieces.at[i].bytes.at, pieces.at[i].bytes.len, fault);
    return e == ERR_OK ? keep_gone(making, (uint64_t)making->relabel->st.st_size, fault) : e;
}

/* ---- the new file ---- */

static enum err open_new(struct relabel *relabel, struct fault *fault)
{
    if (unlinkat(relabel->folder, relabel->part, 0) != 0 && errno != ENOENT)
        return fault_errno(fault, file_err(errno), errno, "cannot write the new file in its folder");
    relabel->to = openat(relabel->folder, relabel->part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return relabel->to >= 0 ? ERR_OK
                            : fault_errno(fault, file_err(errno), errno, "cannot write the new file in its folder");
}

/* The folder may give its group to a new file. */
static enum err copy_owner(const struct relabel *relabel, struct fault *fault)
{
    const struct stat *old = &relabel->st;
    struct stat new;

    if (fstat(relabel->to, &new) != 0 || ((new.st_uid != old->st_uid || new.st_gid != old->st_gid) &&
                                          fchown(relabel->to, old->st_uid, old->st_gid) != 0))
        return fault_errno(fault, file_err(errno), errno, "cannot give the new file the owner of the old one");
    return ERR_OK;
}

static bool is_acl(const char *name)
{
    return strcmp(name, XATTR_NAME_POSIX_ACL_ACCESS) == 0;
}

/* The folder may give its default access list to a new file. */
static enum err drop_attributes(const struct relabel *relabel, struct fault *fault)
{
    static char names[NAMES];
    ssize_t len = flistxattr(relabel->to, names, sizeof(names));

    for (char *name = names; len > 0 && name < names + len; name += strlen(name) + 1)
        if (fgetxattr(relabel->fd, name, NULL, 0) < 0 && errno == ENODATA && fremovexattr(relabel->to, name) != 0 &&
            is_acl(name))
            return fault_errno(fault, file_err(errno), errno, "cannot give the new file the access of the old one");
    return ERR_OK;
}

/* Attributes that this user may not set (security.…) keep the values of a new file. */
static enum err copy_attributes(const struct relabel *relabel, struct fault *fault)
{
    static char names[NAMES], value[VALUE];
    ssize_t len = flistxattr(relabel->fd, names, sizeof(names));

    for (char *name = names; len > 0 && name < names + len; name += strlen(name) + 1) {
        ssize_t size = fgetxattr(relabel->fd, name, value, sizeof(value));

        if (size >= 0 && fsetxattr(relabel->to, name, value, (size_t)size, 0) != 0 && is_acl(name))
            return fault_errno(fault, file_err(errno), errno, "cannot give the new file the access of the old one");
    }
    return ERR_OK;
}

static enum err end_new(const struct relabel *relabel, struct fault *fault)
{
    enum err e = copy_owner(relabel, fault);

    if (e == ERR_OK)
        e = drop_attributes(relabel, fault);
    if (e == ERR_OK)
        e = copy_attributes(relabel, fault);
    if (e != ERR_OK)
        return e;
    if (fchmod(relabel->to, relabel->st.st_mode & 07777) != 0 || fsync(relabel->to) != 0)
        return fault_errno(fault, file_err(errno), errno, "cannot write the new file in its folder");
    return ERR_OK;
}

enum err relabel_make(struct relabel *relabel, struct label_piece_list pieces, struct arena *arena,
                      struct label_piece_list *back, struct fault *fault)
{
    struct relabel_copy making = { .relabel = relabel, .arena = arena, .back = back };
    enum err e = check_pieces(relabel, pieces, fault);

    if (e == ERR_OK)
        e = open_new(relabel, fault);
    if (e != ERR_OK)
        return e;
    *back = (struct label_piece_list){ .at = arena_array(arena, 2 * (size_t)pieces.count + 1, sizeof(*back->at)) };
    making.before = hash_new();
    making.after = hash_new();
    e = make_pieces(&making, pieces, fault);
    relabel->before = hash_so_far(making.before);
    relabel->after = hash_so_far(making.after);
    relabel->size = making.made;
    hash_free(making.before);
    hash_free(making.after);
    return e == ERR_OK ? end_new(relabel, fault) : e;
}

/* ---- the name ---- */

enum err relabel_commit(struct relabel *relabel, struct fault *fault)
{
    if (!is_unchanged(relabel))
        return fault_set(fault, ERR_CONFLICT, "another program changed it meanwhile: nothing was written");
    if (renameat(relabel->folder, relabel->part, relabel->folder, find_name(relabel)) != 0)
        return fault_errno(fault, file_err(errno), errno, "cannot replace it");
    close(relabel->to);
    relabel->to = -1;
    if (fsync(relabel->folder) != 0)
        return fault_errno(fault, file_err(errno), errno, "cannot sync its folder");
    return ERR_OK;
}
