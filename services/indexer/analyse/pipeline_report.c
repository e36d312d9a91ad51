#include <string.h>

#include "common/process/log.h"
#include "services/indexer/analyse/pipeline_parts.h"

enum { OPERATION_BYTES = 2000, FACT_BYTES = 100 };

/* ---- the end of a file ---- */

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

static void end_remake(struct pipeline *pipeline, struct work *work, enum remade_how how)
{
    struct id content = work->content;

    work_free(work);
    pipeline->events.remade(pipeline->events.state, content, how);
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

void pipeline_report_nothing(struct pipeline *pipeline, struct work *work)
{
    if (work->remakes) {
        end_remake(pipeline, work, REMADE_NOT_NOW);
        return;
    }
    if (work->verifies) {
        pipeline_end_verify(pipeline, work, FILE_VERDICT_UNREAD);
        return;
    }
    pipeline->counts.fresh -= pipeline->counts.fresh > 0;
    finish_work(pipeline, work);
}

/* ---- to persist ---- */

static size_t operation_size(const struct analysed *found)
{
    size_t size = OPERATION_BYTES + found->facts.count * FACT_BYTES;

    for (uint32_t i = 0; i < found->artefacts.count; i++)
        size += found->artefacts.at[i].data.len;
    return size;
}

void pipeline_report(struct pipeline *pipeline, struct work *work, const struct analysed *found)
{
    struct operation operation = { .has_analysed = true, .analysed = *found };

    operation.analysed.id = work->id;
    operation.analysed.size = work->size;
    operation.analysed.mtime = work->mtime;
    operation.analysed.has_changed = work->changed != 0;
    operation.analysed.changed = work->changed;
    result_queue_add(pipeline->queue, &operation, operation_size(found), work);
    pool_hold(pipeline->pool, result_queue_is_full(pipeline->queue));
}

static bool is_of_content(const struct work *work, const struct analysed *found)
{
    return found->content.len == sizeof(work->content.b) &&
           memcmp(found->content.at, work->content.b, sizeof(work->content.b)) == 0;
}

void pipeline_report_artefacts(struct pipeline *pipeline, struct work *work, const struct analysed *found)
{
    struct operation operation = { .has_remade = true,
                                   .remade = { .content = found->content, .artefacts = found->artefacts } };
    bool good = found->state.value == ANALYSIS_STATE_DONE && found->artefacts.count > 0;

    if (good && is_of_content(work, found)) {
        result_queue_add(pipeline->queue, &operation, operation_size(found), work);
        return;
    }
    if (good)
        pipeline->events.look_again(pipeline->events.state, work->library, work->path);
    else
        log_warn("the artefacts of %s cannot be made again: %.*s", work->path, TEXT_ARG(found->failure));
    end_remake(pipeline, work, good ? REMADE_NOT_NOW : REMADE_NEVER);
}

static bool report_move(struct pipeline *pipeline, struct work *work)
{
    struct operation operation = { .has_move = true, .move = { .id = work->older } };
    struct media media = { 0 };
    enum err e = catalogue_reader_media(pipeline->catalogue, &pipeline->arena, work->id, &media);

    operation.move.folder = media.folder;
    operation.move.file = media.file;
    if (e == ERR_OK)
        result_queue_add(pipeline->queue, &operation, OPERATION_BYTES, work);
    arena_reset(&pipeline->arena);
    return e == ERR_OK;
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
    pipeline_report_nothing(pipeline, work);
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
        end_remake(pipeline, work, good ? REMADE : REMADE_NOT_NOW);
        return;
    }
    if (operation->has_analysed && !good) {
        pipeline_report_nothing(pipeline, work);
        return;
    }
    if (operation->has_analysed && outcome->stale) {
        hear_again(pipeline, work);
        return;
    }
    if (operation->has_analysed) {
        count_result(pipeline, work, operation);
        if (!id_is_zero(work->older) && report_move(pipeline, work))
            return;
    }
    finish_work(pipeline, work);
}

void pipeline_take_room(void *state)
{
    struct pipeline *pipeline = state;

    pool_hold(pipeline->pool, false);
}
