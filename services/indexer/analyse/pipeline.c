#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "schema_indexer.h"
#include "services/indexer/analyse/pipeline_parts.h"

/* ---- results of workers ---- */

static void take_result(void *state, struct work *work, const struct result *result);

/* A file with another hash is a file that was added: it is analysed as its item. */
static void take_verified(struct pipeline *pipeline, struct work *work, const struct result *result)
{
    const struct bytes content = result->found.content;
    bool is_read = content.len == sizeof(work->expected.b);
    bool is_same = is_read && memcmp(content.at, work->expected.b, content.len) == 0;

    if (!is_read || is_same) {
        pipeline_end_verify(pipeline, work, is_same ? FILE_VERDICT_SAME : FILE_VERDICT_UNREAD);
        return;
    }
    pipeline->events.verified(pipeline->events.state, work, FILE_VERDICT_CHANGED);
    work->verifies = 0;
    if (!id_table_add(&pipeline->items, work->id)) {
        work_free(work);
        return;
    }
    pipeline->counts.fresh++;
    take_result(pipeline, work, result);
}

static void answer_ask(struct pipeline *pipeline, struct work *work, const struct result *result)
{
    struct heard answer = { .found = result->found, .path = bytes_of(work->path, strlen(work->path)) };
    struct fault fault = { 0 };
    int32_t state = result->found.state.value;

    answer.found.size = work->size;
    answer.found.mtime = work->mtime;
    if (state == ANALYSIS_STATE_FAILED || state == ANALYSIS_STATE_QUARANTINED) {
        fault_set(&fault, ERR_BAD_REQUEST, "cannot analyse %.100s: %.*s", work->path, TEXT_ARG(result->found.failure));
        fault_field(&fault, "path");
        ticket_fail(pipeline->service, work->ticket, &fault);
    } else {
        ticket_answer(pipeline->service, work->ticket, &answer);
    }
    work_free(work);
}

static void keep_hash(struct work *work, const struct analysed *found)
{
    struct analysed copy = { 0 };

    if (found->content.len != sizeof(work->content.b))
        return;
    memcpy(work->content.b, found->content.at, sizeof(work->content.b));
    arena_reset(&work->arena);
    codec_keep(&analysed_shape, &(struct analysed){ .facts = found->facts }, &work->arena, &copy);
    work->facts = copy.facts;
}

static void take_result(void *state, struct work *work, const struct result *result)
{
    struct pipeline *pipeline = state;

    if (work->ticket.number != 0) {
        answer_ask(pipeline, work, result);
        return;
    }
    if (work->verifies) {
        take_verified(pipeline, work, result);
        return;
    }
    if (work->remakes) {
        pipeline_report_artefacts(pipeline, work, &result->found);
        return;
    }
    if (work->mode == WORKER_MODE_HASH)
        keep_hash(work, &result->found);
    if (result->found.state.value != ANALYSIS_STATE_WAITING) {
        pipeline_report(pipeline, work, &result->found);
    } else if (!id_is_zero(work->content)) {
        pipeline_content(pipeline, work);
    } else {
        work->mode = WORKER_MODE_ANALYSE;
        pool_again(pipeline->pool, work);
    }
}

/* A scan soon after an error of reading would strain a drive that fails: such a file waits for the next one. */
static void take_loss(void *state, struct work *work, enum pool_loss loss, struct text why)
{
    struct pipeline *pipeline = state;

    if (loss == POOL_HUNG && !pipeline->hung)
        log_error("the file system of %s does not answer", work->path);
    pipeline->hung = loss == POOL_HUNG;
    if (loss == POOL_UNREAD || loss == POOL_NOT_NOW) {
        log_warn("%s is not analysed now: %.*s", work->path, TEXT_ARG(why));
        pipeline->unread = true;
    }
    if (loss == POOL_CHANGED)
        pipeline->events.look_again(pipeline->events.state, work->library, work->path);
    if (loss == POOL_CHANGED && work->verifies) {
        pipeline_end_verify(pipeline, work, FILE_VERDICT_CHANGED);
        return;
    }
    if (loss != POOL_CHANGED && loss != POOL_UNREAD && !work->remakes && !work->verifies)
        pipeline->events.look_later(pipeline->events.state, work->library);
    pipeline_end_empty(pipeline, work);
}

/* ---- the functions of pipeline.h ---- */

struct pipeline *pipeline_new(struct service *service, struct errands *errands, struct catalogue_reader *catalogue,
                              const struct pool_settings *settings, const struct pipeline_events *events)
{
    struct pipeline *h = alloc_zeroed(1, sizeof(*h));

    h->service = service;
    h->errands = errands;
    h->catalogue = catalogue;
    h->events = *events;
    h->copies =
        (struct copies){ .errands = errands, .catalogue = catalogue, .again = pipeline_content_again, .state = h };
    h->queue = result_queue_new(service, &(struct result_queue_events){ pipeline_take_outcome, pipeline_take_room, h });
    h->pool = pool_new(service, errands, settings, &(struct pool_events){ take_result, take_loss, h });
    return h;
}

