#include "frontends/cli/migrate/k_reader.h"

#include "frontends/cli/base/reader.h"
#include "proto/wire/codec_copy.h"

enum { PATIENCE_MS = 600000 };

static const int32_t verbs[K_COPIES] = { KBASE_VERB_BASE, KBASE_VERB_LOG, KBASE_VERB_JOURNAL };

static enum err ask_reader(struct k_reader *reader, struct kbase_job *job, int fd, struct kbase_read *to,
                           struct fault *fault)
{
    struct kbase_read answer = { 0 };
    enum err e;

    job->number = ++reader->number;
    arena_reset(&reader->arena);
    e = pipe_send(&reader->worker.pipe, &kbase_job_shape, job, fd, fault);
    if (e == ERR_OK)
        e = sandboxed_wait(&reader->worker, &kbase_read_shape, &reader->arena, &answer,
                           reader_patience(reader->cli, PATIENCE_MS), NULL, fault);
    reader->has_ended = e != ERR_OK || answer.number != job->number;
    if (e == ERR_OFFLINE || (e == ERR_OK && reader->has_ended))
        return fault_set(fault, ERR_BAD_REQUEST, "the database cannot be read: its reader ended");
    if (e == ERR_OK && answer.failure.len)
        return fault_set(fault, ERR_BAD_REQUEST, "%s cannot be read: %.*s", job->has_project ? "it" : "the database",
                         TEXT_ARG(answer.failure));
    if (e == ERR_OK)
        codec_keep(&kbase_read_shape, &answer, &reader->cli->arena, to);
    return e;
}

enum err k_reader_open(struct cli *cli, const struct k_copy *copy, struct k_reader *reader, struct kbase_read *opened,
                       struct fault *fault)
{
    enum err e;

    *reader = (struct k_reader){ .cli = cli };
    e = reader_start(cli, &reader->worker, "kbase", "no reader of databases can be started", fault);
    for (int i = 0; e == ERR_OK && i < K_COPIES; i++)
        if (copy->fd[i] >= 0)
            e = ask_reader(reader, &(struct kbase_job){ .verb.value = verbs[i] }, copy->fd[i], opened, fault);
    if (e == ERR_OK)
        e = ask_reader(reader, &(struct kbase_job){ .verb.value = KBASE_VERB_OPEN }, -1, opened, fault);
    return e == ERR_OK ? e : fault_hint(fault, "nothing was changed");
}

enum err k_reader_read(struct k_reader *reader, uint32_t project, struct kbase_read *to, struct fault *fault)
{
    struct kbase_job job = { .verb.value = KBASE_VERB_READ, .has_project = true, .project = project };

    return ask_reader(reader, &job, -1, to, fault);
}

void k_reader_end(struct k_reader *reader)
{
    char why[SANDBOXED_WHY_SIZE];

    if (reader->worker.pid)
        sandboxed_end(&reader->worker, why);
    arena_free(&reader->arena);
}
