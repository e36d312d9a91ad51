#include "services/indexer/analyse/pipeline_end.h"

#include "common/process/log.h"
#include "services/indexer/analyse/pipeline_content.h"
#include "services/indexer/analyse/pipeline_report.h"

static bool has_content(const void *content, const struct analysis *analysis)
{
    return id_equal(*(const struct id *)content, analysis->content);
}

static void release_same_content(struct pipeline *pipeline, const struct analysis *analysis)
{
    struct analysis_queue free_now;
    struct analysis *alike;

    if (!id_table_has(&pipeline->awaited, analysis->content))
        return;
    id_table_remove(&pipeline->awaited, analysis->content);
    free_now = analysis_queue_take(&pipeline->same_content, has_content, &analysis->content);
    while ((alike = analysis_pop(&free_now)))
        pipeline_content(pipeline, alike);
}

void pipeline_end_verify(struct pipeline *pipeline, struct analysis *analysis, enum file_verdict verdict)
{
    pipeline->events.verified(pipeline->events.state, analysis, verdict);
    analysis_free(analysis);
}

static void finish_work(struct pipeline *pipeline, struct analysis *analysis)
{
    id_table_remove(&pipeline->items, analysis->id);
    if (!id_is_zero(analysis->older))
        id_table_remove(&pipeline->claimed, analysis->older);
    if (analysis->mode == WORKER_MODE_ANALYSE && !id_is_zero(analysis->content)) {
        id_table_remove(&pipeline->contents, analysis->content);
        release_same_content(pipeline, analysis);
    }
    analysis_free(analysis);
}

void pipeline_end_empty(struct pipeline *pipeline, struct analysis *analysis)
{
    if (analysis->remakes) {
        pipeline_end_remake(pipeline, analysis, REMADE_NOT_NOW);
        return;
    }
    if (analysis->verifies) {
        pipeline_end_verify(pipeline, analysis, FILE_VERDICT_UNREAD);
        return;
    }
    pipeline->counts.fresh -= pipeline->counts.fresh > 0;
    finish_work(pipeline, analysis);
}

static void count_result(struct pipeline *pipeline, const struct analysis *analysis, const struct operation *operation)
{
    const struct analysed *found = &operation->analysed;

    if (found->state.value != ANALYSIS_STATE_FAILED && found->state.value != ANALYSIS_STATE_QUARANTINED) {
        pipeline->counts.done++;
        if (found->sample_rate)
            pipeline->counts.seconds += (double)found->frames / (double)found->sample_rate;
        return;
    }
    pipeline->counts.failed++;
    pipeline->events.failed(pipeline->events.state, analysis->path, found->failure);
}

/* persist called a `done` stale. If it was a verdict by hash, its facts are gone and the file must be analysed;
 * otherwise the file changed. */
static void analyse_again(struct pipeline *pipeline, struct analysis *analysis)
{
    if (analysis->mode == WORKER_MODE_HASH && !id_is_zero(analysis->content)) {
        pipeline_analyse(pipeline, analysis);
        return;
    }
    pipeline->events.look_again(pipeline->events.state, analysis->library, analysis->path);
    pipeline_end_empty(pipeline, analysis);
}

void pipeline_take_outcome(void *state, void *note, const struct operation *operation, const struct outcome *outcome)
{
    struct pipeline *pipeline = state;
    struct analysis *analysis = note;
    bool good = text_is(outcome->error, "ok");

    if (!good && !text_is(outcome->error, "not_found")) /* a removed item needs no message */
        log_warn("persist refused the analysis of %s: %.*s: %.*s", analysis->path, TEXT_ARG(outcome->error),
                 TEXT_ARG(outcome->what));
    if (analysis->remakes) {
        pipeline_end_remake(pipeline, analysis, good ? REMADE : REMADE_NOT_NOW);
        return;
    }
    if (operation->has_analysed && !good) {
        pipeline_end_empty(pipeline, analysis);
        return;
    }
    if (operation->has_analysed && outcome->stale) {
        analyse_again(pipeline, analysis);
        return;
    }
    if (operation->has_analysed) {
        count_result(pipeline, analysis, operation);
        if (!id_is_zero(analysis->older) && pipeline_report_move(pipeline, analysis))
            return;
    }
    finish_work(pipeline, analysis);
}
