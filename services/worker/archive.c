#include "services/worker/archive.h"

#include <unistd.h>

#include "schema_worker.h"
#include "services/worker/bundles/zip_check.h"
#include "services/worker/bundles/zip_unpack.h"
#include "services/worker/jobs.h"
#include "services/worker/kits/kit_archive.h"

enum { PIECES = 256, ANSWER_MOST = 1 << 20 /* bytes; the last piece may go beyond */ };

struct archive_reading {
    int fd; /* -1: none */
    struct input input;
    struct kit_archive *archive;
    struct zip zip;
    struct zip_reading *files; /* of the zip; NULL: it is none */
    struct archive_piece pieces[PIECES];
};

static void close_archive(struct archive_reading *reading)
{
    kit_archive_close(reading->archive);
    zip_end(reading->files);
    zip_free(&reading->zip);
    if (reading->fd >= 0)
        close(reading->fd);
    reading->archive = NULL;
    reading->files = NULL;
    reading->fd = -1;
}

static enum err open_zip(struct archive_reading *reading, struct fault *fault)
{
    const enum err e = zip_check(&reading->input, &reading->zip, fault);

    if (e == ERR_OK)
        reading->files = zip_begin(&reading->zip);
    return e;
}

static enum err open_archive(struct archive_reading *reading, struct job_call *call, struct fault *fault)
{
    const struct archive_job *job = call->job;
    enum err e;

    close_archive(reading);
    reading->fd = jobs_take_fd(call);
    e = input_open(&reading->input, reading->fd, fault);
    if (e == ERR_OK && job->has_kind && job->kind.value == ARCHIVE_KIND_BUNDLE)
        return open_zip(reading, fault);
    return e == ERR_OK ? kit_archive_open(&reading->input, &reading->archive, fault) : e;
}

static enum err read_files(struct archive_reading *reading, struct arena *arena, struct archive_read *answer,
                           struct fault *fault)
{
    struct archive_piece_list *list = &answer->pieces;
    enum err e = ERR_OK;

    if (!reading->archive && !reading->files)
        return fault_set(fault, ERR_BAD_REQUEST, "no archive is open");
    list->at = reading->pieces;
    for (size_t bytes = 0; e == ERR_OK && !answer->end && list->count < PIECES && bytes < ANSWER_MOST;) {
        struct text name = { 0 }, part = { 0 };
        e = reading->files ? zip_read(reading->files, &name, &part, &answer->end, fault)
                           : kit_archive_read(reading->archive, &name, &part, &answer->end, fault);
        if (e == ERR_OK && !answer->end)
            list->at[list->count++] =
                (struct archive_piece){ arena_text(arena, name), arena_bytes(arena, bytes_of(part.at, part.len)) };
        bytes += part.len;
    }
    answer->left_out = reading->files ? reading->zip.left_out : kit_archive_left_out(reading->archive);
    return e;
}

static enum err answer_archive_job(void *state, struct job_call *call, struct fault *fault)
{
    struct archive_reading *reading = state;
    const struct archive_job *job = call->job;
    struct archive_read answer = { .number = job->number };
    struct fault why = { 0 };
    enum err e = job->verb.value == ARCHIVE_VERB_OPEN ? open_archive(reading, call, &why)
                                                      : read_files(reading, call->arena, &answer, &why);

    if (e == ERR_OK && reading->files) {
        answer.has_bytes = true;
        answer.bytes = reading->zip.bytes;
    }
    if (reading->input.error) /* what failed to be read seemed to be the end */
        e = fault_errno(&why, ERR_IO, reading->input.error, "cannot read the file");
    if (e != ERR_OK) {
        close_archive(reading);
        answer = (struct archive_read){ .number = job->number, .failure = text_of(why.what) };
    }
    return pipe_send(call->pipe, &archive_read_shape, &answer, -1, fault);
}

enum err archive_run(struct pipe *pipe, struct fault *fault)
{
    struct archive_reading reading = { .fd = -1 };
    enum err e = jobs_answer(pipe, &archive_job_shape, answer_archive_job, &reading, fault);

    close_archive(&reading);
    return e;
}
