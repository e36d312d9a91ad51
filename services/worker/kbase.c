#include "services/worker/kbase.h"

#include <unistd.h>

#include "services/worker/jobs.h"
#include "services/worker/kbase/kbase_project.h"

enum { COPIES = 3 };

struct kbase_reading {
    int fds[COPIES]; /* in the order of the verbs; -1: there is none */
    struct base *base;
    struct arena arena;   /* of the content */
    struct arena project; /* of the project that was read last */
    struct kbase_content content;
};

static void end_reading(struct kbase_reading *reading)
{
    base_close(reading->base);
    reading->base = NULL;
    arena_free(&reading->arena);
    arena_free(&reading->project);
    for (int i = 0; i < COPIES; i++) {
        if (reading->fds[i] >= 0)
            close(reading->fds[i]);
        reading->fds[i] = -1;
    }
}

static enum err open_base(struct kbase_reading *reading, struct kbase_read *answer, struct fault *fault)
{
    const struct base_files files = { reading->fds[0], reading->fds[1], reading->fds[2] };
    enum err e = reading->base || files.base < 0 ? fault_set(fault, ERR_BAD_REQUEST, "there is no copy to open")
                                                 : base_open(&files, &reading->base, fault);

    if (e == ERR_OK)
        e = kbase_content_read(reading->base, &reading->arena, &reading->content, fault);
    if (e == ERR_OK)
        answer->projects = reading->content.projects;
    return e;
}

static void take_copy(int *fd, struct job_call *call)
{
    if (*fd >= 0)
        close(*fd);
    *fd = jobs_take_fd(call);
}

static enum err do_job(struct kbase_reading *reading, struct job_call *call, struct kbase_read *answer,
                       struct fault *fault)
{
    const struct kbase_job *job = call->job;

    switch (job->verb.value) {
    case KBASE_VERB_OPEN:
        return open_base(reading, answer, fault);
    case KBASE_VERB_READ:
        arena_reset(&reading->project);
        return reading->base ? kbase_project_read(&reading->content, (uint32_t)job->project, &reading->project,
                                                  &answer->document, &answer->sources, fault)
                             : fault_set(fault, ERR_BAD_REQUEST, "no database is open");
    case KBASE_VERB_BASE:
    case KBASE_VERB_LOG:
    case KBASE_VERB_JOURNAL:
        take_copy(&reading->fds[job->verb.value - KBASE_VERB_BASE], call);
        return ERR_OK;
    default:
        return fault_set(fault, ERR_BAD_REQUEST, "this step is unknown");
    }
}

static enum err answer_kbase_job(void *state, struct job_call *call, struct fault *fault)
{
    struct kbase_reading *reading = state;
    const struct kbase_job *job = call->job;
    struct kbase_notes *notes = &reading->content.notes;
    struct kbase_read answer = { .number = job->number };
    struct fault why = { 0 };

    if (do_job(reading, call, &answer, &why) != ERR_OK)
        answer = (struct kbase_read){ .number = job->number, .failure = text_of(why.what) };
    if (job->verb.value >= KBASE_VERB_OPEN) {
        answer.notes = (struct text_list){ notes->count, notes->at };
        answer.more_notes = notes->more;
    }
    return pipe_send(call->pipe, &kbase_read_shape, &answer, -1, fault);
}

enum err kbase_run(struct pipe *pipe, struct fault *fault)
{
    struct kbase_reading reading = { .fds = { -1, -1, -1 } };
    const enum err e = jobs_answer(pipe, &kbase_job_shape, answer_kbase_job, &reading, fault);

    end_reading(&reading);
    return e;
}
