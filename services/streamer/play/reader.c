#include "services/streamer/play/reader.h"

#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/closing.h"
#include "common/process/log.h"
#include "common/process/opening.h"
#include "common/text.h"
#include "proto/service/workers.h"
#include "proto/transport/foreign.h"
#include "schema_indexer.h"
#include "schema_worker.h"

enum {
    OPENERS = 32, /* threads */
    CHANNELS_MAX = 64,
    RATE_MIN = 1000,
    RATE_MAX = 768000,
    OPEN_AHEAD = 1 << 20,       /* bytes */
    OPEN_PATIENCE_US = 4000000, /* with the file system */
    WORKERS_AHEAD = 4,
    OPEN_US = 10000000,
    CLOSE_US = 1000000,
    READ_US = 60000000,
    LOOK_PATIENCE_US = 1000000,
    RESCAN_BUDGET_MS = 10000,
};

struct file_readers {
    struct service *service;
    struct locator *locator; /* knows the items of clouds */
    struct mailbox *mailbox;
    struct errands *errands;
    struct workers *workers;
    struct lanes lanes;
    struct file_reader *waiting; /* open files without a worker, the newest first */
    char program[PATH_MAX + 32];
    float stereo[2 * READER_FRAMES_MAX];
};

enum phase { OPENING, WAITING, ASKED, OPEN, READING, FAILED };

struct file_reader {
    struct file_readers *readers;
    struct reader_events events;
    enum phase phase;
    enum lane_kind kind;
    struct lane_place place;
    struct opening *opening;
    struct foreign *foreign; /* ffmpeg decodes the file */
    struct worker *worker;
    struct file_reader *next; /* the next waiting file */
    int fd;                   /* until a worker has opened it; -1 */
    struct file_stamp stamp;
    struct reader_format format;
    struct treatment treatment;
    int64_t frame; /* of the read in progress */
    uint32_t frames;
    char extension[TEXT_EXTENSION_SIZE];
    struct id media;         /* of an item in a cloud; its … */
    char cloud_at[PATH_MAX]; /* … path; "": another file */
    char *path;
    struct door *door;               /* until its lane lets it open the file */
    struct locate_expected expected; /* of a copy that is played in place of another file */
};

/* ---- failing ---- */

static void fail_reader(struct file_reader *reader, const struct fault *fault)
{
    reader->phase = FAILED;
    lanes_leave(&reader->readers->lanes, &reader->place);
    reader->events.failed(reader->events.state, fault);
}

static void fail_with(struct file_reader *reader, enum err code, const char *why)
{
    struct fault fault = { 0 };

    fault_set(&fault, code, "%s", why);
    fail_reader(reader, &fault);
}

/* ---- opening ---- */

/* The file of a copy was changed since its last scan, or its file system cannot tell: the content must be compared. */
static bool is_doubtful(const struct file_reader *reader)
{
    const struct locate_expected *was = &reader->expected;
    const struct file_stamp *now = &reader->stamp;

    return was->is_known && (was->changed == was->mtime || now->size != was->size || now->mtime != was->mtime ||
                             now->changed != was->changed);
}

static bool give_to_worker(struct file_reader *reader)
{
    struct pull pull = { .verb = { .value = WORKER_VERB_OPEN },
                         .extension = text_of(reader->extension),
                         .has_content = is_doubtful(reader),
                         .content = bytes_of(reader->expected.content, sizeof(reader->expected.content)) };
    struct file_readers *readers = reader->readers;

    reader->worker = workers_take(readers->workers, reader);
    if (!reader->worker)
        return false;
    reader->phase = ASKED;
    workers_ask(reader->worker, &pull_shape, &pull, &pull.number, reader->fd, pull.has_content ? READ_US : OPEN_US);
    return true;
}

/* The file system has answered. A file that is loaded keeps its place until all of it is read. */
static void leave_opening(struct file_reader *reader)
{
    if (reader->kind == LANE_OPENING)
        lanes_leave(&reader->readers->lanes, &reader->place);
}

/* ---- a file that ffmpeg decodes ---- */

static void close_own(struct file_reader *reader)
{
    closing_start(reader->fd);
    reader->fd = -1;
}

