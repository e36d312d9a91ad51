#include "services/streamer/play/reel_worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "proto/transport/limits.h"

enum { START_US = 20000000, CLOSE_US = 1000000, RETRY_US = 1000000, FILES_A_WORKER = 1000, DYING_MAX = 256 };

struct reel_worker {
    struct sandboxed process;
    void *holder;    /* NULL: spare, or giving its file back */
    uint64_t number; /* of the last pull */
    bool is_asked;   /* it has not been answered */
    bool is_broken;  /* its pipe did not take the last one */
    usec_t deadline; /* of that answer */
    uint32_t files;
};

struct reel_workers {
    struct service *service;
    struct reel_workers_listener listener;
    char program[PATH_MAX + 32];
    struct reel_worker each[REEL_WORKERS_MAX];
    pid_t dying[DYING_MAX];
    uint32_t dying_count;
    usec_t start_again; /* a start failed: not before */
    bool is_wanted;     /* somebody waits for one */
    struct arena arena; /* of one answer */
    char alarm[SANDBOXED_WHY_SIZE];
};

static void worker_readable(void *state, int fd);

/* ---- they come and go ---- */

static void bury_workers(struct reel_workers *workers)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < workers->dying_count; i++)
        if (waitpid(workers->dying[i], NULL, WNOHANG) == 0)
            workers->dying[left++] = workers->dying[i];
    workers->dying_count = left;
}

static void drop_worker(struct reel_workers *workers, struct reel_worker *worker)
{
    service_unwatch(workers->service, worker->process.pipe.fd);
    pid_t pid = sandboxed_kill(&worker->process);
    if (pid != 0 && workers->dying_count < DYING_MAX)
        workers->dying[workers->dying_count++] = pid;
    *worker = (struct reel_worker){ .process = { .pipe = { .fd = -1 } } };
}

static void report_start(struct reel_workers *workers, const struct fault *fault)
{
    if (!workers->alarm[0])
        log_fault("starting a worker", fault);
    snprintf(workers->alarm, sizeof(workers->alarm), "no worker can be started: %.150s", fault->what);
    workers->start_again = clock_steady() + RETRY_US;
}

/* A closed file is the first thing it answers: that shows that it works. */
static void start_worker(struct reel_workers *workers, struct reel_worker *worker)
{
    struct pull first = { .verb = { .value = WORKER_VERB_CLOSE } };
    struct fault fault = { 0 };

    *worker = (struct reel_worker){ 0 };
    if (sandboxed_start(&worker->process, workers->program, "stream", &fault) != ERR_OK) {
        report_start(workers, &fault);
        return;
    }
    if (service_watch(workers->service, worker->process.pipe.fd, worker_readable, workers) == ERR_OK) {
        reel_worker_pull(workers, worker, &first, -1, START_US);
        return;
    }
    fault_set(&fault, ERR_FULL, "the service watches too many descriptors for another worker");
    report_start(workers, &fault);
    sandboxed_kill(&worker->process);
}

static bool is_spare(const struct reel_worker *worker)
{
    return worker->process.pid != 0 && !worker->holder && reel_worker_is_free(worker);
}

static bool is_coming(const struct reel_worker *worker)
{
    return worker->process.pid != 0 && !worker->holder;
}

static void start_ahead(struct reel_workers *workers)
{
    uint32_t ahead = 0;

    for (uint32_t i = 0; i < REEL_WORKERS_MAX; i++)
        ahead += is_coming(&workers->each[i]);
    for (uint32_t i = 0; i < REEL_WORKERS_MAX && ahead < REEL_WORKERS_AHEAD; i++)
        if (workers->each[i].process.pid == 0 && clock_steady() >= workers->start_again) {
            start_worker(workers, &workers->each[i]);
            ahead++;
        }
}

/* ---- answers ---- */

static void lose_worker(struct reel_workers *workers, struct reel_worker *worker, const char *why)
{
    void *holder = worker->holder;
    struct fault fault = { 0 };

    fault_set(&fault, worker->is_asked && clock_steady() > worker->deadline ? ERR_TIMEOUT : ERR_BAD_REQUEST, "%s", why);
    if (!holder && worker->files == 0)
        report_start(workers, &fault);
    drop_worker(workers, worker);
    if (holder)
        workers->listener.lost(holder, &fault);
}

