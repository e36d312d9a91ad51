#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "schema_indexer.h"
#include "services/indexer/hearing.h"
#include "services/indexer/idset.h"

enum { ALIKE_MAX = 16, OPERATION_BYTES = 2000, FACT_BYTES = 100 };

struct hearing {
    struct service *service;
    struct errands *errands;
    struct known *known;
    struct pool *pool;
    struct tell *tell;
    struct hearing_listener listener;
    struct hearing_counts counts;
    struct idset items;     /* under way */
    struct idset contents;  /* under way, from their analysis until it is durable */
    struct work_queue twins; /* wait for a content that is under way */
    struct arena arena;     /* of one decision */
    bool hung;              /* a file system did not answer */
};

static void decide(struct hearing *hearing, struct work *work);

/* ---- the end of it ---- */

static struct id content_id(const struct work *work)
{
    struct id id;

    memcpy(id.b, work->content, sizeof(id.b));
    return id;
}

static bool has_content(const void *content, const struct work *work)
{
    return memcmp(content, work->content, sizeof(work->content)) == 0;
}

static void release_twins(struct hearing *hearing, const struct work *work)
{
    struct work_queue free_now = work_queue_take(&hearing->twins, has_content, work->content);
    struct work *twin;

    while ((twin = work_pop(&free_now)))
        decide(hearing, twin);
}

static void finish(struct hearing *hearing, struct work *work)
{
    idset_remove(&hearing->items, work->id);
    if (work->mode == WORKER_MODE_ANALYSE && work->has_content) {
        idset_remove(&hearing->contents, content_id(work));
        release_twins(hearing, work);
    }
    work_free(work);
}

static void give_up(struct hearing *hearing, struct work *work)
{
    hearing->counts.fresh -= hearing->counts.fresh > 0;
    finish(hearing, work);
}

/* ---- to persist ---- */

static size_t size_of(const struct analysed *found)
{
    size_t size = OPERATION_BYTES + found->facts.count * FACT_BYTES;

    for (uint32_t i = 0; i < found->artefacts.count; i++)
        size += found->artefacts.at[i].data.len;
    return size;
}

static void tell_found(struct hearing *hearing, struct work *work, const struct analysed *found)
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
    give_up(hearing, work);
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

static void count(struct hearing *hearing, const struct work *work, const struct operation *operation)
{
    const struct analysed *found = &operation->analysed;

    if (found->state.value != ANALYSIS_STATE_FAILED && found->state.value != ANALYSIS_STATE_QUARANTINED) {
        hearing->counts.done++;
        if (found->sample_rate)
            hearing->counts.seconds += (double)found->frames / (double)found->sample_rate;
        return;
    }
    hearing->counts.failed++;
    hearing->listener.failed(hearing->listener.state, work->path, found->failure);
}

static void told(void *state, void *note, const struct operation *operation, const struct outcome *outcome)
{
    struct hearing *hearing = state;
    struct work *work = note;
    bool good = text_is(outcome->error, "ok");

    if (!good && !text_is(outcome->error, "not_found")) /* the item is forgotten: nothing to say */
        log_warn("persist did not take what was heard in %s: %.*s: %.*s", work->path, TEXT_ARG(outcome->error),
                 TEXT_ARG(outcome->what));
    if (operation->has_analysed && !good) {
        give_up(hearing, work);
        return;
    }
    if (operation->has_analysed) {
        count(hearing, work, operation);
        if (!id_is_zero(work->older) && tell_move(hearing, work))
            return;
    }
    finish(hearing, work);
}

static void room(void *state)
{
    struct hearing *hearing = state;

    pool_hold(hearing->pool, false);
}

/* ---- what its content says ---- */

/* An item whose file was only touched waits again, but what is known of its content is as true as before. */
static bool is_analysed(const struct media *media)
{
    return media->analysis.value == ANALYSIS_STATE_DONE ||
           (media->analysis.value == ANALYSIS_STATE_WAITING && media->sample_rate > 0 && media->failure.len == 0);
}

static bool is_quarantined(const struct media *media)
{
    return media->analysis.value == ANALYSIS_STATE_QUARANTINED;
}

static const struct media *find(const struct media_list *alike, bool (*is)(const struct media *), uint64_t analyser)
{
    for (uint32_t i = 0; i < alike->count; i++)
        if (is(&alike->at[i]) && alike->at[i].analyser >= analyser)
            return &alike->at[i];
    return NULL;
}

/* The facts of a content are there under it; what is this file's own came with the hash. */
static void tell_known(struct hearing *hearing, struct work *work, const struct media *twin, enum analysis_state state)
{
    struct analysed found = {
        .state = { .value = (int32_t)state },
        .failure = twin->failure,
        .content = bytes_of(work->content, sizeof(work->content)),
        .container = twin->container,
        .sample_format = twin->sample_format,
        .bit_depth = twin->bit_depth,
        .sample_rate = twin->sample_rate,
        .channels = twin->channels,
        .frames = twin->frames,
        .analyser = twin->analyser,
        .facts = work->facts,
    };

    tell_found(hearing, work, &found);
}

