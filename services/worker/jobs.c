#include "services/worker/jobs.h"

#include <sys/socket.h>
#include <unistd.h>

#include "common/process/sandbox.h"
#include "services/worker/analyse.h"

enum err jobs_open(struct pipe *pipe, struct fault *fault)
{
    int type = 0;
    socklen_t size = sizeof(type);

    if (getsockopt(JOBS_SOCKET, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) {
        fault_set(fault, ERR_BAD_REQUEST, "descriptor %d is not a stream socket", JOBS_SOCKET);
        return fault_hint(fault, "a worker is started by loophole-indexer");
    }
    pipe_open(pipe, JOBS_SOCKET);
    return ERR_OK;
}

int jobs_take_fd(struct job_call *call)
{
    int fd = call->fd;

    call->fd = -1;
    return fd;
}

static enum err answer_one(struct pipe *pipe, const struct shape *shape, struct arena *arena, answer_job *answer,
                           void *state, struct fault *fault)
{
    void *job = arena_alloc(arena, shape->size);
    struct job_call call = { .pipe = pipe, .arena = arena, .job = job };
    enum err e = pipe_receive(pipe, PIPE_WAIT, shape, arena, job, &call.fd, fault);

    if (e != ERR_OK)
        return e;
    sandbox_allow_job();
    e = answer(state, &call, fault);
    if (call.fd >= 0)
        close(call.fd);
    return e;
}

enum err jobs_answer(struct pipe *pipe, const struct shape *shape, answer_job *answer, void *state, struct fault *fault)
{
    struct arena arena = { 0 };
    enum err e = ERR_OK;

    while (e == ERR_OK) {
        e = answer_one(pipe, shape, &arena, answer, state, fault);
        arena_reset(&arena);
    }
    arena_free(&arena);
    return e == ERR_OFFLINE ? ERR_OK : e;
}

/* ---- analysis ---- */

/* If the result violates the schema's bounds, sends one that reports the violation. */
static enum err send_result(struct pipe *pipe, const struct result *result, struct fault *fault)
{
    enum err e = pipe_send(pipe, &result_shape, result, -1, fault);

    if (e != ERR_BAD_REQUEST && e != ERR_TOO_LARGE)
        return e;
    struct result failed = { .number = result->number };
    failed.found.state.value = ANALYSIS_STATE_FAILED;
    failed.found.failure = text_of(fault->what);
    failed.found.size = result->found.size;
    failed.found.mtime = result->found.mtime;
    failed.found.content = result->found.content;
    return pipe_send(pipe, &result_shape, &failed, -1, fault);
}

static enum err analyse_file(void *state, struct job_call *call, struct fault *fault)
{
    struct result result = { 0 };

    analyse(state, call->job, call->fd, call->arena, &result);
    return send_result(call->pipe, &result, fault);
}

enum err jobs_run(struct pipe *pipe, struct fault *fault)
{
    struct analyser *analyser = analyser_new(); /* loads all libraries before the sandbox closes */
    enum err e = analyser ? sandbox_enter(JOBS_SOCKET, fault)
                          : fault_set(fault, ERR_INTERNAL, "the analyser cannot be prepared");

    if (e == ERR_OK)
        e = jobs_answer(pipe, &job_shape, analyse_file, analyser, fault);
    analyser_free(analyser);
    return e;
}
