#include "frontends/cli/kit/kit_archive.h"

#include <string.h>
#include <unistd.h>

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