static void take_sound(void *state, void *what, int fd, double seconds, const struct fault *fault)
{
    struct pull pull = { .verb = { .value = WORKER_VERB_OPEN }, .extension = TEXT("wav") };
    struct file_reader *reader = what;

    (void)state, (void)seconds;
    reader->foreign = NULL;
    if (fd < 0) {
        fail_reader(reader, fault);
        return;
    }
    workers_ask(reader->worker, &pull_shape, &pull, &pull.number, fd, OPEN_US);
    close(fd);
}

static void decode_sound(struct file_reader *reader)
{
    const struct paths *paths = service_paths(reader->readers->service);
    const struct foreign_plan plan = { paths->programs, paths->cache, reader->fd };

    leave_opening(reader);
    reader->foreign = foreign_start(reader->readers->errands, &plan, take_sound, NULL, reader);
    close_own(reader);
}

static void end_scan(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)answer;
    if (error != ERR_OK)
        log_fault("a scan of a file that has changed", fault);
}

/* A scan of the file's folder corrects the row of its item. */
static void have_scanned(struct file_readers *readers, const char *path)
{
    const char *name = strrchr(path, '/');
    const struct indexer_rescan rescan = { .path = bytes_of(path, (size_t)(name - path) + 1),
                                           .has_shallow = true,
                                           .shallow = true };
    struct fault fault = { 0 };

    if (service_ask(readers->service, "indexer.rescan", &rescan, RESCAN_BUDGET_MS, NULL, end_scan, NULL, &fault) !=
        ERR_OK)
        log_fault("a scan of a file that has changed", &fault);
}

/* The file has become online-only since the last scan. After a scan of its folder it can be fetched. */
static void refuse_online_only(struct file_reader *reader, const struct fault *fault)
{
    struct fault why = *fault;
    char id[ID_TEXT_SIZE];

    fault_hint(&why, "loophole fetch %s", id_write(reader->media, id));
    have_scanned(reader->readers, reader->cloud_at);
    fail_reader(reader, &why);
}

static void take_opened(void *state, void *what, const struct opened_file *file, const struct fault *fault)
{
    struct file_reader *reader = state;

    (void)what;
    reader->opening = NULL;
    if (file->fd < 0) {
        if (fault->code == ERR_OFFLINE)
            refuse_online_only(reader, fault);
        else
            fail_reader(reader, fault);
        return;
    }
    reader->fd = file->fd;
    reader->stamp = (struct file_stamp){ file->size, file->mtime, file->changed };
    reader->phase = WAITING;
    if (give_to_worker(reader))
        return;
    reader->next = reader->readers->waiting;
    reader->readers->waiting = reader;
}

static struct file_reader **longest_waiting(struct file_readers *readers)
{
    struct file_reader **at = &readers->waiting;

    while (*at && (*at)->next)
        at = &(*at)->next;
    return at;
}

static void spare_workers(void *state)
{
    struct file_readers *readers = state;
    struct file_reader **last;

    while (*(last = longest_waiting(readers)) && give_to_worker(*last))
        *last = NULL;
}

/* ---- answers of workers ---- */

static bool is_sane(const struct pulled *pulled)
{
    return pulled->rate >= RATE_MIN && pulled->rate <= RATE_MAX && pulled->channels >= 1 &&
           pulled->channels <= CHANNELS_MAX;
}

static float finite_or_zero(float sample)
{
    return isfinite(sample) ? sample : 0.0f;
}

/* The bytes may be unaligned in the message, so they are copied before they are used as floats. */
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

static void refuse_copy(struct file_reader *reader)
{
    struct fault fault = { 0 };

    fault_set(&fault, ERR_OFFLINE, "it was a copy of the sound that is wanted, and is another sound now");
    fault_hint(&fault, "connect the disk of the sound; `loophole whereis ID` names it");
    have_scanned(reader->readers, reader->path);
    fail_reader(reader, &fault);
}

static void take_pulled(struct file_reader *reader, const struct pulled *pulled)
{
    if (pulled->has_other && pulled->other) {
        refuse_copy(reader);
    } else if (pulled->failure.len > 0 && pulled->foreign && reader->phase == ASKED && reader->fd >= 0) {
        decode_sound(reader);
    } else if (pulled->failure.len > 0) {
        struct fault fault = { 0 };
        fault_set(&fault, pulled->disk ? ERR_IO : ERR_BAD_REQUEST, "%.*s", TEXT_ARG(pulled->failure));
        fail_reader(reader, &fault);
    } else if (!is_sane(pulled)) {
        fail_with(reader, ERR_BAD_REQUEST, "its decoder sent an invalid answer");
    } else if (reader->phase == ASKED) {
        reader->phase = OPEN;
        close_own(reader);
        leave_opening(reader);
        reader->format =
            (struct reader_format){ (uint32_t)pulled->rate, (uint32_t)pulled->channels, pulled->frames, reader->stamp };
        treatment_end(&reader->treatment, pulled->frames);
        reader->events.opened(reader->events.state, &reader->format);
    } else {
        float *stereo = reader->readers->stereo;
        uint32_t frames = make_stereo(pulled, reader->format.channels, reader->frames, stereo);
        treatment_apply(&reader->treatment, reader->frame, stereo, frames, 2);
        reader->phase = OPEN;
        reader->events.came(reader->events.state, reader->frame, stereo, frames,
                            pulled->end || frames < reader->frames);
    }
}

