#include <string.h>

#include "common/process/log.h"
#include "services/indexer/analyse/hearing_parts.h"

enum { OPERATION_BYTES = 2000, FACT_BYTES = 100 };

/* ---- the end of it ---- */

static bool has_content(const void *content, const struct work *work)
{
    return id_equal(*(const struct id *)content, work->content);
}

static void release_twins(struct hearing *hearing, const struct work *work)
{
    struct work_queue free_now;
    struct work *twin;

    if (!idset_has(&hearing->awaited, work->content))
        return;
    idset_remove(&hearing->awaited, work->content);
    free_now = work_queue_take(&hearing->twins, has_content, &work->content);
    while ((twin = work_pop(&free_now)))
        hearing_content(hearing, twin);
}

static void end_remake(struct hearing *hearing, struct work *work, enum remade_how how)
{
    struct id content = work->content;

    work_free(work);
    hearing->events.remade(hearing->events.state, content, how);
}

static void finish_work(struct hearing *hearing, struct work *work)
{
    idset_remove(&hearing->items, work->id);
    if (!id_is_zero(work->older))
        idset_remove(&hearing->claimed, work->older);
    if (work->mode == WORKER_MODE_ANALYSE && !id_is_zero(work->content)) {
        idset_remove(&hearing->contents, work->content);
        release_twins(hearing, work);
    }
    work_free(work);
}

void hearing_tell_nothing(struct hearing *hearing, struct work *work)
{
    if (work->remakes) {
        end_remake(hearing, work, REMADE_NOT_NOW);
        return;
    }
    hearing->counts.fresh -= hearing->counts.fresh > 0;
    finish_work(hearing, work);
}

/* ---- to persist ---- */

static size_t size_of(const struct analysed *found)
{
    size_t size = OPERATION_BYTES + found->facts.count * FACT_BYTES;

    for (uint32_t i = 0; i < found->artefacts.count; i++)
        size += found->artefacts.at[i].data.len;
    return size;
}

void hearing_tell(struct hearing *hearing, struct work *work, const struct analysed *found)
{
    struct operation operation = { .has_analysed = true, .analysed = *found };

    operation.analysed.id = work->id;
    operation.analysed.size = work->size;
    operation.analysed.mtime = work->mtime;
    if (tell_add(hearing->tell, &operation, size_of(found), work) == ERR_OK) {
        pool_hold(hearing->pool, tell_is_full(hearing->tell));
        return;
    }
    log_error("no memory to tell what was heard in %s: it waits for the next scan", work->path);
    hearing_tell_nothing(hearing, work);
}

static bool is_of_content(const struct work *work, const struct analysed *found)
{
    return found->content.len == sizeof(work->content.b) &&
           memcmp(found->content.at, work->content.b, sizeof(work->content.b)) == 0;
}

void hearing_tell_artefacts(struct hearing *hearing, struct work *work, const struct analysed *found)
{
    struct operation operation = { .has_remade = true,
                                   .remade = { .content = found->content, .artefacts = found->artefacts } };
    bool good = found->state.value == ANALYSIS_STATE_DONE && found->artefacts.count > 0;

    if (good && !is_of_content(work, found))
        hearing->events.look_again(hearing->events.state, work->library, work->path);
    else if (good && tell_add(hearing->tell, &operation, size_of(found), work) == ERR_OK)
        return;
    else if (!good)
        log_warn("the artefacts of %s cannot be made again: %.*s", work->path, TEXT_ARG(found->failure));
    end_remake(hearing, work, good ? REMADE_NOT_NOW : REMADE_NEVER);
}

static bool tell_move(struct hearing *hearing, struct work *work)
{
    struct operation operation = { .has_move = true, .move = { .id = work->older } };
    struct media media = { 0 };
    enum err e = known_media(hearing->known, &hearing->arena, work->id, &media);

    operation.move.folder = media.folder;
    operation.move.file = media.file;
    if (e == ERR_OK)
        e = tell_add(hearing->tell, &operation, OPERATION_BYTES, work);
    arena_reset(&hearing->arena);
    return e == ERR_OK;
}

static void count_result(struct hearing *hearing, const struct work *work, const struct operation *operation)
{
    const struct analysed *found = &operation->analysed;

    if (found->state.value != ANALYSIS_STATE_FAILED && found->state.value != ANALYSIS_STATE_QUARANTINED) {
        hearing->counts.done++;
        if (found->sample_rate)
            hearing->counts.seconds += (double)found->frames / (double)found->sample_rate;
        return;
    }
    hearing->counts.failed++;
    hearing->events.failed(hearing->events.state, work->path, found->failure);
}

/* A `done` that persist did not take. A verdict by hash lost its facts: the file is heard. Else the file changed. */
static void hear_again(struct hearing *hearing, struct work *work)
{
    if (work->mode == WORKER_MODE_HASH && !id_is_zero(work->content)) {
        hearing_listen(hearing, work);
        return;
    }
    hearing->events.look_again(hearing->events.state, work->library, work->path);
    hearing_tell_nothing(hearing, work);
}

void hearing_tell_told(void *state, void *note, const struct operation *operation, const struct outcome *outcome)
{
    struct hearing *hearing = state;
    struct work *work = note;
    bool good = text_is(outcome->error, "ok");

    if (!good && !text_is(outcome->error, "not_found")) /* the item is forgotten: nothing to say */
        log_warn("persist did not take what was heard in %s: %.*s: %.*s", work->path, TEXT_ARG(outcome->error),
                 TEXT_ARG(outcome->what));
    if (work->remakes) {
        end_remake(hearing, work, good ? REMADE : REMADE_NOT_NOW);
        return;
    }
    if (operation->has_analysed && !good) {
        hearing_tell_nothing(hearing, work);
        return;
    }
    if (operation->has_analysed && outcome->stale) {
        hear_again(hearing, work);
        return;
    }
    if (operation->has_analysed) {
        count_result(hearing, work, operation);
        if (!id_is_zero(work->older) && tell_move(hearing, work))
            return;
    }
    finish_work(hearing, work);
}

void hearing_tell_room(void *state)
{
    struct hearing *hearing = state;

    pool_hold(hearing->pool, false);
}
