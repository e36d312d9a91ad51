#include "services/availability/availability.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/process/log.h"
#include "services/availability/fetching.h"
#include "services/availability/mounts/removals.h"
#include "services/availability/questions.h"
#include "services/availability/settle.h"
#include "services/availability/wanted.h"

enum {
    TICK_US = 50000,
    REST_US = 200000,            /* while nothing is in progress */
    LONG_TABLE = 500,            /* mounts: a longer table is not read at each event … */
    READ_EVERY_US = 30000,       /* … but those that come within this time are joined */
    READ_UNWATCHED_US = 1000000, /* without a monitor */
};

/* ---- the mount table ---- */

static void note_fault(struct availability *availability, const struct fault *fault)
{
    if (fault->code && fault->code != availability->fault.code && fault->code != ERR_OFFLINE)
        log_fault("comparing volumes with mounts", fault);
    availability->fault = fault->code == ERR_OFFLINE ? (struct fault){ 0 } : *fault;
}

static enum err read_table(struct availability *availability, struct fault *fault)
{
    usec_t now = clock_steady();

    if (!availability->monitor && now - availability->read_at > READ_UNWATCHED_US)
        availability->is_dirty = true;
    bool is_long = availability->mounts.count > LONG_TABLE && now - availability->read_at < READ_EVERY_US;
    if (!availability->is_dirty || is_long)
        return ERR_OK;
    availability->read_at = now;
    availability->is_dirty = false;
    enum err e = mounts_read(&availability->mounts, fault);
    if (e != ERR_OK)
        availability->is_dirty = true;
    else
        availability->is_read = true;
    return e;
}

/* ---- the loop ---- */

static void announce_mount(struct availability *availability, const char *place)
{
    service_publish(availability->service, "mounted",
                    &(struct availability_mounted){ .mount = bytes_of(place, strlen(place)) });
}

/* The indexer looks for new mounts inside its libraries, and whether a mount covers one of them. */
static void announce_mounts(struct availability *availability)
{
    struct mounts *mounts = &availability->mounts;

    for (char *place; (place = mounts_take_left(mounts)); free(place))
        announce_mount(availability, place);
    if (availability->announced == mounts->changes)
        return;
    availability->announced = mounts->changes;
    for (uint32_t i = 0; i < mounts->count; i++) {
        struct mount *mount = &mounts->at[i];
        if (mount->is_announced || mount->is_covered || mount->line.is_special || mount->state != MOUNT_HERE)
            continue;
        mount->is_announced = true;
        announce_mount(availability, mount->line.target);
    }
}

static void take_turn(struct availability *availability)
{
    struct fault fault = { 0 };
    enum err e = read_table(availability, &fault);

    mounts_turn(&availability->mounts);
    if (e == ERR_OK && availability->is_read)
        e = known_follow(&availability->known, &fault);
    note_fault(availability, e == ERR_OK ? &(struct fault){ 0 } : &fault);
    if (e != ERR_OK)
        return;
    settle_volumes(availability);
    announce_mounts(availability);
    fetching_turn(availability);
    wanted_turn(availability);
    if (!availability->is_dirty)
        questions_turn(availability);
}

static bool is_resting(const struct availability *availability)
{
    return availability->is_read && !availability->is_dirty && availability->known.is_read && !availability->sending &&
           !availability->question_count && !availability->mounts.left_count &&
           !looks_are_under_way(&availability->mounts.looks) && !fetches_active(&availability->fetches);
}

/* The end of this turn does the work. */
static void wake_up(void *state)
{
    (void)state;
}

void availability_turn(void *state)
{
    struct availability *availability = state;

    take_turn(availability);
    service_every(availability->service, is_resting(availability) ? REST_US : TICK_US, wake_up, availability);
}

static void read_events(void *state, int fd)
{
    struct availability *availability = state;

    (void)fd;
    volume_monitor_clear(availability->monitor);
    availability->is_dirty = true;
}

static void read_removals(void *state, int fd)
{
    struct availability *availability = state;
    struct device_event removal;

    while (removals_take(fd, &removal))
        mounts_note_removal(&availability->mounts, &removal);
}

/* The end of this turn takes the reports. */
static void read_reports(void *state, int fd)
{
    (void)state, (void)fd;
}

/* The end of this turn reads the rows that changed. */
static void follow_catalogue(void *state, const void *body, bool gap)
{
    (void)state, (void)body, (void)gap;
}

/* ---- opening ---- */

void availability_open(struct availability *availability)
{
    struct service *service = availability->service;
    struct fault fault = { 0 };
    int fd = -1;

    availability->known.paths = service_paths(service);
    availability->is_dirty = true;
    if (mounts_open(&availability->mounts, &fault) != ERR_OK || fetching_open(availability, &fault) != ERR_OK) {
        log_fault("starting", &fault);
        exit(err_exit_code(fault.code));
    }
    availability->monitor = volume_monitor_new(&fd);
    if (!availability->monitor || service_watch(service, fd, read_events, availability) != ERR_OK)
        log_warn("the kernel reports no mounts: the mount table is read every second");
    availability->removals = removals_open();
    if (availability->removals < 0 ||
        service_watch(service, availability->removals, read_removals, availability) != ERR_OK)
        log_warn("the kernel reports no removed devices: only the regular looks at mounts find them");
    service_watch(service, availability->mounts.looks.from, read_reports, availability);
    if (service_subscribe(service, "persist.changed", follow_catalogue, availability) != ERR_OK)
        log_warn("cannot subscribe to events of persist");
    service_every(service, TICK_US, wake_up, availability);
    take_turn(availability);
}

void availability_close(struct availability *availability)
{
    questions_free(availability);
    fetching_close(availability);
    volume_monitor_free(availability->monitor);
    if (availability->removals >= 0)
        close(availability->removals);
    mounts_close(&availability->mounts);
    known_free(&availability->known);
}

/* ---- the standard ask ---- */

void availability_report(void *state, struct arena *arena, struct service_status *to)
{
    struct availability *availability = state;
    uint32_t stuck = looks_stuck(&availability->mounts.looks) + readers_stuck(&availability->fetches.readers);

    fetches_list_tasks(&availability->fetches, arena, &to->tasks);
    if (!availability->known.is_read)
        to->waits_for = TEXT("persist");
    if (availability->fault.code)
        to->alarm = text_of(availability->fault.what);
    else if (fetches_are_full(&availability->fetches))
        to->alarm =
            TEXT("the list of fetches is full: files of libraries with fetch=all wait until some fetches succeed");
    else if (stuck)
        to->alarm =
            arena_printf(arena, "processes that wait in the kernel for a file system and cannot be ended: %u", stuck);
}

enum err availability_cancel(void *state, struct id task, struct fault *fault)
{
    struct availability *availability = state;

    (void)fault;
    return fetches_cancel(&availability->fetches, task);
}