static enum err pass_pulled(void *state, struct worker *worker, const void *answer, struct fault *fault)
{
    (void)state, (void)fault;
    if (worker->holder)
        take_pulled(worker->holder, answer);
    return ERR_OK;
}

static void lose_worker(void *state, void *holder, const struct fault *fault)
{
    struct file_reader *reader = holder;
    struct fault why = { 0 };

    (void)state;
    reader->worker = NULL;
    if (reader->foreign)
        foreign_drop(reader->foreign);
    reader->foreign = NULL;
    if (fault->code == ERR_TIMEOUT)
        fault_set(&why, ERR_TIMEOUT, "its file system does not answer");
    else
        fault_set(&why, ERR_BAD_REQUEST, "its decoder died: %s", fault->what);
    fail_reader(reader, &why);
}

/* Also the first message to a new worker, whose answer proves that it works. */
static void ask_to_close(struct worker *worker, usec_t patience)
{
    struct pull pull = { .verb = { .value = WORKER_VERB_CLOSE } };

    workers_ask(worker, &pull_shape, &pull, &pull.number, -1, patience);
}

static enum err prove_worker(struct worker *worker, struct fault *fault)
{
    (void)fault;
    ask_to_close(worker, WORKERS_START_US);
    return ERR_OK;
}

static void start_workers(struct file_readers *readers)
{
    snprintf(readers->program, sizeof(readers->program), "%s/loophole-worker",
             service_paths(readers->service)->programs);
    readers->workers =
        workers_new(readers->service,
                    &(struct workers_settings){ readers->program, "stream", WORKERS_MAX, WORKERS_AHEAD, &pulled_shape,
                                                offsetof(struct pulled, number) },
                    &(struct workers_events){ prove_worker, pass_pulled, lose_worker, spare_workers, readers });
}

/* ---- the functions of reader.h ---- */

enum err readers_new(struct service *service, struct locator *locator, struct file_readers **readers,
                     struct fault *fault)
{
    struct file_readers *made = alloc_zeroed(1, sizeof(*made));

    *readers = NULL;
    made->service = service;
    made->locator = locator;
    enum err e = mailbox_new(&made->mailbox, fault);
    if (e == ERR_OK)
        made->errands = errands_new(made->mailbox, OPENERS);
    if (e == ERR_OK && service_watch_mail(service, made->mailbox) != ERR_OK)
        e = fault_set(fault, ERR_FULL, "the service watches too many descriptors");
    if (e == ERR_OK)
        start_workers(made);
    if (e == ERR_OK)
        *readers = made;
    else
        readers_free(made);
    return e;
}

void readers_free(struct file_readers *readers)
{
    if (!readers)
        return;
    workers_free(readers->workers);
    if (readers->errands && !errands_end(readers->errands))
        return; /* a thread hangs, and uses this memory */
    if (readers->mailbox)
        service_unwatch(readers->service, mailbox_fd(readers->mailbox));
    mailbox_free(readers->mailbox);
    free(readers);
}

void readers_tick(struct file_readers *readers)
{
    errands_look(readers->errands);
    lanes_tick(&readers->lanes);
    workers_tick(readers->workers);
}

const char *readers_alarm(const struct file_readers *readers)
{
    return workers_alarm(readers->workers);
}

static void start_opening(void *state)
{
    struct file_reader *reader = state;

    reader->opening = opening_start(reader->readers->errands, reader->door, OPEN_AHEAD, OPEN_PATIENCE_US,
                                    reader->cloud_at[0], (struct opening_events){ take_opened, reader }, NULL);
    reader->door = NULL;
}

static void give_up_opening(void *state)
{
    fail_with(state, ERR_TIMEOUT, "its file system does not answer");
}