static void take_answer(struct reel_workers *workers, struct reel_worker *worker)
{
    struct pulled pulled = { 0 };
    struct fault fault = { 0 };
    enum err e = pipe_receive(&worker->process.pipe, PIPE_NOW, &pulled_shape, &workers->arena, &pulled, NULL, &fault);

    if (e == ERR_BUSY)
        return;
    if (e != ERR_OK || !worker->is_asked || pulled.number != worker->number) {
        lose_worker(workers, worker, e == ERR_OFFLINE ? "its decoder ended" : "its decoder answers nonsense");
        return;
    }
    worker->is_asked = false;
    workers->alarm[0] = 0;
    if (worker->holder)
        workers->listener.answered(worker->holder, &pulled);
    else if (worker->files >= FILES_A_WORKER)
        drop_worker(workers, worker);
}

static void tell_spare(struct reel_workers *workers)
{
    for (uint32_t i = 0; i < REEL_WORKERS_MAX && workers->is_wanted; i++)
        if (is_spare(&workers->each[i])) {
            workers->is_wanted = false;
            workers->listener.spare(workers->listener.state);
        }
}

static void worker_readable(void *state, int fd)
{
    struct reel_workers *workers = state;

    for (uint32_t i = 0; i < REEL_WORKERS_MAX; i++)
        if (workers->each[i].process.pid != 0 && workers->each[i].process.pipe.fd == fd) {
            take_answer(workers, &workers->each[i]);
            break;
        }
    arena_reset(&workers->arena);
    tell_spare(workers);
}

/* ---- from outside ---- */

struct reel_workers *reel_workers_new(struct service *service, const struct reel_workers_listener *listener)
{
    struct reel_workers *made = alloc_zeroed(1, sizeof(*made));

    made->arena.limit = LIMIT_ARENA;
    made->service = service;
    made->listener = *listener;
    snprintf(made->program, sizeof(made->program), "%s/loophole-worker", service_paths(service)->programs);
    start_ahead(made);
    return made;
}

void reel_workers_free(struct reel_workers *workers)
{
    if (!workers)
        return;
    for (uint32_t i = 0; i < REEL_WORKERS_MAX; i++)
        if (workers->each[i].process.pid != 0)
            drop_worker(workers, &workers->each[i]);
    arena_free(&workers->arena);
    free(workers);
}

void reel_workers_tick(struct reel_workers *workers)
{
    usec_t now = clock_steady();

    bury_workers(workers);
    for (uint32_t i = 0; i < REEL_WORKERS_MAX; i++) {
        struct reel_worker *worker = &workers->each[i];
        if (worker->process.pid != 0 && worker->is_broken)
            lose_worker(workers, worker, "its decoder takes no more");
        else if (worker->process.pid != 0 && worker->is_asked && now > worker->deadline)
            lose_worker(workers, worker, "its file system does not answer");
    }
    start_ahead(workers);
    tell_spare(workers);
}

const char *reel_workers_alarm(const struct reel_workers *workers)
{
    return workers->alarm;
}

struct reel_worker *reel_worker_take(struct reel_workers *workers, void *holder)
{
    for (uint32_t i = 0; i < REEL_WORKERS_MAX; i++)
        if (is_spare(&workers->each[i])) {
            workers->each[i].holder = holder;
            workers->each[i].files++;
            start_ahead(workers);
            return &workers->each[i];
        }
    workers->is_wanted = true;
    start_ahead(workers);
    return NULL;
}

void reel_worker_pull(struct reel_workers *workers, struct reel_worker *worker, struct pull *pull, int fd,
                      usec_t patience)
{
    (void)workers;
    pull->number = ++worker->number;
    worker->is_asked = true;
    worker->deadline = clock_steady() + patience;
    worker->is_broken = pipe_send(&worker->process.pipe, &pull_shape, pull, fd, NULL) != ERR_OK;
}

bool reel_worker_is_free(const struct reel_worker *worker)
{
    return !worker->is_asked && !worker->is_broken;
}

void reel_worker_give_back(struct reel_workers *workers, struct reel_worker *worker)
{
    struct pull close = { .verb = { .value = WORKER_VERB_CLOSE } };

    worker->holder = NULL;
    if (reel_worker_is_free(worker))
        reel_worker_pull(workers, worker, &close, -1, CLOSE_US);
    else
        drop_worker(workers, worker);
}
