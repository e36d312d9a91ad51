#include "services/indexer/analyse/pool.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "common/process/opening.h"
#include "proto/transport/foreign.h"
#include "services/indexer/analyse/renewals.h"
#include "services/indexer/analyse/unchanged.h"
#include "services/indexer/base/naming.h"

enum { BYTES_A_DEADLINE = 64 << 20, OPEN_AHEAD = 2, OPEN_US = 20000000 };

struct pool {
    struct errands *errands;
    struct pool_settings settings;
    struct pool_events events;
    struct workers *workers;
    struct analysis_queue waiting, ready;
    struct renewals renewals; /* after all that wait */
    uint32_t opening;         /* files being opened */
    uint32_t decoding;        /* files that ffmpeg decodes */
    uint32_t looking;         /* files that were read, and are compared with what the scan saw */
    uint64_t analyser;
    bool hold;
};

static void hand_out_ready(struct pool *pool);

/* ---- the result of a file ---- */

static void lose_work(struct pool *pool, struct analysis *analysis, enum pool_loss loss, const char *why)
{
    pool->events.lost(pool->events.state, analysis, loss, text_of(why));
}

static void start_look(struct pool *pool, struct analysis *analysis, const struct result *result, bool reads,
                       unchanged_found *take)
{
    pool->looking++;
    unchanged_start(pool->errands, analysis, result, reads, take, pool);
}

/* False: the analysis is lost. */
static bool keep_or_lose(struct pool *pool, struct analysis *analysis, enum unchanged found)
{
    pool->looking--;
    if (found == UNCHANGED_NO)
        lose_work(pool, analysis, POOL_CHANGED, "");
    else if (found == UNCHANGED_HUNG)
        lose_work(pool, analysis, POOL_HUNG, "its file system does not answer");
    else if (found == UNCHANGED_UNREAD)
        lose_work(pool, analysis, POOL_UNREAD, "it cannot be read");
    return found == UNCHANGED_YES;
}

static void take_look(void *state, struct analysis *analysis, const struct result *result, enum unchanged found);

/* A verdict of the pool itself, whose cause may be the drive: it counts only if the file can be read now. `seconds`:
 * the length of the file; 0: unknown. */
static void found_length(struct pool *pool, struct analysis *analysis, enum analysis_state state, double seconds,
                         const char *why)
{
    struct fact length = { .attribute = TEXT("duration_s"),
                           .source = { .value = SOURCE_ANALYSIS },
                           .has_number = true,
                           .number = seconds,
                           .confidence = 1,
                           .shown = true };
    struct result result = { .found = { .state = { .value = (int32_t)state },
                                        .failure = text_of(why),
                                        .analyser = pool->analyser,
                                        .facts = { seconds > 0, &length } } };

    if (!id_is_zero(analysis->content))
        result.found.content = bytes_of(analysis->content.b, sizeof(analysis->content.b));
    if (analysis->ticket.number == 0 && analysis->fd >= 0)
        start_look(pool, analysis, &result, true, take_look);
    else
        pool->events.analysed(pool->events.state, analysis, &result);
}

static void found_nothing(struct pool *pool, struct analysis *analysis, enum analysis_state state, const char *why)
{
    found_length(pool, analysis, state, 0, why);
}

static void return_lost_work(struct pool *pool, struct analysis *analysis, const char *why)
{
    char words[SANDBOXED_WHY_SIZE + 64];

    log_warn("a worker died while it analysed %s: %s", analysis->path, why);
    if (strcmp(why, SANDBOXED_NO_MEMORY) == 0) { /* the sandbox's bound, not a fault of the worker */
        found_nothing(pool, analysis, ANALYSIS_STATE_FAILED, why);
        return;
    }
    if (++analysis->deaths < POOL_DEATHS_MAX) {
        pool_add(pool, analysis);
        return;
    }
    snprintf(words, sizeof(words), "it ended %d workers: %s", analysis->deaths, why);
    found_nothing(pool, analysis, ANALYSIS_STATE_QUARANTINED, words);
}