struct file_reader *reader_open(struct file_readers *readers, const char *path, enum lane_kind kind,
                                const struct id *copy, const struct treatment *treatment,
                                const struct reader_events *events)
{
    struct file_reader *made = alloc_zeroed(1, sizeof(*made));

    made->readers = readers;
    made->kind = kind;
    made->treatment = treatment ? *treatment : (struct treatment){ 0 };
    made->events = *events;
    made->fd = -1;
    made->path = alloc_text(path);
    if (copy)
        locate_expect(readers->locator, *copy, &made->expected);
    text_extension(bytes_of(path, strlen(path)), made->extension);
    made->door = locate_door(readers->locator, path, &made->media);
    if (!id_is_zero(made->media))
        snprintf(made->cloud_at, sizeof(made->cloud_at), "%s", path);
    made->place = (struct lane_place){ .enter = start_opening, .late = give_up_opening, .state = made };
    lanes_enter(&readers->lanes, &made->place, path, kind);
    return made;
}

bool reader_is_free(const struct file_reader *reader)
{
    return reader->phase == OPEN;
}

void reader_pull(struct file_reader *reader, int64_t frame, uint32_t frames)
{
    struct pull pull = { .verb = { .value = WORKER_VERB_READ }, .frame = frame };

    reader->phase = READING;
    reader->frame = frame;
    reader->frames = frames < READER_FRAMES_MAX ? frames : READER_FRAMES_MAX;
    pull.count = reader->frames;
    workers_ask(reader->worker, &pull_shape, &pull, &pull.number, -1, READ_US);
}

/* A busy worker is killed, so a stop never waits. */
static void give_back_worker(struct workers *workers, struct worker *worker)
{
    if (!workers_is_free(worker)) {
        workers_drop(workers, worker);
        return;
    }
    ask_to_close(worker, CLOSE_US);
    workers_give_back(workers, worker);
}

void reader_close(struct file_reader *reader)
{
    if (!reader)
        return;
    struct file_reader **at = &reader->readers->waiting;
    while (*at && *at != reader)
        at = &(*at)->next;
    if (*at)
        *at = reader->next;
    if (reader->opening)
        opening_drop(reader->opening);
    if (reader->foreign)
        foreign_drop(reader->foreign);
    if (reader->worker)
        give_back_worker(reader->readers->workers, reader->worker);
    lanes_leave(&reader->readers->lanes, &reader->place);
    closing_start(reader->fd);
    door_free(reader->door);
    free(reader->path);
    free(reader);
}

/* ---- a look at a file that is not read ---- */

struct reader_looking {
    struct file_readers *readers;
    struct lane_place place;
    struct door *door; /* until its lane lets it open the file */
    bool is_cloud;
    void (*looked)(void *state, const struct file_stamp *stamp);
    void *state;
};

static void end_looking(struct reader_looking *looking, const struct file_stamp *stamp)
{
    lanes_leave(&looking->readers->lanes, &looking->place);
    door_free(looking->door);
    looking->looked(looking->state, stamp);
    free(looking);
}

static void take_looked(void *state, void *what, const struct opened_file *file, const struct fault *fault)
{
    const struct file_stamp stamp = { file->size, file->mtime, file->changed };

    (void)what, (void)fault;
    if (file->fd >= 0)
        closing_start(file->fd);
    end_looking(state, file->fd >= 0 ? &stamp : NULL);
}

static void start_looking(void *state)
{
    struct reader_looking *looking = state;

    (void)opening_start(looking->readers->errands, looking->door, 1, LOOK_PATIENCE_US, looking->is_cloud,
                        (struct opening_events){ take_looked, looking }, NULL);
    looking->door = NULL;
}

static void give_up_looking(void *state)
{
    end_looking(state, NULL);
}

void reader_look(struct file_readers *readers, const char *path,
                 void (*looked)(void *state, const struct file_stamp *stamp), void *state)
{
    struct reader_looking *looking = alloc_zeroed(1, sizeof(*looking));
    struct id cloud;

    *looking = (struct reader_looking){
        .readers = readers, .door = locate_door(readers->locator, path, &cloud), .looked = looked, .state = state
    };
    looking->is_cloud = !id_is_zero(cloud);
    looking->place = (struct lane_place){ .enter = start_looking, .late = give_up_looking, .state = looking };
    lanes_enter(&readers->lanes, &looking->place, path, LANE_OPENING);
}
