#include "services/worker/session.h"

#include "services/worker/jobs.h"
#include "services/worker/sessions/formats.h"

static const struct format {
    const char *extension;
    enum unpack_form form;
    enum err (*read)(struct unpack *unpack, struct references *to, struct fault *fault);
} FORMATS[] = {
    { "ardour", UNPACK_PLAIN, ardour_read },   { "rpp", UNPACK_PLAIN, reaper_read },
    { "mmp", UNPACK_PLAIN, lmms_read },        { "mmpz", UNPACK_COUNTED, lmms_read },
    { "h2song", UNPACK_PLAIN, hydrogen_read }, { "als", UNPACK_GZIP, live_read },
};

static const struct format *find_format(struct text extension)
{
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++)
        if (text_is(extension, FORMATS[i].extension))
            return &FORMATS[i];
    return NULL;
}

static enum err read_session(const struct session_job *job, int fd, struct arena *arena, struct session_read *to,
                             struct fault *fault)
{
    const struct format *format = find_format(job->extension);
    struct references references;
    struct input input = { 0 };
    enum err e = input_open(&input, fd, fault);

    if (e != ERR_OK)
        return e;
    to->size = (uint64_t)input.size;
    to->mtime = input.mtime;
    if (!format)
        return fault_set(fault, ERR_BAD_REQUEST, ".%.*s is not the extension of a known session file",
                         TEXT_ARG(job->extension));
    references_begin(&references, arena, to);
    struct unpack *unpack = unpack_open(&input, format->form);
    e = format->read(unpack, &references, fault);
    unpack_close(unpack);
    references_end(&references);
    return input.error ? fault_errno(fault, ERR_IO, input.error, "cannot read the file") : e;
}

/* An error keeps everything that was read before it, so a damaged end loses only the end. */
static enum err answer_session_job(void *state, struct job_call *call, struct fault *fault)
{
    const struct session_job *job = call->job;
    struct session_read answer = { .number = job->number };
    struct fault why = { 0 };

    (void)state;
    if (read_session(job, call->fd, call->arena, &answer, &why) != ERR_OK)
        answer.failure = text_of(why.what);
    return pipe_send(call->pipe, &session_read_shape, &answer, -1, fault);
}

enum err session_run(struct pipe *pipe, struct fault *fault)
{
    return jobs_answer(pipe, &session_job_shape, answer_session_job, NULL, fault);
}