static void return_late_work(struct pool *pool, struct analysis *analysis)
{
    char late[64];

    snprintf(late, sizeof(late), "no answer within %lld s", (long long)(pool->settings.deadline / 1000000));
    return_lost_work(pool, analysis, late);
}

static void take_late_look(void *state, struct analysis *analysis, const struct result *unused, enum unchanged found)
{
    struct pool *pool = state;

    (void)unused;
    if (keep_or_lose(pool, analysis, found))
        return_late_work(pool, analysis);
    hand_out_ready(pool);
}

/* A worker that is late may wait for the file system. */
static void lose_worker(void *state, void *holder, const struct fault *fault)
{
    struct pool *pool = state;
    struct analysis *analysis = holder;

    if (fault->code != ERR_TIMEOUT)
        return_lost_work(pool, analysis, fault->what);
    else if (analysis->ticket.number != 0)
        return_late_work(pool, analysis);
    else
        start_look(pool, analysis, &(struct result){ 0 }, true, take_late_look);
    hand_out_ready(pool);
}

/* ---- a file that ffmpeg decodes ---- */

/* True: the error says nothing about the file. */
static bool is_not_its_fault(const struct analysis *analysis, const struct fault *fault)
{
    const enum err e = fault->code;

    return analysis->ticket.number == 0 && (e == ERR_IO || e == ERR_FULL || e == ERR_BUSY);
}

/* A video that has no sound, or that ffmpeg cannot decode, gets no analysis, at most its length. */
static void take_sound(void *state, void *what, int fd, double seconds, const struct fault *fault)
{
    struct pool *pool = state;
    struct analysis *analysis = what;
    bool is_video = naming_kind(bytes_of(analysis->path, strlen(analysis->path))) == KIND_VIDEO;
    bool is_none = is_video && fault->code == ERR_BAD_REQUEST;

    pool->decoding--;
    analysis->sound = fd;
    if (fd >= 0)
        analysis_push(&pool->ready, analysis);
    else if (is_not_its_fault(analysis, fault))
        lose_work(pool, analysis, POOL_NOT_NOW, fault->what);
    else
        found_length(pool, analysis, is_none ? ANALYSIS_STATE_NONE : ANALYSIS_STATE_FAILED, seconds,
                     fault->code == ERR_BAD_REQUEST && analysis->refused ? analysis->refused : fault->what);
    hand_out_ready(pool);
}

/* False: the file has another content than the one for which it was opened, although size and time are the same. */
static bool has_its_content(const struct analysis *analysis, const struct analysed *found)
{
    return id_is_zero(analysis->content) ||
           memcmp(analysis->content.b, found->content.at, sizeof(analysis->content.b)) == 0;
}

/* The worker named its content; ffmpeg makes a WAV of its sound, which another job then analyses. */
static void decode_sound(struct pool *pool, struct analysis *analysis, const struct analysed *found)
{
    const struct foreign_plan plan = { pool->settings.programs, pool->settings.folder, analysis->fd };

    if (!has_its_content(analysis, found)) {
        lose_work(pool, analysis, POOL_CHANGED, "");
        return;
    }
    memcpy(analysis->content.b, found->content.at, sizeof(analysis->content.b));
    (void)text_copy(analysis->container, sizeof(analysis->container), found->container);
    if (found->failure.len > 0)
        analysis->refused = arena_printf(&analysis->arena, "%.*s", TEXT_ARG(found->failure)).at;
    pool->decoding++;
    (void)foreign_start(pool->errands, &plan, take_sound, pool, analysis);
}

static bool needs_sound(const struct analysis *analysis, const struct result *result)
{
    return analysis->mode == WORKER_MODE_ANALYSE && analysis->sound < 0 &&
           result->found.state.value == ANALYSIS_STATE_WAITING;
}

