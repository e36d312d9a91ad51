#include "proto/service/workers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "proto/limits.h"
#include "proto/transport/starter.h"

enum { RETRY_US = 1000000, TICK_US = 100000, DYING_MAX = 256 };

struct workers {
    struct service *service;
    struct workers_settings settings;
    struct workers_events events;
    struct worker each[WORKERS_MAX];
    pid_t dying[DYING_MAX];
    uint32_t dying_count;
    usec_t start_again; /* after a failed start: earliest time of the next */
    bool is_wanted;     /* workers_take returned NULL */
    struct arena arena; /* of one answer */
    char alarm[SANDBOXED_WHY_SIZE];
};

static void take_message(void *state, int fd);

/* ---- start and end ---- */

static bool is_running(const struct worker *worker)
{
    return worker->process.pid != 0;
}

static void bury_dead(struct workers *workers)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < workers->dying_count; i++)
        if (waitpid(workers->dying[i], NULL, WNOHANG) == 0)
            workers->dying[left++] = workers->dying[i];
    workers->dying_count = left;
}

/* `why` gets the cause if it died by itself, else "". */
static void end_worker(struct workers *workers, struct worker *worker, char why[SANDBOXED_WHY_SIZE])
{
    service_unwatch(workers->service, worker->process.pipe.fd);
    pid_t pid = sandboxed_kill(&worker->process, why);
    if (pid != 0 && workers->dying_count < DYING_MAX)
        workers->dying[workers->dying_count++] = pid;
    *worker = (struct worker){ .process = { .pipe = { .fd = -1 } } };
}

static void raise_alarm(struct workers *workers, const char *what, const struct fault *fault)
{
    if (!workers->alarm[0])
        log_error("%s: %s", what, fault->what);
    snprintf(workers->alarm, sizeof(workers->alarm), "%s: %.150s", what, fault->what);
    workers->start_again = clock_steady() + RETRY_US;
}

static enum err start_worker(struct workers *workers, struct worker *worker, struct fault *fault)
{
    *worker = (struct worker){ 0 };
    enum err e = sandboxed_start(&worker->process, workers->settings.program, workers->settings.mode, fault);
    if (e != ERR_OK)
        return e;
    if (service_watch(workers->service, worker->process.pipe.fd, take_message, workers) != ERR_OK)
        e = fault_set(fault, ERR_FULL, "the service watches too many descriptors for another worker");
    else
        e = workers->events.prove(worker, fault);
    if (e != ERR_OK)
        end_worker(workers, worker, (char[SANDBOXED_WHY_SIZE]){ 0 });
    return e;
}

static void start_ahead(struct workers *workers)
{
    struct fault fault = { 0 };
    uint32_t ahead = 0;

    for (uint32_t i = 0; i < workers->settings.most; i++)
        ahead += is_running(&workers->each[i]) && !workers->each[i].holder;
    for (uint32_t i = 0; i < workers->settings.most && ahead < workers->settings.ahead; i++)
        if (!is_running(&workers->each[i]) && clock_steady() >= workers->start_again) {
            if (start_worker(workers, &workers->each[i], &fault) != ERR_OK)
                raise_alarm(workers, "no worker can be started", &fault);
            ahead++;
        }
}

void workers_drop(struct workers *workers, struct worker *worker)
{
    if (is_running(worker))
        end_worker(workers, worker, (char[SANDBOXED_WHY_SIZE]){ 0 });
}

/* The death of an unproved worker is the program's fault; that of any other is its file's. */
static void lose_worker(struct workers *workers, struct worker *worker, struct fault *fault)
{
    void *holder = worker->holder;
    bool is_proved = worker->is_proved;
    char how[SANDBOXED_WHY_SIZE];

    end_worker(workers, worker, how);
    if (how[0])
        fault_set(fault, ERR_OFFLINE, "%s", how);
    if (!is_proved)
        raise_alarm(workers, "workers die when they start", fault);
    start_ahead(workers);
    if (holder)
        workers->events.lost(workers->events.state, holder, fault);
}

/* ---- messages ---- */

bool workers_is_free(const struct worker *worker)
{
    return !worker->is_asked && !worker->is_broken;
}

static bool is_spare(const struct worker *worker)
{
    return is_running(worker) && !worker->holder && workers_is_free(worker);
}

void workers_ask(struct worker *worker, const struct shape *shape, const void *message, uint64_t *number, int fd,
                 usec_t patience)
{
    *number = ++worker->number;
    worker->is_asked = true;
    worker->limit = patience;
    worker->is_broken = pipe_send(&worker->process.pipe, shape, message, fd, NULL) != ERR_OK;
}

static enum err check_number(const struct workers *workers, const struct worker *worker, const void *answer,
                             struct fault *fault)
{
    uint64_t number;

