#include "services/project/library/library_job.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "proto/wire/codec_copy.h"

/* The longest silence of the disk, and the rest of the client's budget in which it is to hear of that silence. */
static const usec_t patience_us = (usec_t)30 * 1000000;

static void run_job(struct errand *errand)
{
    struct library_job *job = (struct library_job *)errand;
    struct fault *fault = &job->fault;
    enum err e = library_lock(job->library, errand, job->hand, fault);

    if (e != ERR_OK) {
        fault->code = e;
        return;
    }
    e = library_recover(job->library, fault);
    if (e == ERR_OK)
        e = library_look(job->library, fault);
    if (e == ERR_OK)
        e = job->act(job, fault);
    library_unlock(job->library);
    fault->code = e;
}

static void end_job(struct errand *errand, bool lost)
{
    struct library_job *job = (struct library_job *)errand;
    struct work *work = job->work;
    struct fault late = { 0 };

    if (lost) {
        atomic_store(&job->library->is_silent, true);
        (void)library_refuse_silent(&late);
        work_continue_after(work, &late);
        return;
    }
    work->file = arena_text(&work->kept, job->text);
    work->result = job;
    work_continue_after(work, &job->fault);
}

static void drop_job(struct errand *errand)
{
    struct library_job *job = (struct library_job *)errand;

    arena_free(&job->arena);
    free(job);
}

static usec_t patience_of(const struct work *work)
{
    const usec_t most = file_io_patience(call_deadline(work->call));

    return most < patience_us ? most : patience_us;
}

struct library_job *library_job_new(struct work *work, const struct shape *shape,
                                    enum err (*act)(struct library_job *job, struct fault *fault))
{
    struct library_job *job = alloc_zeroed(1, sizeof(*job));
    void *ask = shape ? arena_alloc(&job->arena, shape->size) : NULL;

    if (shape)
        (void)codec_copy(shape, work->ask, &job->arena, ask);
    job->errand = (struct errand){ .run = run_job, .done = end_job, .drop = drop_job, .patience = patience_of(work) };
    job->library = work->p->library;
    job->hand = service_in_hand(work->p->service);
    job->sender = work->sender;
    job->ask = ask;
    job->act = act;
    job->work = work;
    return job;
}

void library_job_start(struct library_job *job)
{
    job->work->is_sent = true;
    errand_start(job->work->p->errands, &job->errand);
}

enum err library_job_answer(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn;
    if (work->filed.code != ERR_OK)
        return *fault = work->filed, fault->code;
    work_answer(work, &((const struct library_job *)work->result)->said);
    return ERR_OK;
}
