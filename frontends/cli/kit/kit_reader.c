#include "frontends/cli/kit/kit_reader.h"

#include <stdio.h>

#include "proto/wire/codec.h"

enum { TRIES = 2, PATIENCE_MS = 60000 };

enum err kit_reader_start(struct cli *cli, struct sandboxed *worker, const char *mode, struct fault *fault)
{
    char program[PATH_MAX + 32];

    (void)snprintf(program, sizeof(program), "%s/loophole-worker", cli->paths.programs);
    if (sandboxed_start(worker, program, mode, fault) == ERR_OK)
        return ERR_OK;
    fault_set(fault, ERR_INTERNAL, "no reader of kits can be started");
    return fault_hint(fault, "`loophole doctor` checks %.200s", program), ERR_INTERNAL;
}

int64_t kit_reader_patience(const struct cli *cli)
{
    return (cli->options.budget_ms ? cli->options.budget_ms : PATIENCE_MS) * 1000LL;
}

static enum err ask_worker(struct cli *cli, struct sandboxed *worker, int fd, enum kit_format format,
                           struct kit_file *to, struct fault *fault)
{
    const struct kit_job job = { .number = 1, .format = { .value = (int32_t)format } };
    struct kit_file answer = { 0 };
    struct arena arena = { 0 };
    enum err e = pipe_send(&worker->pipe, &kit_job_shape, &job, fd, fault);

    if (e == ERR_OK)
        e = sandboxed_wait(worker, &kit_file_shape, &arena, &answer, kit_reader_patience(cli), NULL, fault);
    if (e == ERR_OK)
        codec_keep(&kit_file_shape, &answer, &cli->arena, to);
    arena_free(&arena);
    return e;
}

static enum err read_once(struct cli *cli, int fd, enum kit_format format, struct kit_file *to, struct fault *fault)
{
    char why[SANDBOXED_WHY_SIZE];
    struct sandboxed worker = { 0 };
    enum err e = kit_reader_start(cli, &worker, "kit", fault);

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
