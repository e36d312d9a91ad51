#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "proto/wire/codec_copy.h"
#include "schema_indexer.h"
#include "services/indexer/analyse/pipeline_content.h"
#include "services/indexer/analyse/pipeline_end.h"
#include "services/indexer/analyse/pipeline_report.h"
#include "services/indexer/analyse/pipeline_state.h"

/* ---- results of workers ---- */

static void take_result(void *state, struct analysis *analysis, const struct result *result);

/* A file with another hash is a file that was added: it is analysed as its item. */
static void take_verified(struct pipeline *pipeline, struct analysis *analysis, const struct result *result)
{
    const struct bytes content = result->found.content;
    bool is_read = content.len == sizeof(analysis->expected.b);
    bool is_same = is_read && memcmp(content.at, analysis->expected.b, content.len) == 0;

    if (!is_read || is_same) {
        pipeline_end_verify(pipeline, analysis, is_same ? FILE_VERDICT_SAME : FILE_VERDICT_UNREAD);
        return;
    }
    pipeline->events.verified(pipeline->events.state, analysis, FILE_VERDICT_CHANGED);
    analysis->verifies = 0;
    if (!id_table_add(&pipeline->items, analysis->id)) {
        analysis_free(analysis);
        return;
    }
    pipeline->counts.fresh++;
    take_result(pipeline, analysis, result);
}

static void answer_ask(struct pipeline *pipeline, struct analysis *analysis, const struct result *result)
{
    struct heard answer = { .found = result->found, .path = bytes_of(analysis->path, strlen(analysis->path)) };
    struct fault fault = { 0 };
    int32_t state = result->found.state.value;

    answer.found.size = analysis->size;
    answer.found.mtime = analysis->mtime;
    if (state == ANALYSIS_STATE_FAILED || state == ANALYSIS_STATE_QUARANTINED) {
        fault_set(&fault, ERR_BAD_REQUEST, "cannot analyse %.100s: %.*s", analysis->path,
                  TEXT_ARG(result->found.failure));
        fault_field(&fault, "path");
        ticket_fail(pipeline->service, analysis->ticket, &fault);
    } else {
        ticket_answer(pipeline->service, analysis->ticket, &answer);
    }
    analysis_free(analysis);
}

static void keep_hash(struct analysis *analysis, const struct analysed *found)
{
    struct analysed copy = { 0 };

    if (found->content.len != sizeof(analysis->content.b))
        return;
    memcpy(analysis->content.b, found->content.at, sizeof(analysis->content.b));
    arena_reset(&analysis->arena);
    codec_keep(&analysed_shape,
               &(struct analysed){ .facts = found->facts, .has_form = found->has_form, .form = found->form },
               &analysis->arena, &copy);
    analysis->facts = copy.facts;
    analysis->form = copy.form;
}

static void take_result(void *state, struct analysis *analysis, const struct result *result)
{
    struct pipeline *pipeline = state;

    if (analysis->ticket.number != 0) {
        answer_ask(pipeline, analysis, result);
        return;
    }
    if (analysis->verifies) {
        take_verified(pipeline, analysis, result);
        return;
    }
    if (analysis->remakes) {
        pipeline_report_artefacts(pipeline, analysis, &result->found);
        return;
    }
    if (analysis->mode == WORKER_MODE_HASH)
        keep_hash(analysis, &result->found);
    if (result->found.state.value != ANALYSIS_STATE_WAITING) {
        pipeline_report(pipeline, analysis, &result->found);
    } else if (!id_is_zero(analysis->content)) {
        pipeline_content(pipeline, analysis);
    } else {
        analysis->mode = WORKER_MODE_ANALYSE;
        pool_again(pipeline->pool, analysis);
    }
}

/* A scan soon after an error of reading would strain a drive that fails: such a file waits for the next one. */
static void take_loss(void *state, struct analysis *analysis, enum pool_loss loss, struct text why)
{
    struct pipeline *pipeline = state;

    if (loss == POOL_HUNG && !pipeline->hung)
        log_error("the file system of %s does not answer", analysis->path);
    pipeline->hung = loss == POOL_HUNG;
    if (loss == POOL_UNREAD || loss == POOL_NOT_NOW) {
        log_warn("%s is not analysed now: %.*s", analysis->path, TEXT_ARG(why));
        pipeline->unread = true;
    }
    if (loss == POOL_CHANGED)
        pipeline->events.look_again(pipeline->events.state, analysis->library, analysis->path);
    if (loss == POOL_CHANGED && analysis->verifies) {
        pipeline_end_verify(pipeline, analysis, FILE_VERDICT_CHANGED);
        return;
    }
    if (loss != POOL_CHANGED && loss != POOL_UNREAD && !analysis->remakes && !analysis->verifies)
        pipeline->events.look_later(pipeline->events.state, analysis->library);
    pipeline_end_empty(pipeline, analysis);
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
    analysis_queue_clear(&pipeline->same_content);
    copies_free(&pipeline->copies);
    id_table_free(&pipeline->awaited);
    id_table_free(&pipeline->items);
    id_table_free(&pipeline->contents);
    id_table_free(&pipeline->claimed);
    arena_free(&pipeline->arena);
    free(pipeline);
}

/* Whether the file was analysed after the scan read the catalogue. */
static bool is_heard_meanwhile(struct pipeline *pipeline, const struct analysis *analysis)
{
    struct media media;
    bool is_analysed = analysis->waits &&
                       catalogue_reader_media(pipeline->catalogue, &pipeline->arena, analysis->id, &media) == ERR_OK &&
                       media.analysis.value != ANALYSIS_STATE_WAITING;

    arena_reset(&pipeline->arena);
    return is_analysed;
}

void pipeline_add(struct pipeline *pipeline, struct analysis *analysis)
{
    if (is_heard_meanwhile(pipeline, analysis) || !id_table_add(&pipeline->items, analysis->id)) {
        analysis_free(analysis);
        return;
    }
    pipeline->counts.fresh++;
    analysis->mode = WORKER_MODE_HASH;
    pool_add(pipeline->pool, analysis);
}

void pipeline_ask(struct pipeline *pipeline, struct analysis *analysis)
{
    analysis->mode = WORKER_MODE_ANALYSE;
    pool_again(pipeline->pool, analysis);
}

void pipeline_remake(struct pipeline *pipeline, struct analysis *analysis, bool first)
{
    analysis->mode = WORKER_MODE_ANALYSE;
    analysis->remakes = true;
    analysis->renews = 1; /* after all files that a newer analyser must analyse */
    if (first)
        pool_again(pipeline->pool, analysis);
    else
        pool_add(pipeline->pool, analysis);
}

void pipeline_verify(struct pipeline *pipeline, struct analysis *analysis)
{
    analysis->mode = WORKER_MODE_HASH;
    pool_again(pipeline->pool, analysis);
}

static bool of_library(const void *library, const struct analysis *analysis)
{
    return id_equal(*(const struct id *)library, analysis->library);
}

void pipeline_withdraw(struct pipeline *pipeline, struct id library)
{
    struct analysis_queue dropped = pool_withdraw(pipeline->pool, library);
    struct analysis_queue same_content = analysis_queue_take(&pipeline->same_content, of_library, &library);
    struct analysis_queue copies = copies_withdraw(&pipeline->copies, library);
    struct analysis *analysis;

    analysis_queue_append(&dropped, &same_content);
    analysis_queue_append(&dropped, &copies);
    while ((analysis = analysis_pop(&dropped)))
        pipeline_end_empty(pipeline, analysis);
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
