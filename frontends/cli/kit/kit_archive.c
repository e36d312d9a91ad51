#include "frontends/cli/kit/kit_archive.h"

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
#include "frontends/cli/base/reader.h"
#include "frontends/cli/kit/kit_reader.h"

enum {
    TRIES = 2,
    FILES_MOST = 8192,
    MIB_MOST = 4096, /* of all files */
};

struct unpacking {
    struct cli *cli;
    const char *parent;
    struct new_folder *to;
    struct sandboxed worker;
    struct arena arena; /* of an answer */
    uint64_t number, bytes;
    uint32_t files;
    int fd; /* of the present file; -1: none */
    char name[NAME_MAX + 1];
};

/* Errors: offline (the worker ended), timeout; those of the archive. */
static enum err ask_worker(struct unpacking *unpacking, int32_t verb, int fd, struct archive_read *answer,
                           struct fault *fault)
{
    const struct archive_job job = { .number = ++unpacking->number, .verb = { .value = verb } };
    struct sandboxed *worker = &unpacking->worker;
    enum err e = pipe_send(&worker->pipe, &archive_job_shape, &job, fd, fault);

    arena_reset(&unpacking->arena);
    *answer = (struct archive_read){ 0 };
    if (e == ERR_OK)
        e = sandboxed_wait(worker, &archive_read_shape, &unpacking->arena, answer,
                           reader_patience(unpacking->cli, KIT_READER_MS), NULL, fault);
    if (e == ERR_OK && answer->number != job.number)
        e = fault_set(fault, ERR_OFFLINE, "its reader sent an invalid answer");
    return e == ERR_OK && answer->failure.len ? fault_set(fault, ERR_BAD_REQUEST, "%.*s", TEXT_ARG(answer->failure))
                                              : e;
}

/* ---- files ---- */

static enum err end_file(struct unpacking *unpacking, struct fault *fault)
{
    const int fd = unpacking->fd;

    unpacking->fd = -1;
    return fd >= 0 ? new_folder_close(fd, unpacking->name, fault) : ERR_OK;
}

/* The worker checks names, too; but it reads what a stranger wrote. */
static bool is_file_name(struct text name)
{
    return name.len > 0 && name.len <= NAME_MAX && name.at[0] != '.' && text_is_plain(name) &&
           !memchr(name.at, '/', name.len);
}

static enum err begin_file(struct unpacking *unpacking, struct text name, struct fault *fault)
{
    enum err e = end_file(unpacking, fault);

    if (e != ERR_OK)
        return e;
    if (!is_file_name(name) || ++unpacking->files > FILES_MOST)
        return fault_set(fault, ERR_BAD_REQUEST, "its reader sent an invalid answer");
    (void)text_copy(unpacking->name, sizeof(unpacking->name), name);
    unpacking->fd = new_folder_make(unpacking->to, unpacking->name, fault);
    if (unpacking->fd < 0 && fault->code == ERR_EXISTS)
        return fault_set(fault, ERR_BAD_REQUEST, "the archive has two files %s", unpacking->name);
    return unpacking->fd < 0 ? fault->code : ERR_OK;
}

static enum err write_piece(struct unpacking *unpacking, const struct archive_piece *piece, struct fault *fault)
{
    enum err e = piece->name.len ? begin_file(unpacking, piece->name, fault) : ERR_OK;

    if (e != ERR_OK)
        return e;
    if (piece->name.len == 0 && piece->bytes.len == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "its reader sent an invalid answer");
    unpacking->bytes += piece->bytes.len;
    if (unpacking->fd < 0 || unpacking->bytes >> 20 >= MIB_MOST)
        return fault_set(fault, ERR_BAD_REQUEST, "its reader sent an invalid answer");
    e = file_write_fd(unpacking->fd, piece->bytes.at, piece->bytes.len);
    return e == ERR_OK ? ERR_OK : fault_set(fault, e, "cannot write %s: %s", unpacking->name, err_name(e));
}

/* A worker that answers without a file and without an end is no reader. */
static enum err read_files(struct unpacking *unpacking, uint64_t *left_out, struct fault *fault)
{
    struct archive_read answer = { 0 };
    enum err e = ERR_OK;

    while (e == ERR_OK && !answer.end) {
        e = ask_worker(unpacking, ARCHIVE_VERB_READ, -1, &answer, fault);
        for (uint32_t i = 0; e == ERR_OK && i < answer.pieces.count; i++)
            e = write_piece(unpacking, &answer.pieces.at[i], fault);
        if (e == ERR_OK && answer.pieces.count == 0 && !answer.end)
            e = fault_set(fault, ERR_OFFLINE, "its reader sent an invalid answer");
    }
    *left_out = answer.left_out;
    return e == ERR_OK ? end_file(unpacking, fault) : e;
}

/* An archive that is refused makes no folder. */
static enum err begin_folder(struct unpacking *unpacking, struct fault *fault)
{
    if (unpacking->to->fd < 0)
        return new_folder_begin_in(unpacking->to, KIT_FOLDER_PART, unpacking->parent, NULL, fault);
    new_folder_clear(unpacking->to);
    return ERR_OK;
}

static enum err unpack_once(struct unpacking *unpacking, int fd, uint64_t *left_out, struct fault *fault)
{
    char why[SANDBOXED_WHY_SIZE];
    struct archive_read answer;
    enum err e = reader_start(unpacking->cli, &unpacking->worker, "archive", KIT_READER_FAILED, fault);

    if (e != ERR_OK)
        return e;
    e = ask_worker(unpacking, ARCHIVE_VERB_OPEN, fd, &answer, fault);
    if (e == ERR_OK)
        e = begin_folder(unpacking, fault);
    if (e == ERR_OK)
        e = read_files(unpacking, left_out, fault);
    if (unpacking->fd >= 0)
        close(unpacking->fd);
    sandboxed_end(&unpacking->worker, why);
    return e;
}

enum err kit_archive_unpack(struct cli *cli, int fd, const char *parent, struct new_folder *to, uint64_t *left_out,
                            struct fault *fault)
{
    enum err e = ERR_OFFLINE;

    for (int i = 0; i < TRIES && e == ERR_OFFLINE; i++) {
        struct unpacking unpacking = { .cli = cli, .parent = parent, .to = to, .fd = -1 };
        e = unpack_once(&unpacking, fd, left_out, fault);
        arena_free(&unpacking.arena);
    }
    return e == ERR_OFFLINE ? fault_set(fault, ERR_BAD_REQUEST, "it cannot be read: two readers ended") : e;
}

/* ---- the archive of a kit: a tar in the form of POSIX, because sounds hardly shrink ---- */

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
