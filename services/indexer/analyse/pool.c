#include "services/indexer/analyse/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "common/process/opening.h"
#include "proto/transport/limits.h"
#include "services/indexer/analyse/renewals.h"

enum { RETRY_US = 1000000, BYTES_A_DEADLINE = 64 << 20, OPEN_AHEAD = 2, OPEN_US = 20000000 };

struct pool {
    struct service *service;
    struct errands *errands;
    struct pool_settings settings;
    struct pool_listener listener;
    struct worker workers[POOL_WORKERS_MAX];
    usec_t start_again; /* a start failed: not before */
    struct work_queue waiting, ready;
    struct renewals renewals; /* behind all that waits */
    uint32_t opening;         /* files being opened */
    struct arena arena;       /* of one result */
    uint64_t analyser;
    bool hold;
    char alarm[WORKER_WHY_SIZE];
};

static void hand_out_ready(struct pool *pool);
static void worker_readable(void *state, int fd);

/* ---- workers come and go ---- */

static void start_worker(struct pool *pool, struct worker *worker)
{
    struct fault fault = { 0 };

    if (worker_start(worker, pool->settings.program, &fault) == ERR_OK) {
        if (service_watch(pool->service, worker->process.pipe.fd, worker_readable, pool) == ERR_OK)
            return;
        fault_set(&fault, ERR_FULL, "the service watches too many descriptors for another worker");
        worker_end(worker, (char[WORKER_WHY_SIZE]){ 0 });
    }
    if (!pool->alarm[0])
        log_fault("starting a worker", &fault);
    snprintf(pool->alarm, sizeof(pool->alarm), "no worker can be started: %.150s", fault.what);
    pool->start_again = clock_steady() + RETRY_US;
}

static void end_worker(struct pool *pool, struct worker *worker, char why[WORKER_WHY_SIZE])
{
    if (worker->process.pid != 0)
        service_unwatch(pool->service, worker->process.pipe.fd);
    worker_end(worker, why);
}

static void replace_worker(struct pool *pool, struct worker *worker)
{
    end_worker(pool, worker, (char[WORKER_WHY_SIZE]){ 0 });
    start_worker(pool, worker);
}

static void heard_nothing(struct pool *pool, struct work *work, enum analysis_state state, const char *why)
{
    struct result result = {
        .found = { .state = { .value = (int32_t)state }, .failure = text_of(why), .analyser = pool->analyser }
    };

    if (!id_is_zero(work->content))
        result.found.content = bytes_of(work->content.b, sizeof(work->content.b));
    pool->listener.heard(pool->listener.state, work, &result);
}

static void give_back(struct pool *pool, struct work *work, const char *why)
{
    char words[WORKER_WHY_SIZE + 64];

    log_warn("a worker was lost over %s: %s", work->path, why);
    if (strcmp(why, SANDBOXED_NO_MEMORY) == 0) { /* the sandbox's bound, and no fault of the worker */
        heard_nothing(pool, work, ANALYSIS_STATE_FAILED, why);
        return;
    }
    if (++work->deaths < POOL_DEATHS_MAX) {
        pool_add(pool, work);
        return;
    }
    snprintf(words, sizeof(words), "it ended %d workers: %s", work->deaths, why);
    heard_nothing(pool, work, ANALYSIS_STATE_QUARANTINED, words);
}

/* A worker that did not answer its first job tells of the program, any other of its file. */
static void lose_worker(struct pool *pool, struct worker *worker, const char *why)
{
    struct work *work = worker->work;
    char how[WORKER_WHY_SIZE];
    bool answers = worker->answers;

    end_worker(pool, worker, how);
    if (how[0])
        why = how;
    if (answers) {
        start_worker(pool, worker);
    } else {
        if (!pool->alarm[0])
            log_error("workers end at their start: %s", why);
        snprintf(pool->alarm, sizeof(pool->alarm), "workers end at their start: %.150s", why);
        pool->start_again = clock_steady() + RETRY_US;
    }
    if (work)
        give_back(pool, work, why);
}

/* ---- answers ---- */

static void answer_first(struct pool *pool, struct worker *worker, const struct result *result)
{
    worker->answers = true;
    pool->analyser = result->found.analyser;
    pool->alarm[0] = 0;
}

static void answer_work(struct pool *pool, struct worker *worker, const struct result *result)
{
    struct work *work = worker->work;
    bool failed = result->found.state.value == ANALYSIS_STATE_FAILED;

    worker->work = NULL;
    worker->spent = failed || worker->files >= POOL_FILES_A_WORKER;
    if (work->ticket.number == 0 && !work_is_unchanged(work))
        pool->listener.lost(pool->listener.state, work, POOL_CHANGED);
    else
        pool->listener.heard(pool->listener.state, work, result);
    if (worker->spent)
        replace_worker(pool, worker);
}

static void take_result(struct pool *pool, struct worker *worker)
{
    struct result result = { 0 };
    struct fault fault = { 0 };
    enum err e = worker_take(worker, &pool->arena, &result, &fault);

    if (e == ERR_BUSY)
        return;
    if (e == ERR_OK && worker->answers)
        e = worker_check(&result, worker->work->mode, &fault);
    if (e != ERR_OK)
        lose_worker(pool, worker, fault.what);
    else if (!worker->answers)
        answer_first(pool, worker, &result);
    else
        answer_work(pool, worker, &result);
    arena_reset(&pool->arena);
}