    memcpy(&number, (const char *)answer + workers->settings.number_at, sizeof(number));
    if (worker->is_asked && number == worker->number)
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "the worker answered a job that it was not given");
}

static enum err receive_answer(struct workers *workers, struct worker *worker, struct fault *fault)
{
    const struct shape *shape = workers->settings.answer;
    void *answer = arena_alloc(&workers->arena, shape->size);
    enum err e = pipe_receive(&worker->process.pipe, PIPE_NOW, shape, &workers->arena, answer, NULL, fault);

    if (e == ERR_OK)
        e = check_number(workers, worker, answer, fault);
    if (e != ERR_OK)
        return e;
    worker->is_asked = false;
    if (!worker->is_proved)
        workers->alarm[0] = '\0';
    worker->is_proved = true;
    return workers->events.answered(workers->events.state, worker, answer, fault);
}

static void serve_worker(struct workers *workers, struct worker *worker)
{
    struct fault fault = { 0 };
    enum err e = receive_answer(workers, worker, &fault);

    if (e != ERR_OK && e != ERR_BUSY)
        lose_worker(workers, worker, &fault);
    else if (is_spare(worker) && worker->files >= WORKERS_FILES)
        workers_drop(workers, worker);
}

static void offer_spare(struct workers *workers)
{
    for (uint32_t i = 0; i < workers->settings.most && workers->is_wanted; i++)
        if (is_spare(&workers->each[i])) {
            workers->is_wanted = false;
            workers->events.spare(workers->events.state);
        }
}

static void take_message(void *state, int fd)
{
    struct workers *workers = state;

    for (uint32_t i = 0; i < workers->settings.most; i++)
        if (is_running(&workers->each[i]) && workers->each[i].process.pipe.fd == fd) {
            serve_worker(workers, &workers->each[i]);
            break;
        }
    arena_reset(&workers->arena);
    offer_spare(workers);
}

/* ---- interface ---- */

struct workers *workers_new(struct service *service, const struct workers_settings *settings,
                            const struct workers_events *events)
{
    struct workers *workers = alloc_zeroed(1, sizeof(*workers));

    workers->arena.limit = LIMIT_ARENA;
    workers->service = service;
    workers->settings = *settings;
    workers->events = *events;
    (void)starter_open(); /* before the service opens media */
    start_ahead(workers);
    return workers;
}

void workers_free(struct workers *workers)
{
    if (!workers)
        return;
    for (uint32_t i = 0; i < workers->settings.most; i++)
        if (is_running(&workers->each[i]))
            end_worker(workers, &workers->each[i], (char[SANDBOXED_WHY_SIZE]){ 0 });
    arena_free(&workers->arena);
    free(workers);
}

/* Most jobs end before a tick sees them, so the wait begins at the first one that does. */
static bool is_late(struct worker *worker)
{
    if (worker->waited_for == worker->number)
        return patience_is_over(&worker->waited, worker->limit, TICK_US);
    patience_begin(&worker->waited, worker->process.pid);
    worker->waited_for = worker->number;
    return false;
}

static void check_worker(struct workers *workers, struct worker *worker)
{
    struct fault fault = { 0 };

    if (worker->is_broken)
        fault_set(&fault, ERR_BAD_REQUEST, "the worker accepts no message");
    else if (worker->is_asked && is_late(worker))
        fault_set(&fault, ERR_TIMEOUT, "the worker did not answer in time");
    if (fault.code != ERR_OK)
        lose_worker(workers, worker, &fault);
}

void workers_tick(struct workers *workers)
{
    bury_dead(workers);
    for (uint32_t i = 0; i < workers->settings.most; i++)
        if (is_running(&workers->each[i]))
            check_worker(workers, &workers->each[i]);
    start_ahead(workers);
    offer_spare(workers);
}

const char *workers_alarm(const struct workers *workers)
{
    return workers->alarm;
}

struct worker *workers_take(struct workers *workers, void *holder)
{
    struct worker *found = NULL;

    for (uint32_t i = 0; i < workers->settings.most && !found; i++)
        if (is_spare(&workers->each[i]))
            found = &workers->each[i];
    if (found) {
        found->holder = holder;
        found->files++;
    }
    workers->is_wanted = workers->is_wanted || !found;
    start_ahead(workers);
    return found;
}

void workers_give_back(struct workers *workers, struct worker *worker)
{
    worker->holder = NULL;
    if (is_spare(worker) && worker->files >= WORKERS_FILES)
        workers_drop(workers, worker);
}

void *workers_holder(const struct workers *workers, uint32_t *at)
{
    while (*at < workers->settings.most)
        if (workers->each[(*at)++].holder)
            return workers->each[*at - 1].holder;
    return NULL;
}
