#include "services/streamer/play/reel.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/process/opening.h"
#include "common/text.h"
#include "proto/service/workers.h"
#include "schema_worker.h"

enum {
    OPENERS = 8, /* threads */
    CHANNELS_MAX = 64,
    RATE_MIN = 1000,
    RATE_MAX = 768000,
    OPEN_AHEAD = 1 << 20,       /* bytes */
    OPEN_PATIENCE_US = 4000000, /* of the file system */
    WORKERS_AHEAD = 4,
    OPEN_US = 10000000,
    CLOSE_US = 1000000,
    READ_US = 60000000,
};

struct reels {
    struct service *service;
    struct mailbox *mailbox;
    struct errands *errands;
    struct workers *workers;
    struct reel *waiting; /* open files without a worker; newest first */
    char program[PATH_MAX + 32];
    float stereo[2 * REEL_FRAMES_MAX];
};

enum phase { OPENING, WAITING, ASKED, OPEN, READING, FAILED };

struct reel {
    struct reels *reels;
    struct reel_listener listener;
    enum phase phase;
    struct opening *opening;
    struct worker *worker;
    struct reel *next; /* of those that wait */
    int fd;            /* until a worker has it; -1 */
    struct reel_format format;
    int64_t frame; /* of the read under way */
    uint32_t frames;
    char extension[TEXT_EXTENSION_SIZE];
};

/* ---- failing ---- */

static void fail_reel(struct reel *reel, const struct fault *fault)
{
    reel->phase = FAILED;
    reel->listener.failed(reel->listener.state, fault);
}

static void fail_with(struct reel *reel, enum err code, const char *why)
{
    struct fault fault = { 0 };

    fault_set(&fault, code, "%s", why);
    fail_reel(reel, &fault);
}

/* ---- opening ---- */

static bool give_to_worker(struct reel *reel)
{
    struct pull pull = { .verb = { .value = WORKER_VERB_OPEN }, .extension = text_of(reel->extension) };
    struct reels *reels = reel->reels;

    reel->worker = workers_take(reels->workers, reel);
    if (!reel->worker)
        return false;
    reel->phase = ASKED;
    workers_ask(reel->worker, &pull_shape, &pull, &pull.number, reel->fd, OPEN_US);
    close(reel->fd);
    reel->fd = -1;
    return true;
}

static void take_opened(void *state, void *what, const struct opened_file *file, const struct fault *fault)
{
    struct reel *reel = state;

    (void)what;
    reel->opening = NULL;
    if (file->fd < 0) {
        fail_reel(reel, fault);
        return;
    }
    reel->fd = file->fd;
    reel->phase = WAITING;
    if (give_to_worker(reel))
        return;
    reel->next = reel->reels->waiting;
    reel->reels->waiting = reel;
}

static struct reel **longest_waiting(struct reels *reels)
{
    struct reel **at = &reels->waiting;

    while (*at && (*at)->next)
        at = &(*at)->next;
    return at;
}

static void spare_workers(void *state)
{
    struct reels *reels = state;
    struct reel **last;

    while (*(last = longest_waiting(reels)) && give_to_worker(*last))
        *last = NULL;
}

/* ---- what workers say ---- */

static bool is_sane(const struct pulled *pulled)
{
    return pulled->rate >= RATE_MIN && pulled->rate <= RATE_MAX && pulled->channels >= 1 &&
           pulled->channels <= CHANNELS_MAX;
}

static float finite_or_zero(float sample)
{
    return isfinite(sample) ? sample : 0.0f;
}

/* The bytes lie anywhere in a message: they are copied before they are floats. */
static uint32_t make_stereo(const struct pulled *pulled, uint32_t channels, uint32_t most, float *to)
{
    size_t stride = channels * sizeof(float);
    uint32_t frames = (uint32_t)(pulled->pcm.len / stride);

    frames = frames < most ? frames : most;
    for (uint32_t i = 0; i < frames; i++) {
        float frame[2];
        memcpy(frame, pulled->pcm.at + i * stride, channels > 1 ? sizeof(frame) : sizeof(float));
        to[2 * i] = finite_or_zero(frame[0]);
        to[2 * i + 1] = channels > 1 ? finite_or_zero(frame[1]) : to[2 * i];
    }
    return frames;
}

static void take_pulled(struct reel *reel, const struct pulled *pulled)
{
    if (pulled->failure.len > 0) {
        struct fault fault = { 0 };
        fault_set(&fault, ERR_BAD_REQUEST, "%.*s", TEXT_ARG(pulled->failure));
        fail_reel(reel, &fault);
    } else if (!is_sane(pulled)) {
        fail_with(reel, ERR_BAD_REQUEST, "its decoder answers nonsense");
    } else if (reel->phase == ASKED) {
        reel->phase = OPEN;
        reel->format = (struct reel_format){ (uint32_t)pulled->rate, (uint32_t)pulled->channels, pulled->frames };
        reel->listener.opened(reel->listener.state, &reel->format);
    } else {
        float *stereo = reel->reels->stereo;
        uint32_t frames = make_stereo(pulled, reel->format.channels, reel->frames, stereo);
        reel->phase = OPEN;
        reel->listener.came(reel->listener.state, reel->frame, stereo, frames, pulled->end || frames < reel->frames);
    }
}

