#include <string.h>

#include "common/process/log.h"
#include "services/indexer/analyse/pipeline_parts.h"

enum { OPERATION_BYTES = 2000, FACT_BYTES = 100 };

void pipeline_end_remake(struct pipeline *pipeline, struct work *work, enum remade_how how)
{
    struct id content = work->content;

    work_free(work);
    pipeline->events.remade(pipeline->events.state, content, how);
}

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
    pipeline_end_remake(pipeline, work, good ? REMADE_NOT_NOW : REMADE_NEVER);
}

bool pipeline_report_move(struct pipeline *pipeline, struct work *work)
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

void pipeline_take_room(void *state)
{
    struct pipeline *pipeline = state;

    pool_hold(pipeline->pool, false);
}
