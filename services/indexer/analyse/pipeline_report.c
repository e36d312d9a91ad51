#include "services/indexer/analyse/pipeline_report.h"

#include <string.h>

#include "common/process/log.h"

enum { OPERATION_BYTES = 2000, FACT_BYTES = 100 };

void pipeline_end_remake(struct pipeline *pipeline, struct analysis *analysis, enum remade_how how)
{
    struct id content = analysis->content;

    analysis_free(analysis);
    pipeline->events.remade(pipeline->events.state, content, how);
}

static size_t operation_size(const struct analysed *found)
{
    size_t size = OPERATION_BYTES + found->facts.count * FACT_BYTES;

    for (uint32_t i = 0; i < found->artefacts.count; i++)
        size += found->artefacts.at[i].data.len;
    return size;
}

void pipeline_report(struct pipeline *pipeline, struct analysis *analysis, const struct analysed *found)
{
    struct operation operation = { .has_analysed = true, .analysed = *found };

    operation.analysed.id = analysis->id;
    operation.analysed.size = analysis->size;
    operation.analysed.mtime = analysis->mtime;
    operation.analysed.has_changed = analysis->changed != 0;
    operation.analysed.changed = analysis->changed;
    result_queue_add(pipeline->queue, &operation, operation_size(found), analysis);
    pool_hold(pipeline->pool, result_queue_is_full(pipeline->queue));
}

static bool is_of_content(const struct analysis *analysis, const struct analysed *found)
{
    return found->content.len == sizeof(analysis->content.b) &&
           memcmp(found->content.at, analysis->content.b, sizeof(analysis->content.b)) == 0;
}

void pipeline_report_artefacts(struct pipeline *pipeline, struct analysis *analysis, const struct analysed *found)
{
    struct operation operation = { .has_remade = true,
                                   .remade = { .content = found->content, .artefacts = found->artefacts } };
    bool good = found->state.value == ANALYSIS_STATE_DONE && found->artefacts.count > 0;

    if (good && is_of_content(analysis, found)) {
        result_queue_add(pipeline->queue, &operation, operation_size(found), analysis);
        return;
    }
    if (good)
        pipeline->events.look_again(pipeline->events.state, analysis->library, analysis->path);
    else
        log_warn("the artefacts of %s cannot be made again: %.*s", analysis->path, TEXT_ARG(found->failure));
    pipeline_end_remake(pipeline, analysis, good ? REMADE_NOT_NOW : REMADE_NEVER);
}

bool pipeline_report_move(struct pipeline *pipeline, struct analysis *analysis)
{
    struct operation operation = { .has_move = true, .move = { .id = analysis->older } };
    struct media media = { 0 };
    enum err e = catalogue_reader_media(pipeline->catalogue, &pipeline->arena, analysis->id, &media);

    operation.move.folder = media.folder;
    operation.move.file = media.file;
    if (e == ERR_OK)
        result_queue_add(pipeline->queue, &operation, OPERATION_BYTES, analysis);
    arena_reset(&pipeline->arena);
    return e == ERR_OK;
}

void pipeline_take_room(void *state)
{
    struct pipeline *pipeline = state;

    pool_hold(pipeline->pool, false);
}