static enum err take_answer(void *state, struct worker *worker, const void *answer, struct fault *fault)
{
    (void)state;
    (void)fault;
    if (worker->holder)
        take_pulled(worker->holder, answer);
    return ERR_OK;
}

static void lose_worker(void *state, void *holder, const struct fault *fault)
{
    struct reel *reel = holder;
    struct fault why = { 0 };

    (void)state;
    reel->worker = NULL;
    if (fault->code == ERR_TIMEOUT)
        fault_set(&why, ERR_TIMEOUT, "its file system does not answer");
    else
        fault_set(&why, ERR_BAD_REQUEST, "its decoder was lost: %s", fault->what);
    fail_reel(reel, &why);
}

/* A closed file is the first message that a worker answers. */
static void close_file(struct worker *worker, usec_t patience)
{
    struct pull pull = { .verb = { .value = WORKER_VERB_CLOSE } };

    workers_ask(worker, &pull_shape, &pull, &pull.number, -1, patience);
}

static enum err prove_worker(struct worker *worker, struct fault *fault)
{
    (void)fault;
    close_file(worker, WORKERS_START_US);
    return ERR_OK;
}

static void start_workers(struct reels *reels)
{
    snprintf(reels->program, sizeof(reels->program), "%s/loophole-worker", service_paths(reels->service)->programs);
    reels->workers =
        workers_new(reels->service,
                    &(struct workers_settings){ reels->program, "stream", WORKERS_MAX, WORKERS_AHEAD, &pulled_shape,
                                                offsetof(struct pulled, number) },
                    &(struct workers_listener){ prove_worker, take_answer, lose_worker, spare_workers, reels });
}

/* ---- from outside ---- */

static void open_mail(void *state, int fd)
{
    (void)fd;
    mailbox_open(((struct reels *)state)->mailbox);
}

enum err reels_new(struct service *service, struct reels **reels, struct fault *fault)
{
    struct reels *made = calloc(1, sizeof(*made));

    *reels = NULL;
    if (!made)
        return fault_set(fault, ERR_FULL, "no memory for reels");
    made->service = service;
    enum err e = mailbox_new(&made->mailbox, fault);
    if (e == ERR_OK)
        made->errands = errands_new(made->mailbox, OPENERS);
    if (e == ERR_OK && service_watch(service, mailbox_fd(made->mailbox), open_mail, made) != ERR_OK)
        e = fault_set(fault, ERR_FULL, "the service watches too many descriptors");
    if (e == ERR_OK)
        start_workers(made);
    if (e == ERR_OK)
        *reels = made;
    else
        reels_free(made);
    return e;
}

void reels_free(struct reels *reels)
{
    if (!reels)
        return;
    workers_free(reels->workers);
    if (reels->errands && !errands_end(reels->errands))
        return; /* a thread hangs: what it uses stays */
    if (reels->mailbox)
        service_unwatch(reels->service, mailbox_fd(reels->mailbox));
    mailbox_free(reels->mailbox);
    free(reels);
}

void reels_tick(struct reels *reels)
{
    errands_look(reels->errands);
    workers_tick(reels->workers);
}

const char *reels_alarm(const struct reels *reels)
{
    return workers_alarm(reels->workers);
}

enum err reel_open(struct reels *reels, const char *path, const struct reel_listener *listener, struct reel **reel,
                   struct fault *fault)
{
    struct reel *made = calloc(1, sizeof(*made));

    *reel = NULL;
    if (!made)
        return fault_set(fault, ERR_FULL, "no memory for a reel");
    made->reels = reels;
    made->listener = *listener;
    made->fd = -1;
    text_extension(bytes_of(path, strlen(path)), made->extension);
    made->opening = opening_start(reels->errands, path, OPEN_AHEAD, OPEN_PATIENCE_US,
                                  (struct opening_listener){ take_opened, made }, NULL);
    *reel = made;
    return ERR_OK;
}

bool reel_is_free(const struct reel *reel)
{
    return reel->phase == OPEN;
}

void reel_pull(struct reel *reel, int64_t frame, uint32_t frames)
{
    struct pull pull = { .verb = { .value = WORKER_VERB_READ }, .frame = frame };

    reel->phase = READING;
    reel->frame = frame;
    reel->frames = frames < REEL_FRAMES_MAX ? frames : REEL_FRAMES_MAX;
    pull.count = reel->frames;
    workers_ask(reel->worker, &pull_shape, &pull, &pull.number, -1, READ_US);
}

/* A busy worker is killed: a stop waits for nothing. */
static void give_back(struct workers *workers, struct worker *worker)
{
    if (!workers_is_free(worker)) {
        workers_drop(workers, worker);
        return;
    }
    close_file(worker, CLOSE_US);
    workers_give_back(workers, worker);
}

void reel_close(struct reel *reel)
{
    if (!reel)
        return;
    struct reel **at = &reel->reels->waiting;
    while (*at && *at != reel)
        at = &(*at)->next;
    if (*at)
        *at = reel->next;
    if (reel->opening)
        opening_drop(reel->opening);
    if (reel->worker)
        give_back(reel->reels->workers, reel->worker);
    if (reel->fd >= 0)
        close(reel->fd);
    free(reel);
}
