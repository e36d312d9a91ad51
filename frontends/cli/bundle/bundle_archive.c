#include "frontends/cli/bundle/bundle_archive.h"

#include "frontends/cli/base/reader.h"
#include "schema_worker.h"

enum { PATIENCE_MS = 60000 };

struct archive_pulling {
    struct cli *cli;
    struct bundle_intake *intake;
    struct sandboxed worker;
    struct arena arena; /* of an answer */
    uint64_t number;
    bool is_in_file;
};

/* Errors: those of the archive; bad_request, if the worker ended. */
static enum err pull_answer(struct archive_pulling *pulling, int32_t verb, int fd, struct archive_read *answer,
                            struct fault *fault)
{
    const struct archive_job job = {
        .number = ++pulling->number, .verb.value = verb, .has_kind = true, .kind.value = ARCHIVE_KIND_BUNDLE
    };
    enum err e = pipe_send(&pulling->worker.pipe, &archive_job_shape, &job, fd, fault);

    arena_reset(&pulling->arena);
    *answer = (struct archive_read){ 0 };
    if (e == ERR_OK)
        e = sandboxed_wait(&pulling->worker, &archive_read_shape, &pulling->arena, answer,
                           reader_patience(pulling->cli, PATIENCE_MS), NULL, fault);
    if (e == ERR_OK && answer->failure.len)
        return fault_set(fault, ERR_BAD_REQUEST, "%.*s", TEXT_ARG(answer->failure));
    if (e == ERR_OFFLINE || (e == ERR_OK && answer->number != job.number))
        return fault_set(fault, ERR_BAD_REQUEST, "the archive cannot be read: its reader ended");
    return e;
}

static enum err end_present(struct archive_pulling *pulling, struct fault *fault)
{
    const bool is_in_file = pulling->is_in_file;

    pulling->is_in_file = false;
    return is_in_file ? bundle_intake_end(pulling->intake, fault) : ERR_OK;
}

static enum err take_piece(struct archive_pulling *pulling, const struct archive_piece *piece, struct fault *fault)
{
    enum err e = ERR_OK;

    if (piece->name.len) {
        e = end_present(pulling, fault);
        if (e == ERR_OK)
            e = bundle_intake_begin(pulling->intake, piece->name, fault);
        pulling->is_in_file = e == ERR_OK;
    }
    if (e == ERR_OK && !pulling->is_in_file)
        e = fault_set(fault, ERR_BAD_REQUEST, "the archive cannot be read: its reader sent an invalid answer");
    return e == ERR_OK && piece->bytes.len ? bundle_intake_add(pulling->intake, piece->bytes, fault) : e;
}

static enum err pull_files(struct archive_pulling *pulling, int fd, uint64_t *left_out, struct fault *fault)
{
    struct archive_read answer;
    enum err e = pull_answer(pulling, ARCHIVE_VERB_OPEN, fd, &answer, fault);

    if (e == ERR_OK && pulling->intake->progress && answer.has_bytes && !pulling->intake->progress->total)
        pulling->intake->progress->total = answer.bytes;
    while (e == ERR_OK && !answer.end) {
        e = pull_answer(pulling, ARCHIVE_VERB_READ, -1, &answer, fault);
        for (uint32_t i = 0; e == ERR_OK && i < answer.pieces.count; i++)
            e = take_piece(pulling, &answer.pieces.at[i], fault);
        if (e == ERR_OK && answer.pieces.count == 0 && !answer.end)
            e = fault_set(fault, ERR_BAD_REQUEST, "the archive cannot be read: its reader sent an invalid answer");
    }
    *left_out = answer.left_out;
    return e == ERR_OK ? end_present(pulling, fault) : e;
}

enum err bundle_archive_read(struct cli *cli, int fd, struct bundle_intake *intake, uint64_t *left_out,
                             struct fault *fault)
{
    struct archive_pulling pulling = { .cli = cli, .intake = intake };
    char why[SANDBOXED_WHY_SIZE];
    enum err e = reader_start(pulling.cli, &pulling.worker, "archive", "no reader of archives can be started", fault);

    *left_out = 0;
    if (e != ERR_OK)
        return e;
    e = pull_files(&pulling, fd, left_out, fault);
    sandboxed_end(&pulling.worker, why);
    arena_free(&pulling.arena);
    return e;
}
