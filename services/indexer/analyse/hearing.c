#include <stdlib.h>
#include <string.h>

#include "common/process/log.h"
#include "schema_indexer.h"
#include "services/indexer/analyse/hearing_parts.h"

/* ---- what workers say ---- */

static void answer_ask(struct hearing *hearing, struct work *work, const struct result *result)
{
    struct heard answer = { .found = result->found, .path = bytes_of(work->path, strlen(work->path)) };
    struct fault fault = { 0 };
    int32_t state = result->found.state.value;

    answer.found.size = work->size;
    answer.found.mtime = work->mtime;
    if (state == ANALYSIS_STATE_FAILED || state == ANALYSIS_STATE_QUARANTINED) {
        fault_set(&fault, ERR_BAD_REQUEST, "cannot analyse %.100s: %.*s", work->path, TEXT_ARG(result->found.failure));
        fault_field(&fault, "path");
        ticket_fail(hearing->service, work->ticket, &fault);
    } else {
        ticket_answer(hearing->service, work->ticket, &answer);
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
    if (codec_copy(&analysed_shape, &(struct analysed){ .facts = found->facts }, &work->arena, &copy) == ERR_OK)
        work->facts = copy.facts;
}

static void take_result(void *state, struct work *work, const struct result *result)
{
    struct hearing *hearing = state;

    if (work->ticket.number != 0) {
        answer_ask(hearing, work, result);
        return;
    }
    if (work->remakes) {
        hearing_tell_artefacts(hearing, work, &result->found);
        return;
    }
    if (work->mode == WORKER_MODE_HASH)
        keep_hash(work, &result->found);
    if (result->found.state.value != ANALYSIS_STATE_WAITING) {
        hearing_tell(hearing, work, &result->found);
    } else if (!id_is_zero(work->content)) {
        hearing_content(hearing, work);
    } else {
        work->mode = WORKER_MODE_ANALYSE;
        pool_again(hearing->pool, work);
    }
}

static void take_loss(void *state, struct work *work, enum pool_loss loss)
{
    struct hearing *hearing = state;

    if (loss == POOL_HUNG && !hearing->hung)
        log_error("the file system of %s does not answer", work->path);
    hearing->hung = loss == POOL_HUNG;
    if (loss == POOL_CHANGED)
        hearing->events.look_again(hearing->events.state, work->library, work->path);
    hearing_tell_nothing(hearing, work);
}

/* ---- from outside ---- */

enum err hearing_new(struct service *service, struct errands *errands, struct known *known,
                     const struct pool_settings *settings, const struct hearing_events *events,
                     struct hearing **hearing, struct fault *fault)
{
    struct hearing *h = calloc(1, sizeof(*h));

    if (!h)
        return fault_set(fault, ERR_FULL, "no memory to hear files");
    h->service = service;
    h->errands = errands;
    h->known = known;
    h->events = *events;
    h->copies = (struct copies){ .errands = errands, .known = known, .again = hearing_content_again, .state = h };
    enum err e = tell_new(service, &(struct tell_events){ hearing_tell_told, hearing_tell_room, h }, &h->tell, fault);
    if (e != ERR_OK) {
        hearing_free(h);
        return e;
    }
    h->pool = pool_new(service, errands, settings, &(struct pool_events){ take_result, take_loss, h });
    *hearing = h;
    return ERR_OK;
}

void hearing_free(struct hearing *hearing)
{
    if (!hearing)
        return;
    pool_free(hearing->pool);
    tell_free(hearing->tell);
    work_queue_clear(&hearing->twins);
    copies_free(&hearing->copies);
    idset_free(&hearing->awaited);
    idset_free(&hearing->items);
    idset_free(&hearing->contents);
    idset_free(&hearing->claimed);
    arena_free(&hearing->arena);
    free(hearing);
}

/* Since the scan read the catalogue. */
static bool is_heard_meanwhile(struct hearing *hearing, const struct work *work)
{
    struct media media;
    bool heard = work->waits && known_media(hearing->known, &hearing->arena, work->id, &media) == ERR_OK &&
                 media.analysis.value != ANALYSIS_STATE_WAITING;

    arena_reset(&hearing->arena);
    return heard;
}

void hearing_add(struct hearing *hearing, struct work *work)
{
    if (is_heard_meanwhile(hearing, work) || !idset_add(&hearing->items, work->id)) {
        work_free(work);
        return;
    }
    hearing->counts.fresh++;
    work->mode = WORKER_MODE_HASH;
    pool_add(hearing->pool, work);
}

void hearing_ask(struct hearing *hearing, struct work *work)
{
    work->mode = WORKER_MODE_ANALYSE;
    pool_again(hearing->pool, work);
}

void hearing_remake(struct hearing *hearing, struct work *work, bool first)
{
    work->mode = WORKER_MODE_ANALYSE;
    work->remakes = true;
    work->renews = 1; /* after all that is to be heard by a newer analyser */
    if (first)
        pool_again(hearing->pool, work);
    else
        pool_add(hearing->pool, work);
}

static bool of_library(const void *library, const struct work *work)
{
    return id_equal(*(const struct id *)library, work->library);
}

void hearing_withdraw(struct hearing *hearing, struct id library)
{
    struct work_queue dropped = pool_withdraw(hearing->pool, library);
    struct work_queue twins = work_queue_take(&hearing->twins, of_library, &library);
    struct work_queue copies = copies_withdraw(&hearing->copies, library);
    struct work *work;

    work_queue_append(&dropped, &twins);
    work_queue_append(&dropped, &copies);
    while ((work = work_pop(&dropped)))
        hearing_tell_nothing(hearing, work);
}

void hearing_turn(struct hearing *hearing)
{
    size_t told = tell_count(hearing->tell) + hearing->twins.count; /* twins wait for what is told */

    tell_turn(hearing->tell, hearing->items.count > told);
}

void hearing_tick(struct hearing *hearing)
{
    pool_tick(hearing->pool);
    tell_tick(hearing->tell);
}

uint64_t hearing_waiting(const struct hearing *hearing)
{
    return pool_waiting(hearing->pool);
}

bool hearing_is_idle(const struct hearing *hearing)
{
    return hearing->items.count == 0; /* until what was heard of them is durable */
}

bool hearing_waits(const struct hearing *hearing)
{
    return tell_waits(hearing->tell);
}

uint64_t hearing_analyser(const struct hearing *hearing)
{
    return pool_analyser(hearing->pool);
}

const char *hearing_alarm(const struct hearing *hearing)
{
    if (pool_alarm(hearing->pool)[0])
        return pool_alarm(hearing->pool);
    if (tell_alarm(hearing->tell)[0])
        return tell_alarm(hearing->tell);
    return hearing->hung ? "a file system does not answer" : "";
}

const struct hearing_counts *hearing_counted(const struct hearing *hearing)
{
    return &hearing->counts;
}

void hearing_restart(struct hearing *hearing)
{
    hearing->counts = (struct hearing_counts){ 0 };
}
