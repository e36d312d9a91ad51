#include "services/worker/label.h"

#include <unistd.h>

#include "services/worker/sandbox.h"
#include "services/worker/tags/new_tags.h"

static enum err plan_labels(const struct label_job *job, int fd, struct pieces *pieces, struct fault *fault)
{
    struct input input = { 0 };
    enum err e = input_open(&input, fd, fault);

    if (e == ERR_OK)
        e = new_tags_plan(&input, kind_container(&input, job->extension), job, pieces, fault);
    return input.error ? fault_errno(fault, ERR_IO, input.error, "cannot read the file") : e;
}

static enum err answer_label_job(struct pipe *pipe, struct arena *arena, struct fault *fault)
{
    struct label_job job = { 0 };
    struct label_plan answer = { 0 };
    struct fault why = { 0 };
    struct pieces pieces;
    int fd;
    enum err e = pipe_receive(pipe, PIPE_WAIT, &label_job_shape, arena, &job, &fd, fault);

    if (e != ERR_OK)
        return e;
    sandbox_allow_job();
    pieces_begin(&pieces, arena);
    answer.number = job.number;
    if (plan_labels(&job, fd, &pieces, &why) == ERR_OK)
        answer.pieces = pieces.list;
    else
        answer.failure = text_of(why.what);
    if (fd >= 0)
        close(fd);
    return pipe_send(pipe, &label_plan_shape, &answer, -1, fault);
}

enum err label_run(struct pipe *pipe, struct fault *fault)
{
    struct arena arena = { 0 };
    enum err e = ERR_OK;

    while (e == ERR_OK) {
        e = answer_label_job(pipe, &arena, fault);
        arena_reset(&arena);
    }
    arena_free(&arena);
    return e == ERR_OFFLINE ? ERR_OK : e;
}
