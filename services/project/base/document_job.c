#include "services/project/base/document_job.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/shared/in_hand.h"
#include "proto/wire/json_bounds.h"

static enum err read_text(struct document_job *job, struct fault *fault)
{
    struct document *to = &job->document;
    enum err e = tree_read_bounded(job->file, JSON_VALUES_FILE, &to->arena, &to->tree, fault);

    return e == ERR_OK && job->act ? job->act(to, &job->result, fault) : e;
}

static void run_job(struct errand *errand)
{
    struct document_job *job = (struct document_job *)errand;
    const struct bytes bytes = bytes_of(job->file.at, job->file.len);
    struct file_in_hand reading;

    job->document.key = in_hand_key(bytes.at, bytes.len);
    job->fault.code = file_take_in_hand(&reading, job->hand, "the document", bytes, &job->fault);
    if (job->fault.code != ERR_OK)
        return;
    job->fault.code = read_text(job, &job->fault);
    file_lay_down(&reading);
}

static void end_job(struct errand *errand, bool lost)
{
    struct document_job *job = (struct document_job *)errand;
    struct document_job late = { .act = job->act };

    if (!lost) {
        job->done(job->owner, job);
        return;
    }
    fault_set(&late.fault, ERR_TIMEOUT, "the document could not be read in the time of the ask");
    job->done(job->owner, &late);
}

static void drop_job(struct errand *errand)
{
    struct document_job *job = (struct document_job *)errand;

    arena_free(&job->document.arena);
    free(job);
}

void document_job_start(struct project *p, struct text file, document_act *act, usec_t patience,
                        void (*done)(void *owner, struct document_job *job), void *owner)
{
    struct document_job *job = alloc_zeroed(1, sizeof(*job));

    job->errand = (struct errand){ .run = run_job, .done = end_job, .drop = drop_job, .patience = patience };
    job->hand = service_in_hand(p->service);
    job->file = arena_text(&job->document.arena, file);
    job->act = act;
    job->done = done;
    job->owner = owner;
    errand_start(p->errands, &job->errand);
}
