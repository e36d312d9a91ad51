#include "frontends/cli/send/label_proof.h"

#include <math.h>
#include <string.h>

#include "common/musical_key.h"

enum { PATIENCE_MS = 60000 };

/* ---- workers ---- */

void label_end_reading(struct label_reader *reading)
{
    if (reading->worker.pid)
        sandboxed_end(&reading->worker, (char[SANDBOXED_WHY_SIZE]){ 0 });
    reading->worker.pid = 0;
}

/* Errors: io (no worker can be started), bad_request (it ended), timeout. */
static enum err ask_worker(struct labelling *labelling, struct label_reader *reading, const struct shape *shape,
                           const void *ask, int fd, const struct shape *answer_shape, void *answer, struct fault *fault)
{
    int64_t patience_ms = labelling->cli->options.budget_ms ? labelling->cli->options.budget_ms : PATIENCE_MS;
    enum err e = ERR_OK;

    if (reading->worker.pid == 0)
        e = sandboxed_start(&reading->worker, labelling->program, reading->mode, fault);
    if (e != ERR_OK)
        return e;
    e = pipe_send(&reading->worker.pipe, shape, ask, fd, fault);
    if (e == ERR_OK)
        e = sandboxed_wait(&reading->worker, answer_shape, &labelling->arena, answer, patience_ms * 1000, NULL, fault);
    if (e == ERR_OK)
        return ERR_OK;
    label_end_reading(reading);
    return e == ERR_TIMEOUT ? fault_set(fault, e, "its reader did not answer for %g s", (double)patience_ms / 1e3)
                            : fault_set(fault, ERR_BAD_REQUEST, "its reader ended");
}

enum err label_plan_file(struct labelling *labelling, const struct label_job *job, int fd, struct label_plan *plan,
                         struct fault *fault)
{
    enum err e = ask_worker(labelling, &labelling->planner, &label_job_shape, job, fd, &label_plan_shape, plan, fault);

    if (e == ERR_OK && plan->number != job->number)
        return fault_set(fault, ERR_BAD_REQUEST, "its reader sent an invalid answer");
    if (e == ERR_OK && plan->failure.len > 0)
        return fault_set(fault, ERR_BAD_REQUEST, "%.*s", TEXT_ARG(plan->failure));
    return e;
}

/* Reads the hash of the file's sound, and the file's labels. They live until the next answer. */
static enum err hash_file(struct labelling *labelling, struct text extension, int fd, struct analysed *found,
                          struct fault *fault)
{
    struct job job = { .number = ++labelling->number, .mode = { .value = WORKER_MODE_HASH }, .extension = extension };
    struct result result = { 0 };
    enum err e = ask_worker(labelling, &labelling->judge, &job_shape, &job, fd, &result_shape, &result, fault);

    *found = result.found;
    if (e == ERR_OK && (result.number != job.number || found->content.len != sizeof(struct hash)))
        return fault_set(fault, ERR_BAD_REQUEST, "it cannot be read: %.*s", TEXT_ARG(found->failure));
    return e;
}

/* ---- proof ---- */

static const struct fact *find_label(const struct analysed *found, const char *attribute)
{
    for (uint32_t i = 0; i < found->facts.count; i++)
        if (text_is(found->facts.at[i].attribute, attribute) && found->facts.at[i].source.value == SOURCE_FILE)
            return &found->facts.at[i];
    return NULL;
}

static bool says_labels(const struct analysed *found, const struct label_job *job)
{
    const struct fact *bpm = find_label(found, "bpm"), *key = find_label(found, "key");
    int wanted;

    if (job->bpm > 0 && !(bpm && bpm->has_number && fabs(bpm->number - job->bpm) < 0.01))
        return false;
    if (job->key.len > 0 && musical_key_read(job->key, &wanted) &&
        !(key && key->has_text && text_is(key->text, musical_key_name(wanted))))
        return false;
    return job->tags.count == 0 || find_label(found, "keywords");
}

enum err label_prove(struct labelling *labelling, const struct relabel *relabel, struct text extension,
                     const struct label_job *job, struct bytes content, struct fault *fault)
{
    struct analysed found;
    struct hash before;
    enum err e = hash_file(labelling, extension, relabel->fd, &found, fault);

    if (e != ERR_OK)
        return e;
    memcpy(&before, found.content.at, sizeof(before));
    if (content.len && !bytes_equal(found.content, content))
        return fault_set(fault, ERR_CONFLICT, "the file has another sound than the item: `loophole library rescan`");
    e = hash_file(labelling, extension, relabel->to, &found, fault);
    if (e != ERR_OK)
        return e;
    if (memcmp(&before, found.content.at, sizeof(before)) != 0)
        return fault_set(fault, ERR_INTERNAL, "its sound would change: nothing was written");
    if (job && !says_labels(&found, job))
        return fault_set(fault, ERR_BAD_REQUEST, "another tag in it contradicts the labels: remove that tag first");
    return ERR_OK;
}
