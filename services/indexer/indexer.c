#include "services/indexer/indexer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/process/closing.h"
#include "common/process/config.h"
#include "common/process/dying.h"
#include "common/process/log.h"
#include "schema_service.h"
#include "services/indexer/adoptions.h"
#include "services/indexer/folder_changes.h"
#include "services/indexer/progress.h"
#include "services/indexer/question.h"
#include "services/indexer/schedule.h"
#include "services/indexer/volumes.h"

enum { TICK_US = 100000, PROGRESS_US = 200000, LOOK_US = 1000000, FILE_THREADS = 8 };

/* ---- the parts' callbacks ---- */

static void publish_failed(void *state, const char *path, struct text why)
{
    struct indexer *indexer = state;
    struct indexer_failed event = { .path = bytes_of(path, strlen(path)), .why = why };

    log_info("%s: %.*s", path, TEXT_ARG(why));
    service_publish(indexer->service, "failed", &event);
}

static void look_again(void *state, struct id library, const char *path)
{
    schedule_look_again(state, library, path);
}

static void look_later(void *state, struct id library)
{
    schedule_look_later(state, library);
}

static void read_events(void *state, int fd)
{
    struct indexer *indexer = state;

    (void)fd;
    watch_read(indexer->watch);
}

/* ---- ticks ---- */

static void tick_all(void *state)
{
    struct indexer *indexer = state;

    pipeline_tick(indexer->pipeline);
    remake_turn(indexer);
    verify_turn(indexer);
    if (indexer->watch)
        watch_tick(indexer->watch);
    if (!indexer->loaded)
        schedule_tick(indexer);
}

static void look_at_errands(void *state)
{
    struct indexer *indexer = state;

    errands_look(indexer->scans);
    adoptions_look(indexer->adoptions);
    errands_look(indexer->files);
    errands_look(indexer->remake.errands);
    volumes_follow(indexer);
    schedule_tick(indexer);
    remake_look(indexer);
}

static void publish_progress(void *state)
{
    progress_tick(state);
}

void indexer_turn(void *state)
{
    struct indexer *indexer = state;

    pipeline_turn(indexer->pipeline);
    schedule_turn(indexer);
    progress_turn(indexer);
}

/* ---- opening ---- */

static struct pool_settings settings_of(struct indexer *indexer, struct config *config)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t workers = cores < 1 ? 1 : cores > POOL_WORKERS_MAX ? POOL_WORKERS_MAX : cores;

    snprintf(indexer->program, sizeof(indexer->program), "%.4000s/loophole-worker",
             service_paths(indexer->service)->programs);
    (void)text_copy(indexer->cloud_globs, sizeof(indexer->cloud_globs),
                    text_of(config_text(config, "availability.cloud")));
    indexer->rescan_every = config_int(config, "indexer.rescan_minutes") * 60000000;
    return (struct pool_settings){
        .workers = (unsigned)config_int_or(config, "indexer.workers", workers),
        .deadline = config_int(config, "indexer.deadline_s") * 1000000,
        .program = indexer->program,
        .folder = service_paths(indexer->service)->cache,
        .programs = service_paths(indexer->service)->programs,
    };
}

static enum err open_threads(struct indexer *indexer, struct fault *fault)
{
    enum err e = mailbox_new(&indexer->mailbox, fault);

    if (e != ERR_OK)
        return e;
    indexer->scans = errands_new(indexer->mailbox, INDEXER_SCANS);
    indexer->files = errands_new(indexer->mailbox, FILE_THREADS);
    remake_open(indexer);
    return ERR_OK;
}

static enum err open_parts(struct indexer *indexer, struct config *config, struct fault *fault)
{
    struct pool_settings settings = settings_of(indexer, config);
    struct pipeline_events events = { publish_failed, look_again, look_later, remake_made, verify_made, indexer };
    enum err e = config_check(config, fault);

    if (e == ERR_OK)
        e = open_threads(indexer, fault);
    if (e == ERR_OK)
        indexer->catalogue = catalogue_reader_new(service_paths(indexer->service));
    if (e == ERR_OK)
        indexer->adoptions = adoptions_new(indexer->mailbox, service_paths(indexer->service), indexer->catalogue);
    if (e == ERR_OK)
        indexer->pipeline = pipeline_new(indexer->service, indexer->files, indexer->catalogue, &settings, &events);
    return e;
}

static void watch_sources(struct indexer *indexer)
{
    struct service *service = indexer->service;

    service_watch_mail(service, indexer->mailbox);
    if (indexer->watch)
        service_watch(service, watch_fd(indexer->watch), read_events, indexer);
    service_every(service, TICK_US, tick_all, indexer);
    service_every(service, PROGRESS_US, publish_progress, indexer);
    service_every(service, LOOK_US, look_at_errands, indexer);
}

