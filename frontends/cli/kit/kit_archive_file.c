/* kit_archive_file.c: writes the archive of a kit: a tar in the form of POSIX, because sounds hardly shrink. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/file_write.h"
#include "frontends/cli/kit/kit_archive.h"

enum { BLOCK = 512, COPIED = 65536, END_BLOCKS = 2, MODE = 0644, SIZE_BITS = 33 /* 11 octal digits */ };
static const char own_name[] = ".archive"; /* no file of a kit begins with a dot */

/* The header of POSIX.1-1988; numbers are octal digits. */
struct tar_header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], kind, link[100], magic[6], version[2];
    char owner[32], group[32], major[8], minor[8], prefix[155], rest[12];
};
_Static_assert(sizeof(struct tar_header) == BLOCK, "a header has one block");

struct archive_writing {
    const struct new_folder *folder;
    const char *inner;
    int to;
};

static enum err refuse_archive(const char *doing, const char *name, struct fault *fault)
{
    return fault_errno(fault, file_err(errno), errno, "cannot %s %s", doing, name);
}

static enum err write_bytes(const struct archive_writing *writing, const void *bytes, size_t len, struct fault *fault)
{
    const enum err e = file_write_fd(writing->to, bytes, len);

    return e == ERR_OK ? e : fault_set(fault, e, "cannot write the archive: %s", err_name(e));
}

static enum err fill_block(const struct archive_writing *writing, uint64_t size, struct fault *fault)
{
    static const char zeroes[BLOCK];

    return write_bytes(writing, zeroes, (BLOCK - size % BLOCK) % BLOCK, fault);
}

/* ---- headers ---- */

static enum err write_header(const struct archive_writing *writing, struct text path, uint64_t size, char kind,
                             struct fault *fault)
{
    struct tar_header head = { .kind = kind, .magic = "ustar", .version = { '0', '0' } };
    unsigned sum = 0;

    memcpy(head.name, path.at, path.len < sizeof(head.name) ? path.len : sizeof(head.name));
    (void)snprintf(head.mode, sizeof(head.mode), "%07o", MODE);
    (void)snprintf(head.uid, sizeof(head.uid), "%07o", 0);
    (void)snprintf(head.gid, sizeof(head.gid), "%07o", 0);
    (void)snprintf(head.size, sizeof(head.size), "%011llo", (unsigned long long)size);
    (void)snprintf(head.mtime, sizeof(head.mtime), "%011o", 0);
    memset(head.sum, ' ', sizeof(head.sum));
    for (size_t i = 0; i < sizeof(head); i++)
        sum += ((const unsigned char *)&head)[i];
    (void)snprintf(head.sum, sizeof(head.sum), "%06o", sum);
    return write_bytes(writing, &head, sizeof(head), fault);
}

/* The length of a record counts its own digits. */
static void make_record(struct text path, struct buffer *record)
{
    const size_t len = path.len + sizeof(" path=\n") - 1;
    size_t digits = 0;

    do {
        buffer_reset(record);
        digits++;
        cli_print(record, "%zu", len + digits);
    } while (record->len != digits);
    buffer_add_text(record, " path=");
    buffer_add(record, path.at, path.len);
    buffer_add_text(record, "\n");
}

/* A path that the header has no room for comes before it, in an extended one. */
static enum err write_path(const struct archive_writing *writing, struct text path, uint64_t size, struct fault *fault)
{
    struct buffer record = { 0 };
    enum err e = ERR_OK;

    if (size >> SIZE_BITS)
        return fault_set(fault, ERR_TOO_LARGE, "%.*s is too large for an archive", TEXT_ARG(path));
    if (path.len > sizeof(((struct tar_header *)0)->name)) {
        make_record(path, &record);
        e = write_header(writing, TEXT("path"), record.len, 'x', fault);
        if (e == ERR_OK)
            e = write_bytes(writing, record.at, record.len, fault);
        if (e == ERR_OK)
            e = fill_block(writing, record.len, fault);
    }
    buffer_free(&record);
    return e == ERR_OK ? write_header(writing, path, size, '0', fault) : e;
}

/* ---- files ---- */

static enum err write_content(const struct archive_writing *writing, int from, const char *name, uint64_t size,
                              struct fault *fault)
{
    char block[COPIED];
    enum err e = ERR_OK;
    uint64_t done = 0;

    while (e == ERR_OK && done < size) {
        const ssize_t got = pread(from, block, sizeof(block), (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return errno = got ? errno : EIO, refuse_archive("read", name, fault);
        e = write_bytes(writing, block, (size_t)got, fault);
        done += (uint64_t)got;
    }
    return e == ERR_OK ? fill_block(writing, size, fault) : e;
}

static enum err write_file(const struct archive_writing *writing, const char *name, struct fault *fault)
{
    const int from = openat(writing->folder->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct buffer path = { 0 };
    struct stat st;
    enum err e;

    if (from < 0)
        return refuse_archive("open", name, fault);
    buffer_add_text(&path, writing->inner);
    buffer_add_text(&path, "/");
    buffer_add_text(&path, name);
    e = fstat(from, &st) == 0 ? ERR_OK : refuse_archive("read", name, fault);
    if (e == ERR_OK)
        e = write_path(writing, (struct text){ (uint32_t)path.len, buffer_c(&path) }, (uint64_t)st.st_size, fault);
    if (e == ERR_OK)
        e = write_content(writing, from, name, (uint64_t)st.st_size, fault);
    buffer_free(&path);
    close(from);
    return e;
}

static int is_content(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static enum err write_files(const struct archive_writing *writing, struct fault *fault)
{
    static const char end[END_BLOCKS * BLOCK];
    struct dirent **all = NULL;
    const int count = scandirat(writing->folder->fd, ".", &all, is_content, alphasort);
    enum err e = count >= 0 ? ERR_OK : refuse_archive("read", "the folder of the kit", fault);

    for (int i = 0; i < count; i++) {
        if (e == ERR_OK)
            e = write_file(writing, all[i]->d_name, fault);
        free(all[i]);
    }
    free(all);
    return e == ERR_OK ? write_bytes(writing, end, sizeof(end), fault) : e;
}

enum err kit_archive_finish(struct new_folder *folder, const char *inner, const char *name, struct fault *fault)
{
    const struct archive_writing writing = { folder, inner, new_folder_make(folder, own_name, fault) };
    enum err e;

    if (writing.to < 0)
        return fault->code;
    e = write_files(&writing, fault);
    if (e != ERR_OK)
        close(writing.to);
    else
        e = new_folder_close(writing.to, name, fault);
    return e == ERR_OK ? new_folder_finish_file(folder, own_name, name, fault) : e;
}
