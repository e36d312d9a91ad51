#include "services/indexer/analyse/worker.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/process/priority.h"

enum { FIRST_JOB_US = 20000000 };

/* ---- starting ---- */

static enum err give_first(struct worker *worker, struct fault *fault)
{
    struct job job = { .number = 1, .mode = { .value = WORKER_MODE_HASH } };
    int fd = memfd_create("loophole-first-job", MFD_CLOEXEC);

    if (fd < 0)
        return fault_errno(fault, ERR_IO, errno, "cannot make the first job of a worker");
    enum err e = pipe_send(&worker->process.pipe, &job_shape, &job, fd, fault);
    close(fd);
    worker->number = job.number;
    worker->deadline = clock_steady() + FIRST_JOB_US;
    return e;
}

enum err worker_start(struct worker *worker, const char *program, struct fault *fault)
{
    *worker = (struct worker){ 0 };
    enum err e = sandboxed_start(&worker->process, program, NULL, fault);
    if (e != ERR_OK)
        return e;
    priority_background(worker->process.pid);
    e = give_first(worker, fault);
    if (e != ERR_OK)
        worker_end(worker, (char[WORKER_WHY_SIZE]){ 0 });
    return e;
}

/* ---- jobs ---- */

enum err worker_give(struct worker *worker, struct work *work, enum worker_mode mode, usec_t deadline,
                     struct fault *fault)
{
    const struct bytes path = bytes_of(work->path, strlen(work->path));
    char extension[TEXT_EXTENSION_SIZE];
    struct job job = { .number = ++worker->files + 1,
                       .mode = { .value = (int32_t)mode },
                       .size = work->size,
                       .extension = text_of(text_extension(path, extension)) };

    worker->work = work;
    worker->number = job.number;
    worker->deadline = deadline;
    return pipe_send(&worker->process.pipe, &job_shape, &job, work->fd, fault);
}

enum err worker_take(struct worker *worker, struct arena *arena, struct result *result, struct fault *fault)
{
    enum err e = pipe_receive(&worker->process.pipe, PIPE_NOW, &result_shape, arena, result, NULL, fault);

    if (e != ERR_OK)
        return e;
    if (worker->number == 0 || result->number != worker->number)
        return fault_set(fault, ERR_BAD_REQUEST, "an answer to no job");
    worker->number = 0;
    return ERR_OK;
}

/* ---- the end ---- */

void worker_end(struct worker *worker, char *why)
{
    sandboxed_end(&worker->process, why);
    *worker = (struct worker){ .process = { .pipe = { .fd = -1 } } };
}

/* ---- what it says ---- */

static bool is_whole(const struct embedding *embedding)
{
    return embedding->spectrum.count == 16 && embedding->timbre.count == 16 && embedding->pitch.count == 12 &&
           embedding->amplitude.count == 12 && embedding->rhythm.count == 8;
}

static bool state_fits(const struct analysed *found, enum worker_mode mode)
{
    switch (found->state.value) {
    case ANALYSIS_STATE_FAILED:
        return found->failure.len > 0;
    case ANALYSIS_STATE_NONE:
        return true;
    case ANALYSIS_STATE_WAITING:
        return mode == WORKER_MODE_HASH;
    case ANALYSIS_STATE_DONE:
        return mode == WORKER_MODE_ANALYSE && found->content.len == 16;
    default:
        return false;
    }
}

enum err worker_check(const struct result *result, enum worker_mode mode, struct fault *fault)
{
    const struct analysed *found = &result->found;

    if (!state_fits(found, mode))
        return fault_set(fault, ERR_BAD_REQUEST, "a worker's answer in a state that does not fit");
    if (found->content.len != 0 && found->content.len != 16)
        return fault_set(fault, ERR_BAD_REQUEST, "a worker's content hash of %u bytes", found->content.len);
    if (found->frames < 0 || result->seconds < 0)
        return fault_set(fault, ERR_BAD_REQUEST, "a worker's answer of negative length");
    if (found->has_embedding && !is_whole(&found->embedding))
        return fault_set(fault, ERR_BAD_REQUEST, "a worker's embedding that is not whole");
    for (uint32_t i = 0; i < found->facts.count; i++) {
        int32_t source = found->facts.at[i].source.value;
        if (source != SOURCE_FILE && source != SOURCE_ANALYSIS)
            return fault_set(fault, ERR_BAD_REQUEST, "a worker's fact from a source that is not its own");
    }
    return ERR_OK;
}