static void listen(struct hearing *hearing, struct work *work)
{
    if (!idset_add(&hearing->contents, content_id(work))) {
        if (work->fd >= 0)
            close(work->fd);
        work->fd = -1;
        work_push(&hearing->twins, work);
        return;
    }
    work->mode = WORKER_MODE_ANALYSE;
    pool_again(hearing->pool, work);
}

static void choose(struct hearing *hearing, struct work *work, const struct media_list *alike)
{
    uint64_t analyser = pool_analyser(hearing->pool);
    const struct media *done = find(alike, is_analysed, analyser);
    const struct media *bad = work->retry ? NULL : find(alike, is_quarantined, analyser);

    if (done)
        tell_known(hearing, work, done, ANALYSIS_STATE_DONE);
    else if (bad)
        tell_known(hearing, work, bad, ANALYSIS_STATE_QUARANTINED);
    else
        listen(hearing, work);
}

static void load_alike(struct hearing *hearing, const struct work *work, struct media_list *alike)
{
    struct bytes content = bytes_of(work->content, sizeof(work->content));

    *alike = (struct media_list){ 0 };
    if (known_with_content(hearing->known, &hearing->arena, content, ALIKE_MAX, alike) != ERR_OK)
        log_warn("cannot look up the content of %s", work->path);
}

static void looked(void *state, struct work *work, struct id older)
{
    struct hearing *hearing = state;
    struct media_list alike;

    work->older = older;
    load_alike(hearing, work, &alike);
    choose(hearing, work, &alike);
    arena_reset(&hearing->arena);
}

/* The content is known by its hash: is it an item that moved here, or known, or is it to be listened to? */
static void decide(struct hearing *hearing, struct work *work)
{
    struct reunite_listener listener = { looked, hearing };
    struct media_list alike;

    load_alike(hearing, work, &alike);
    bool looks = work->created && id_is_zero(work->older) &&
                 reunite_start(hearing->errands, hearing->known, work, &alike, &listener);
    if (!looks)
        choose(hearing, work, &alike);
    arena_reset(&hearing->arena);
}

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

    work->has_content = found->content.len == sizeof(work->content);
    if (!work->has_content)
        return;
    memcpy(work->content, found->content.at, sizeof(work->content));
    arena_reset(&work->arena);
    if (codec_copy(&analysed_shape, &(struct analysed){ .facts = found->facts }, &work->arena, &copy) == ERR_OK)
        work->facts = copy.facts;
}

static void heard(void *state, struct work *work, const struct result *result)
{
    struct hearing *hearing = state;

    if (work->ticket.number != 0) {
        answer_ask(hearing, work, result);
        return;
    }
    if (work->mode == WORKER_MODE_HASH)
        keep_hash(work, &result->found);
    if (result->found.state.value != ANALYSIS_STATE_WAITING) {
        tell_found(hearing, work, &result->found);
    } else if (work->has_content) {
        decide(hearing, work);
    } else {
        work->mode = WORKER_MODE_ANALYSE;
        pool_again(hearing->pool, work);
    }
}

static void lost(void *state, struct work *work, enum pool_loss loss)
{
    struct hearing *hearing = state;

    if (loss == POOL_HUNG && !hearing->hung)
        log_error("the file system of %s does not answer", work->path);
    hearing->hung = loss == POOL_HUNG;
    if (loss == POOL_CHANGED)
        hearing->listener.look_again(hearing->listener.state, work->library, work->path);
    give_up(hearing, work);
}

/* ---- from outside ---- */

enum err hearing_new(struct service *service, struct errands *errands, struct known *known,
                     const struct pool_settings *settings, const struct hearing_listener *listener,
                     struct hearing **hearing, struct fault *fault)
{
    struct hearing *h = calloc(1, sizeof(*h));

    if (!h)
        return fault_set(fault, ERR_FULL, "no memory to hear files");
    h->service = service;
    h->errands = errands;
    h->known = known;
    h->listener = *listener;
    enum err e = tell_new(service, &(struct tell_listener){ told, room, h }, &h->tell, fault);
    if (e == ERR_OK)
        e = pool_new(service, errands, settings, &(struct pool_listener){ heard, lost, h }, &h->pool, fault);
    if (e != ERR_OK) {
        hearing_free(h);
        return e;
    }
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
    idset_free(&hearing->items);
    idset_free(&hearing->contents);
    arena_free(&hearing->arena);
    free(hearing);
}

void hearing_add(struct hearing *hearing, struct work *work)
{
    if (!idset_add(&hearing->items, work->id)) {
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

static bool of_library(const void *library, const struct work *work)
{
    return id_equal(*(const struct id *)library, work->library);
}

void hearing_withdraw(struct hearing *hearing, struct id library)
{
    struct work_queue dropped = pool_withdraw(hearing->pool, library);
    struct work_queue twins = work_queue_take(&hearing->twins, of_library, &library);
    struct work *work;

    work_queue_append(&dropped, &twins);
    while ((work = work_pop(&dropped)))
        give_up(hearing, work);
}

void hearing_turn(struct hearing *hearing)
{
    tell_turn(hearing->tell);
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
    return hearing->items.count == 0 && tell_is_empty(hearing->tell);
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
