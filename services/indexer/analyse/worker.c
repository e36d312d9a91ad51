#include "services/indexer/analyse/worker.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/process/priority.h"

enum err worker_prove(struct worker *worker, struct fault *fault)
{
    struct job job = { .mode = { .value = WORKER_MODE_HASH } };
    int fd = memfd_create("loophole-first-job", MFD_CLOEXEC);

    if (fd < 0)
        return fault_errno(fault, ERR_IO, errno, "cannot make the first job of a worker");
    priority_background(worker->process.pid);
    workers_ask(worker, &job_shape, &job, &job.number, fd, WORKERS_START_US);
    close(fd);
    return ERR_OK;
}

void worker_give(struct worker *worker, const struct analysis *analysis, usec_t patience)
{
    const struct bytes path = bytes_of(analysis->path, strlen(analysis->path));
    char extension[TEXT_EXTENSION_SIZE];
    struct job job = { .mode = { .value = (int32_t)analysis->mode },
                       .size = analysis->size,
                       .extension = text_of(text_extension(path, extension)),
                       .has_content = analysis->sound >= 0,
                       .content = bytes_of(analysis->content.b, sizeof(analysis->content.b)),
                       .has_container = analysis->sound >= 0,
                       .container = text_of(analysis->container) };

    workers_ask(worker, &job_shape, &job, &job.number, analysis->sound >= 0 ? analysis->sound : analysis->fd, patience);
}

/* ---- answers ---- */

static bool has_all_blocks(const struct embedding *embedding)
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
        return mode == WORKER_MODE_HASH || found->content.len == 16; /* or it needs ffmpeg */
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
        return fault_set(fault, ERR_BAD_REQUEST, "a worker's answer has the state %.*s, which its mode does not give",
                         TEXT_ARG(choice_text(&analysis_state_table, found->state)));
    if (found->content.len != 0 && found->content.len != 16)
        return fault_set(fault, ERR_BAD_REQUEST, "a worker's content hash has %u bytes: expected 16",
                         found->content.len);
    if (found->frames < 0 || result->seconds < 0)
        return fault_set(fault, ERR_BAD_REQUEST, "a worker's answer has a negative length");
    if (found->has_embedding && !has_all_blocks(&found->embedding))
        return fault_set(fault, ERR_BAD_REQUEST, "a worker's embedding is incomplete");
    for (uint32_t i = 0; i < found->facts.count; i++) {
        int32_t source = found->facts.at[i].source.value;
        if (source != SOURCE_FILE && source != SOURCE_ANALYSIS)
            return fault_set(fault, ERR_BAD_REQUEST, "a worker's fact has the source %.*s: expected file or analysis",
                             TEXT_ARG(choice_text(&source_table, found->facts.at[i].source)));
    }
    return ERR_OK;
}