static void pass_result(struct pool *pool, struct analysis *analysis, const struct result *result)
{
    if (analysis->ticket.number == 0 && result->has_disk && result->disk)
        pool->events.lost(pool->events.state, analysis, POOL_UNREAD, result->found.failure);
    else if (needs_sound(analysis, result))
        decode_sound(pool, analysis, &result->found);
    else
        pool->events.analysed(pool->events.state, analysis, result);
}

static void take_look(void *state, struct analysis *analysis, const struct result *result, enum unchanged found)
{
    struct pool *pool = state;

    if (keep_or_lose(pool, analysis, found))
        pass_result(pool, analysis, result);
    hand_out_ready(pool);
}

/* The worker asked the file system after its last read, unless it read the sound that ffmpeg made of the file. That a
 * file has changed is not believed: with such a worker, the file would be scanned and analysed without end. */
static void look_at_file(struct pool *pool, struct analysis *analysis, const struct result *result)
{
    if (result->has_after && analysis->sound < 0 && unchanged_since_scan(analysis, &result->after))
        pass_result(pool, analysis, result);
    else
        start_look(pool, analysis, result, false, take_look);
}

static void finish_work(struct pool *pool, struct worker *worker, const struct result *result)
{
    struct analysis *analysis =
        worker->holder; /* occupied until the end, so that the worker gets no other file meanwhile */
    bool failed = result->found.state.value == ANALYSIS_STATE_FAILED;

    if (analysis->ticket.number != 0)
        pass_result(pool, analysis, result);
    else
        look_at_file(pool, analysis, result);
    if (failed)
        workers_drop(pool->workers, worker);
    else
        workers_give_back(pool->workers, worker);
}

static enum err take_analysed(void *state, struct worker *worker, const void *answer, struct fault *fault)
{
    const struct result *result = answer;
    struct pool *pool = state;
    struct analysis *analysis = worker->holder;
    enum err e = analysis ? worker_check(result, analysis->mode, fault) : ERR_OK;

    if (e != ERR_OK)
        return e;
    if (analysis)
        finish_work(pool, worker, result);
    else
        pool->analyser = result->found.analyser; /* the answer to the first job */
    hand_out_ready(pool);
    return ERR_OK;
}

/* ---- from the queue to a worker ---- */

/* The file of the scan is gone, or was replaced: the next scan finds out. */
static bool has_changed(const struct analysis *analysis, const struct opened_file *file, const struct fault *fault)
{
    if (fault->code == ERR_OK)
        return file->size != analysis->size || file->mtime != analysis->mtime ||
               (analysis->changed && file->changed != analysis->changed);
    return fault->code == ERR_NOT_FOUND || fault->code == ERR_BAD_REQUEST || fault->code == ERR_OFFLINE;
}

static void take_opened(void *state, void *what, const struct opened_file *file, const struct fault *fault)
{
    struct pool *pool = state;
    struct analysis *analysis = what;
    bool asked = analysis->ticket.number != 0;

    pool->opening--;
    analysis->fd = file->fd;
    if (asked && fault->code == ERR_OK) {
        analysis->size = file->size;
        analysis->mtime = file->mtime;
    }
    if (!asked && has_changed(analysis, file, fault))
        lose_work(pool, analysis, POOL_CHANGED, "");
    else if (!asked && fault->code == ERR_TIMEOUT)
        lose_work(pool, analysis, POOL_HUNG, fault->what);
    else if (is_not_its_fault(analysis, fault))
        lose_work(pool, analysis, POOL_NOT_NOW, fault->what);
    else if (fault->code != ERR_OK)
        found_nothing(pool, analysis, ANALYSIS_STATE_FAILED, fault->what);
    else
        analysis_push(&pool->ready, analysis);
    hand_out_ready(pool);
}