static void worker_readable(void *state, int fd)
{
    struct pool *pool = state;

    for (unsigned i = 0; i < pool->settings.workers; i++)
        if (pool->workers[i].process.pid != 0 && pool->workers[i].process.pipe.fd == fd) {
            take_result(pool, &pool->workers[i]);
            break;
        }
    hand_out_ready(pool);
}

/* ---- from the queue to a worker ---- */

/* What a scan saw is gone, or it is another file now: the next scan will find out. */
static bool has_changed(const struct work *work, const struct opened_file *file, const struct fault *fault)
{
    if (fault->code == ERR_OK)
        return file->size != work->size || file->mtime != work->mtime;
    return fault->code == ERR_NOT_FOUND || fault->code == ERR_BAD_REQUEST;
}

static void take_opened(void *state, void *what, const struct opened_file *file, const struct fault *fault)
{
    struct pool *pool = state;
    struct work *work = what;
    bool asked = work->ticket.number != 0;

    pool->opening--;
    work->fd = file->fd;
    if (asked && fault->code == ERR_OK) {
        work->size = file->size;
        work->mtime = file->mtime;
    }
    if (!asked && has_changed(work, file, fault))
        pool->listener.lost(pool->listener.state, work, POOL_CHANGED);
    else if (!asked && fault->code == ERR_TIMEOUT)
        pool->listener.lost(pool->listener.state, work, POOL_HUNG);
    else if (fault->code != ERR_OK)
        heard_nothing(pool, work, ANALYSIS_STATE_FAILED, fault->what);
    else
        work_push(&pool->ready, work);
    hand_out_ready(pool);
}

static void open_ahead(struct pool *pool)
{
    while (pool->opening + pool->ready.count < pool->settings.workers + OPEN_AHEAD) {
        struct work *work = pool->waiting.first ? work_pop(&pool->waiting) : renewals_take(&pool->renewals);
        if (!work)
            return;
        if (work->fd >= 0) {
            work_push(&pool->ready, work);
        } else {
            opening_start(pool->errands, work->path, 0, OPEN_US, (struct opening_listener){ take_opened, pool }, work);
            pool->opening++;
        }
    }
}

static void hand_out(struct pool *pool, struct worker *worker, struct work *work)
{
    usec_t patience = pool->settings.deadline * (usec_t)(1 + work->size / BYTES_A_DEADLINE);
    struct fault fault = { 0 };

    if (worker_give(worker, work, work->mode, clock_steady() + patience, &fault) != ERR_OK)
        lose_worker(pool, worker, fault.what);
}

static void hand_out_ready(struct pool *pool)
{
    if (pool->hold)
        return;
    open_ahead(pool);
    for (unsigned i = 0; i < pool->settings.workers && pool->ready.first; i++) {
        struct worker *worker = &pool->workers[i];
        if (worker->process.pid != 0 && worker->answers && !worker->spent && worker->number == 0)
            hand_out(pool, worker, work_pop(&pool->ready));
    }
}

/* ---- from outside ---- */

struct pool *pool_new(struct service *service, struct errands *errands, const struct pool_settings *settings,
                      const struct pool_listener *listener)
{
    struct pool *p = alloc_zeroed(1, sizeof(*p));

    p->arena.limit = LIMIT_ARENA;
    p->service = service;
    p->errands = errands;
    p->settings = *settings;
    p->listener = *listener;
    for (unsigned i = 0; i < p->settings.workers; i++)
        start_worker(p, &p->workers[i]);
    return p;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    for (unsigned i = 0; i < pool->settings.workers; i++) {
        work_free(pool->workers[i].work);
        end_worker(pool, &pool->workers[i], (char[WORKER_WHY_SIZE]){ 0 });
    }
    work_queue_clear(&pool->waiting);
    work_queue_clear(&pool->ready);
    renewals_clear(&pool->renewals);
    arena_free(&pool->arena);
    free(pool);
}

void pool_add(struct pool *pool, struct work *work)
{
    if (work->renews == 0 || !renewals_add(&pool->renewals, work))
        work_push(&pool->waiting, work);
    hand_out_ready(pool);
}

void pool_again(struct pool *pool, struct work *work)
{
    work_push_front(work->fd >= 0 ? &pool->ready : &pool->waiting, work);
    hand_out_ready(pool);
}

static bool of_library(const void *library, const struct work *work)
{
    return id_equal(*(const struct id *)library, work->library);
}

struct work_queue pool_withdraw(struct pool *pool, struct id library)
{
    struct work_queue taken = work_queue_take(&pool->waiting, of_library, &library);
    struct work_queue opened_ones = work_queue_take(&pool->ready, of_library, &library);

    work_queue_append(&taken, &opened_ones);
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
    usec_t now = clock_steady();

    for (unsigned i = 0; i < pool->settings.workers; i++) {
        struct worker *worker = &pool->workers[i];
        char why[64];
        snprintf(why, sizeof(why), "no answer within %lld s", (long long)(pool->settings.deadline / 1000000));
        if (worker->process.pid == 0 && now >= pool->start_again)
            start_worker(pool, worker);
        else if (worker->process.pid != 0 && worker->number != 0 && now > worker->deadline)
            lose_worker(pool, worker, why);
    }
    hand_out_ready(pool);
}

uint64_t pool_waiting(const struct pool *pool)
{
    return pool->waiting.count + pool->renewals.count + pool->ready.count + pool->opening;
}

uint64_t pool_analyser(const struct pool *pool)
{
    return pool->analyser;
}

const char *pool_alarm(const struct pool *pool)
{
    return pool->alarm;
}
