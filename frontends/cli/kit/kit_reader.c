#include "frontends/cli/kit/kit_reader.h"

#include "frontends/cli/base/reader.h"
#include "proto/wire/codec_copy.h"

enum { TRIES = 2 };

static enum err ask_worker(struct cli *cli, struct sandboxed *worker, int fd, enum kit_format format,
                           struct kit_file *to, struct fault *fault)
{
    const struct kit_job job = { .number = 1, .format = { .value = (int32_t)format } };
    struct kit_file answer = { 0 };
    struct arena arena = { 0 };
    enum err e = pipe_send(&worker->pipe, &kit_job_shape, &job, fd, fault);

    if (e == ERR_OK)
        e = sandboxed_wait(worker, &kit_file_shape, &arena, &answer, reader_patience(cli, KIT_READER_MS), NULL, fault);
    if (e == ERR_OK)
        codec_keep(&kit_file_shape, &answer, &cli->arena, to);
    arena_free(&arena);
    return e;
}

static enum err read_once(struct cli *cli, int fd, enum kit_format format, struct kit_file *to, struct fault *fault)
{
    char why[SANDBOXED_WHY_SIZE];
    struct sandboxed worker = { 0 };
    enum err e = reader_start(cli, &worker, "kit", KIT_READER_FAILED, fault);

    if (e != ERR_OK)
        return e;
    e = ask_worker(cli, &worker, fd, format, to, fault);
    sandboxed_end(&worker, why);
    return e;
}

static enum err check_answer(const struct kit_file *kit, struct fault *fault)
{
    uint32_t layers = 0;

    for (uint32_t i = 0; i < kit->slots.count; i++)
        layers += kit->slots.at[i].layers.count;
    if (kit->failure.len)
        return fault_set(fault, ERR_BAD_REQUEST, "%.*s", TEXT_ARG(kit->failure));
    return layers == kit->files.count ? ERR_OK : fault_set(fault, ERR_BAD_REQUEST, "its reader sent an invalid answer");
}

enum err kit_reader_read(struct cli *cli, int fd, enum kit_format format, struct kit_file *to, struct fault *fault)
{
    enum err e = ERR_OFFLINE;

    for (int i = 0; i < TRIES && e == ERR_OFFLINE; i++)
        e = read_once(cli, fd, format, to, fault);
    if (e == ERR_OFFLINE)
        return fault_set(fault, ERR_BAD_REQUEST, "it cannot be read: two readers ended");
    return e == ERR_OK ? check_answer(to, fault) : e;
}
