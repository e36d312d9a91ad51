#include "services/worker/kit.h"

#include "services/worker/jobs.h"
#include "services/worker/kits/kit_hydrogen.h"
#include "services/worker/kits/kit_reading.h"
#include "services/worker/kits/kit_sfz.h"

static enum err read_kit(const struct kit_job *job, int fd, struct arena *arena, struct kit_file *to,
                         struct fault *fault)
{
    struct kit_reading reading;
    struct input input = { 0 };
    enum err e = input_open(&input, fd, fault);

    if (e != ERR_OK)
        return e;
    if (job->format.value != KIT_FORMAT_HYDROGEN && job->format.value != KIT_FORMAT_SFZ)
        return fault_set(fault, ERR_BAD_REQUEST, "this format of kits is unknown");
    kit_reading_begin(&reading, arena, to);
    struct unpack *unpack = unpack_open(&input, UNPACK_PLAIN);
    e = job->format.value == KIT_FORMAT_SFZ ? kit_sfz_read(unpack, &reading, fault)
                                            : kit_hydrogen_read(unpack, &reading, fault);
    unpack_close(unpack);
    return input.error ? fault_errno(fault, ERR_IO, input.error, "cannot read the file") : e;
}

static enum err answer_kit_job(void *state, struct job_call *call, struct fault *fault)
{
    const struct kit_job *job = call->job;
    struct kit_file answer = { 0 };
    struct fault why = { 0 };

    (void)state;
    if (read_kit(job, call->fd, call->arena, &answer, &why) != ERR_OK)
        answer = (struct kit_file){ .failure = text_of(why.what) };
    answer.number = job->number;
    return pipe_send(call->pipe, &kit_file_shape, &answer, -1, fault);
}

enum err kit_run(struct pipe *pipe, struct fault *fault)
{
    return jobs_answer(pipe, &kit_job_shape, answer_kit_job, NULL, fault);
}
