#include "frontends/cli/bundle/bundle_source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "frontends/cli/bundle/bundle_archive.h"
#include "frontends/cli/bundle/bundle_progress.h"

enum { BLOCK = 1 << 16 };

/* ---- a folder ---- */

/* -1: the fault is set. */
static int open_listed(int folder, struct text path, struct fault *fault)
{
    const struct new_folder tree = { .fd = folder };
    struct stat st;
    const int fd = new_folder_open(&tree, path.at, fault);

    if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
        fault_set(fault, ERR_BAD_REQUEST, "%.150s is a link, or lies in one", path.at);
    else if (fd < 0 && errno == ENOENT)
        fault_set(fault, ERR_BAD_REQUEST, "%.150s is missing", path.at);
    if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
        close(fd);
        fault_set(fault, ERR_BAD_REQUEST, "%.150s is no regular file", path.at);
        return -1;
    }
    return fd;
}

static enum err take_blocks(struct bundle_intake *intake, int fd, const char *path, struct fault *fault)
{
    char block[BLOCK];
    enum err e = ERR_OK;
    ssize_t got = 1;

    while (e == ERR_OK && got != 0) {
        got = read(fd, block, sizeof(block));
        if (got < 0 && errno == EINTR)
            continue;
        e = got < 0 ? file_refuse(fault, "read", path) : bundle_intake_add(intake, bytes_of(block, (size_t)got), fault);
    }
    return e;
}

static enum err take_listed(struct bundle_intake *intake, int folder, struct text path, struct fault *fault)
{
    const int fd = open_listed(folder, path, fault);
    enum err e = fd < 0 ? fault->code : bundle_intake_begin(intake, path, fault);

    if (e == ERR_OK)
        e = take_blocks(intake, fd, path.at, fault);
    if (e == ERR_OK)
        e = bundle_intake_end(intake, fault);
    if (fd >= 0)
        close(fd);
    return e;
}

static enum err note_listed(struct bundle_intake *intake, int folder, struct text path, struct fault *fault)
{
    const int fd = open_listed(folder, path, fault);
    struct stat st = { 0 };

    if (fd < 0)
        return fault->code;
    (void)fstat(fd, &st);
    close(fd);
    bundle_intake_note(intake, path, (uint64_t)st.st_size);
    return ERR_OK;
}

/* The bytes of the files that the manifest names, as far as they are there. */
static uint64_t sum_listed(int folder, const struct bundle_manifest *manifest)
{
    struct fault unused = { 0 };
    uint64_t sum = 0;

    for (uint32_t i = 0; i < manifest->count; i++)
        sum += bundle_size_of(open_listed(folder, manifest->entries[i].path, &unused));
    return sum;
}

static bool has_file(int folder, const char *name)
{
    struct stat st;

    return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

enum err bundle_source_read_folder(int folder, bool is_quick, struct bundle_intake *intake, struct bundle_checked *to,
                                   struct fault *fault)
{
    enum err e = ERR_OK;

    if (has_file(folder, BUNDLE_MANIFEST))
        e = take_listed(intake, folder, TEXT(BUNDLE_MANIFEST), fault);
    if (e == ERR_OK)
        e = bundle_check_manifest(intake, to, fault);
    if (e == ERR_OK && has_file(folder, BUNDLE_PROJECT))
        e = take_listed(intake, folder, TEXT(BUNDLE_PROJECT), fault);
    if (e == ERR_OK && intake->progress)
        intake->progress->total = intake->bytes + sum_listed(folder, &to->manifest);
    for (uint32_t i = 0; e == ERR_OK && i < to->manifest.count; i++) {
        const struct bundle_entry *entry = &to->manifest.entries[i];
        e = is_quick && entry->kind == BUNDLE_ASSET ? note_listed(intake, folder, entry->path, fault)
                                                    : take_listed(intake, folder, entry->path, fault);
    }
    return e == ERR_OK ? bundle_check_files(intake, to, fault) : e;
}

/* ---- an archive ---- */

enum err bundle_source_read_archive(struct cli *cli, int fd, struct bundle_intake *intake, struct bundle_checked *to,
                                    struct fault *fault)
{
    uint64_t left_out;
    enum err e = bundle_archive_read(cli, fd, intake, &left_out, fault);

    if (e == ERR_OK)
        e = bundle_check_manifest(intake, to, fault);
    if (e == ERR_OK)
        e = bundle_check_files(intake, to, fault);
    if (e == ERR_OK)
        to->left_out += left_out;
    return e;
}

/* ---- any ---- */

enum err bundle_source_read(struct cli *cli, const char *path, bool is_quick, struct bundle_intake *intake,
                            struct bundle_checked *to, struct fault *fault)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat st = { 0 };
    enum err e;

    if (fd < 0 || fstat(fd, &st) != 0)
        e = file_refuse(fault, "open", path);
    else if (S_ISDIR(st.st_mode))
        e = bundle_source_read_folder(fd, is_quick, intake, to, fault);
    else if (S_ISREG(st.st_mode))
        e = bundle_source_read_archive(cli, fd, intake, to, fault);
    else
        e = fault_set(fault, ERR_BAD_REQUEST, "%.150s is neither a folder nor an archive", path);
    if (fd >= 0)
        close(fd);
    return e;
}