static void open_ahead(struct pool *pool)
{
    while (pool->opening + pool->ready.count + pool->decoding + pool->looking < pool->settings.workers + OPEN_AHEAD) {
        struct analysis *analysis = pool->waiting.first ? analysis_pop(&pool->waiting) : renewals_take(&pool->renewals);
        if (!analysis)
            return;
        if (analysis->fd >= 0) {
            analysis_push(&pool->ready, analysis);
        } else {
            opening_start(pool->errands, door_to(analysis->path), 0, OPEN_US, analysis->is_cloud,
                          (struct opening_events){ take_opened, pool }, analysis);
            pool->opening++;
        }
    }
}

static usec_t patience_for(const struct pool *pool, const struct analysis *analysis)
{
    struct stat sound; /* much larger than the file that it was decoded from */
    uint64_t size =
        analysis->sound >= 0 && fstat(analysis->sound, &sound) == 0 ? (uint64_t)sound.st_size : analysis->size;

    return pool->settings.deadline * (usec_t)(1 + size / BYTES_A_DEADLINE);
}

static void hand_out_ready(struct pool *pool)
{
    struct worker *worker;

    if (pool->hold)
        return;
    open_ahead(pool);
    while (pool->ready.first && (worker = workers_take(pool->workers, pool->ready.first))) {
        struct analysis *analysis = analysis_pop(&pool->ready);
        worker_give(worker, analysis, patience_for(pool, analysis));
    }
}

static void take_spare(void *state)
{
    hand_out_ready(state);
}

/* ---- the functions of pool.h ---- */

struct pool *pool_new(struct service *service, struct errands *errands, const struct pool_settings *settings,
                      const struct pool_events *events)
{
    struct pool *p = alloc_zeroed(1, sizeof(*p));

    p->errands = errands;
    p->settings = *settings;
    p->events = *events;
    p->workers = workers_new(service,
                             &(struct workers_settings){ settings->program, NULL, settings->workers, settings->workers,
                                                         &result_shape, offsetof(struct result, number) },
                             &(struct workers_events){ worker_prove, take_analysed, lose_worker, take_spare, p });
    return p;
}

void pool_free(struct pool *pool)
{
    struct analysis *analysis;

    if (!pool)
        return;
    for (uint32_t i = 0; (analysis = workers_holder(pool->workers, &i));)
        analysis_free(analysis);
    workers_free(pool->workers);
    analysis_queue_clear(&pool->waiting);
    analysis_queue_clear(&pool->ready);
    renewals_clear(&pool->renewals);
    free(pool);
}

void pool_add(struct pool *pool, struct analysis *analysis)
{
    if (analysis->renews == 0)
        analysis_push(&pool->waiting, analysis);
    else
        renewals_add(&pool->renewals, analysis);
    hand_out_ready(pool);
}

void pool_again(struct pool *pool, struct analysis *analysis)
{
    analysis_push_front(analysis->fd >= 0 ? &pool->ready : &pool->waiting, analysis);
    hand_out_ready(pool);
}

static bool of_library(const void *library, const struct analysis *analysis)
{
    return id_equal(*(const struct id *)library, analysis->library);
}

struct analysis_queue pool_withdraw(struct pool *pool, struct id library)
{
    struct analysis_queue taken = analysis_queue_take(&pool->waiting, of_library, &library);
    struct analysis_queue opened_ones = analysis_queue_take(&pool->ready, of_library, &library);

    analysis_queue_append(&taken, &opened_ones);
    renewals_take_of(&pool->renewals, library, &taken);
    return taken;
}

void pool_hold(struct pool *pool, bool hold)
{
    if (pool->hold == hold)
        return;
    pool->hold = hold;
    hand_out_ready(pool);
}

void pool_tick(struct pool *pool)
{
    workers_tick(pool->workers);
    hand_out_ready(pool);
}

uint64_t pool_waiting(const struct pool *pool)
{
    return pool->waiting.count + pool->renewals.count + pool->ready.count + pool->opening + pool->decoding;
}

uint64_t pool_analyser(const struct pool *pool)
{
    return pool->analyser;
}

const char *pool_alarm(const struct pool *pool)
{
    return workers_alarm(pool->workers);
}