void pipeline_free(struct pipeline *pipeline)
{
    if (!pipeline)
        return;
    pool_free(pipeline->pool);
    result_queue_free(pipeline->queue);
    work_queue_clear(&pipeline->same_content);
    copies_free(&pipeline->copies);
    id_table_free(&pipeline->awaited);
    id_table_free(&pipeline->items);
    id_table_free(&pipeline->contents);
    id_table_free(&pipeline->claimed);
    arena_free(&pipeline->arena);
    free(pipeline);
}

/* Whether the file was analysed after the scan read the catalogue. */
static bool is_heard_meanwhile(struct pipeline *pipeline, const struct work *work)
{
    struct media media;
    bool heard = work->waits &&
                 catalogue_reader_media(pipeline->catalogue, &pipeline->arena, work->id, &media) == ERR_OK &&
                 media.analysis.value != ANALYSIS_STATE_WAITING;

    arena_reset(&pipeline->arena);
    return heard;
}

void pipeline_add(struct pipeline *pipeline, struct work *work)
{
    if (is_heard_meanwhile(pipeline, work) || !id_table_add(&pipeline->items, work->id)) {
        work_free(work);
        return;
    }
    pipeline->counts.fresh++;
    work->mode = WORKER_MODE_HASH;
    pool_add(pipeline->pool, work);
}

void pipeline_ask(struct pipeline *pipeline, struct work *work)
{
    work->mode = WORKER_MODE_ANALYSE;
    pool_again(pipeline->pool, work);
}

void pipeline_remake(struct pipeline *pipeline, struct work *work, bool first)
{
    work->mode = WORKER_MODE_ANALYSE;
    work->remakes = true;
    work->renews = 1; /* after all files that a newer analyser must analyse */
    if (first)
        pool_again(pipeline->pool, work);
    else
        pool_add(pipeline->pool, work);
}

void pipeline_verify(struct pipeline *pipeline, struct work *work)
{
    work->mode = WORKER_MODE_HASH;
    pool_again(pipeline->pool, work);
}

static bool of_library(const void *library, const struct work *work)
{
    return id_equal(*(const struct id *)library, work->library);
}

void pipeline_withdraw(struct pipeline *pipeline, struct id library)
{
    struct work_queue dropped = pool_withdraw(pipeline->pool, library);
    struct work_queue same_content = work_queue_take(&pipeline->same_content, of_library, &library);
    struct work_queue copies = copies_withdraw(&pipeline->copies, library);
    struct work *work;

    work_queue_append(&dropped, &same_content);
    work_queue_append(&dropped, &copies);
    while ((work = work_pop(&dropped)))
        pipeline_end_empty(pipeline, work);
}

void pipeline_turn(struct pipeline *pipeline)
{
    /* Files with the same content wait for operations in the queue. */
    size_t queued = result_queue_count(pipeline->queue) + pipeline->same_content.count;

    result_queue_turn(pipeline->queue, pipeline->items.count > queued);
}

void pipeline_tick(struct pipeline *pipeline)
{
    pool_tick(pipeline->pool);
    result_queue_tick(pipeline->queue);
}

uint64_t pipeline_waiting(const struct pipeline *pipeline)
{
    return pool_waiting(pipeline->pool);
}

bool pipeline_is_idle(const struct pipeline *pipeline)
{
    return pipeline->items.count == 0; /* until all results are durable */
}

bool pipeline_waits(const struct pipeline *pipeline)
{
    return result_queue_waits(pipeline->queue);
}

uint64_t pipeline_analyser(const struct pipeline *pipeline)
{
    return pool_analyser(pipeline->pool);
}

const char *pipeline_alarm(const struct pipeline *pipeline)
{
    if (pool_alarm(pipeline->pool)[0])
        return pool_alarm(pipeline->pool);
    if (result_queue_alarm(pipeline->queue)[0])
        return result_queue_alarm(pipeline->queue);
    if (pipeline->hung)
        return "a file system does not answer";
    return pipeline->unread ? "files cannot be read now: the log names them, and the next scan tries them again" : "";
}

const struct pipeline_counts *pipeline_counted(const struct pipeline *pipeline)
{
    return &pipeline->counts;
}

void pipeline_restart(struct pipeline *pipeline)
{
    pipeline->counts = (struct pipeline_counts){ 0 };
    pipeline->unread = false;
}