void indexer_open(struct indexer *indexer)
{
    struct config *config = NULL;
    struct fault fault = { 0 };
    enum err e = config_load(service_paths(indexer->service), &config, &fault);

    indexer->started = clock_steady();
    if (e == ERR_OK)
        e = open_parts(indexer, config, &fault);
    config_free(config);
    if (e != ERR_OK) {
        log_fault("starting", &fault);
        fprintf(stderr, "loophole-indexer: %s\n", fault.what);
        exit(err_exit_code(e));
    }
    if (folder_changes_open(indexer, &fault) != ERR_OK)
        log_fault("libraries are rescanned instead of watched", &fault);
    watch_sources(indexer);
    if (service_subscribe(indexer->service, "availability.changed", volumes_take_change, indexer) != ERR_OK)
        log_warn("cannot subscribe to events of availability: the rows of volumes are read every second");
    if (service_subscribe(indexer->service, "availability.mounted", volumes_take_mount, indexer) != ERR_OK)
        log_warn("cannot subscribe to new mounts: a scan finds them");
    schedule_tick(indexer); /* loads the libraries before the first ask, if the store exists */
}

/* A thread that hangs may wake up and use its memory: so nothing is freed, because the process ends anyway. */
void indexer_close(struct indexer *indexer)
{
    bool ended = errands_end(indexer->scans);

    ended = adoptions_end(indexer->adoptions) && ended;
    ended = errands_end(indexer->files) && ended;
    ended = errands_end(indexer->remake.errands) && ended;
    pipeline_free(indexer->pipeline);
    watch_free(indexer->watch);
    remake_close(indexer);
    verify_close(indexer);
    library_state_free_all(&indexer->libraries);
    if (!ended)
        return;
    catalogue_reader_free(indexer->catalogue);
    mailbox_free(indexer->mailbox);
}

/* ---- the standard asks ---- */

static const char *alarm_of(const struct indexer *indexer)
{
    if (pipeline_alarm(indexer->pipeline)[0])
        return pipeline_alarm(indexer->pipeline);
    for (const struct library_state *lib = indexer->libraries; lib; lib = lib->next) {
        if (lib->hung)
            return "the file system of a library does not answer";
        if (lib->unwatched)
            return "no inotify watches are left: libraries are rescanned from time to time; raise "
                   "fs.inotify.max_user_watches";
    }
    return indexer->events_lost ? "inotify lost events: all libraries are scanned again" : "";
}

static bool waits_for_persist(const struct indexer *indexer)
{
    if (!indexer->loaded || pipeline_waits(indexer->pipeline))
        return true;
    for (const struct library_state *lib = indexer->libraries; lib; lib = lib->next)
        if (lib->scan && scan_waits(lib->scan))
            return true;
    return false;
}

/* Processes and threads that were given up. */
static unsigned count_stuck(const struct indexer *indexer)
{
    return dying_count(DYING_LOOK) + closing_stuck() + errands_hanging(indexer->scans) +
           adoptions_hanging(indexer->adoptions) + errands_hanging(indexer->files) +
           errands_hanging(indexer->remake.errands);
}

void indexer_report(void *state, struct arena *arena, struct service_status *to)
{
    struct indexer *indexer = state;
    struct progress progress;
    struct task *tasks = arena_array(arena, 3, sizeof(*tasks));

    to->alarm = text_of(alarm_of(indexer));
    if (!to->alarm.len)
        to->alarm = question_alarm(indexer, arena);
    if (!to->alarm.len && count_stuck(indexer))
        to->alarm = arena_printf(arena, "reads of file systems that do not answer and cannot be ended: %u",
                                 count_stuck(indexer));
    if (waits_for_persist(indexer))
        to->waits_for = TEXT("persist");
    if (!tasks)
        return;
    to->tasks = (struct task_list){ 0, tasks };
    progress_now(indexer, &progress);
    if (indexer->busy)
        tasks[to->tasks.count++] =
            (struct task){ .id = indexer->task,
                           .label = progress.scanning ? TEXT("Scanning the libraries") : TEXT("Analysing the sounds"),
                           .done = progress.known + progress.done + progress.failed,
                           .total = progress.files,
                           .failed = progress.failed,
                           .since = indexer->since,
                           .can_cancel = true };
    to->tasks.count += remake_list_task(indexer, &tasks[to->tasks.count]);
    to->tasks.count += verify_list_task(indexer, &tasks[to->tasks.count]);
}

/* The dropped files stay waiting in the catalogue until the next rescan. */
enum err indexer_cancel(void *state, struct id task, struct fault *fault)
{
    struct indexer *indexer = state;

    (void)fault;
    if (!indexer->busy || !id_equal(task, indexer->task))
        return ERR_NOT_FOUND;
    for (struct library_state *lib = indexer->libraries; lib; lib = lib->next) {
        library_state_want_nothing(lib);
        lib->cancelled = lib->scan != NULL;
        if (lib->scan)
            scan_stop(lib->scan);
        pipeline_withdraw(indexer->pipeline, lib->library.id);
    }
    return ERR_OK;
}
