#include "services/worker/label.h"

#include "services/worker/jobs.h"
#include "services/worker/tags/new_tags.h"

static enum err plan_labels(const struct label_job *job, int fd, struct pieces *pieces, struct fault *fault)
{
    struct input input = { 0 };
    enum err e = input_open(&input, fd, fault);

    enum container container = e == ERR_OK ? kind_container(&input, job->extension) : CONTAINER_UNKNOWN;

    if (e == ERR_OK && (input.base > 0 || input.patch_count > 0))
        e = fault_set(fault, ERR_BAD_REQUEST, "its head is not as the format wants it, so it cannot get labels");
    if (e == ERR_OK)
        e = new_tags_plan(&input, container, job, pieces, fault);
    return input.error ? fault_errno(fault, ERR_IO, input.error, "cannot read the file") : e;
}

static enum err answer_label_job(void *state, struct job_call *call, struct fault *fault)
{
    const struct label_job *job = call->job;
    struct label_plan answer = { .number = job->number };
    struct fault why = { 0 };
    struct pieces pieces;

    (void)state;
    pieces_begin(&pieces, call->arena);
    if (plan_labels(job, call->fd, &pieces, &why) == ERR_OK)
        answer.pieces = pieces.list;
    else
        answer.failure = text_of(why.what);
    return pipe_send(call->pipe, &label_plan_shape, &answer, -1, fault);
}

enum err label_run(struct pipe *pipe, struct fault *fault)
{
    return jobs_answer(pipe, &label_job_shape, answer_label_job, NULL, fault);
}
