#include "services/worker/jobs.h"

#include <sys/socket.h>
#include <unistd.h>

#include "services/worker/sandbox.h"

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

static enum err one_job(struct pipe *pipe, struct analyser *analyser, struct arena *arena, struct fault *fault)
{
    struct job job = { 0 };
    struct result result = { 0 };
    int fd;

    enum err e = pipe_receive(pipe, PIPE_WAIT, &job_shape, arena, &job, &fd, fault);
    if (e != ERR_OK)
        return e;
    sandbox_allow_job();
    analyse(analyser, &job, fd, arena, &result);
    if (fd >= 0)
        close(fd);
    return send_result(pipe, &result, fault);
}

enum err jobs_run(struct pipe *pipe, struct fault *fault)
{
    struct analyser *analyser = analyser_new(); /* loads all libraries before the sandbox closes */
    struct arena arena = { 0 };
    enum err e = analyser ? sandbox_enter(JOBS_SOCKET, fault)
                          : fault_set(fault, ERR_INTERNAL, "the analyser cannot be prepared");

    while (e == ERR_OK) {
        e = one_job(pipe, analyser, &arena, fault);
        arena_reset(&arena);
    }
    arena_free(&arena);
    analyser_free(analyser);
    return e == ERR_OFFLINE ? ERR_OK : e;
}
