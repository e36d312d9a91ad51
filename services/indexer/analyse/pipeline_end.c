#include "common/process/log.h"
#include "services/indexer/analyse/pipeline_parts.h"

static bool has_content(const void *content, const struct work *work)
{
    return id_equal(*(const struct id *)content, work->content);
}

static void release_same_content(struct pipeline *pipeline, const struct work *work)
{
    struct work_queue free_now;
    struct work *alike;

    if (!id_table_has(&pipeline->awaited, work->content))
        return;
    id_table_remove(&pipeline->awaited, work->content);
    free_now = work_queue_take(&pipeline->same_content, has_content, &work->content);
    while ((alike = work_pop(&free_now)))
        pipeline_content(pipeline, alike);
}

void pipeline_end_verify(struct pipeline *pipeline, struct work *work, enum file_verdict verdict)
{
    pipeline->events.verified(pipeline->events.state, work, verdict);
    work_free(work);
}

static void finish_work(struct pipeline *pipeline, struct work *work)
{
    id_table_remove(&pipeline->items, work->id);
    if (!id_is_zero(work->older))
        id_table_remove(&pipeline->claimed, work->older);
    if (work->mode == WORKER_MODE_ANALYSE && !id_is_zero(work->content)) {
        id_table_remove(&pipeline->contents, work->content);
        release_same_content(pipeline, work);
    }
    work_free(work);
}

void pipeline_end_empty(struct pipeline *pipeline, struct work *work)
{
    if (work->remakes) {
        pipeline_end_remake(pipeline, work, REMADE_NOT_NOW);
        return;
    }
    if (work->verifies) {
        pipeline_end_verify(pipeline, work, FILE_VERDICT_UNREAD);
        return;
    }
    pipeline->counts.fresh -= pipeline->counts.fresh > 0;
    finish_work(pipeline, work);
}

static void count_result(struct pipeline *pipeline, const struct work *work, const struct operation *operation)
{
    const struct analysed *found = &operation->analysed;

    if (found->state.value != ANALYSIS_STATE_FAILED && found->state.value != ANALYSIS_STATE_QUARANTINED) {
        pipeline->counts.done++;
        if (found->sample_rate)
            pipeline->counts.seconds += (double)found->frames / (double)found->sample_rate;
        return;
    }
    pipeline->counts.failed++;
    pipeline->events.failed(pipeline->events.state, work->path, found->failure);
}

/* persist called a `done` stale. If it was a verdict by hash, its facts are gone and the file must be analysed;
 * otherwise the file changed. */
static void hear_again(struct pipeline *pipeline, struct work *work)
{
    if (work->mode == WORKER_MODE_HASH && !id_is_zero(work->content)) {
        pipeline_analyse(pipeline, work);
        return;
    }
    pipeline->events.look_again(pipeline->events.state, work->library, work->path);
    pipeline_end_empty(pipeline, work);
}

void pipeline_take_outcome(void *state, void *note, const struct operation *operation, const struct outcome *outcome)
{
    struct pipeline *pipeline = state;
    struct work *work = note;
    bool good = text_is(outcome->error, "ok");

    if (!good && !text_is(outcome->error, "not_found")) /* a removed item needs no message */
        log_warn("persist refused the analysis of %s: %.*s: %.*s", work->path, TEXT_ARG(outcome->error),
                 TEXT_ARG(outcome->what));
    if (work->remakes) {
        pipeline_end_remake(pipeline, work, good ? REMADE : REMADE_NOT_NOW);
        return;
    }
    if (operation->has_analysed && !good) {
        pipeline_end_empty(pipeline, work);
        return;
    }
    if (operation->has_analysed && outcome->stale) {
        hear_again(pipeline, work);
        return;
    }
    if (operation->has_analysed) {
        count_result(pipeline, work, operation);
        if (!id_is_zero(work->older) && pipeline_report_move(pipeline, work))
            return;
    }
    finish_work(pipeline, work);
}
