#include "supervisor/home.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "common/names.h"
#include "common/process/log.h"
#include "proto/transport/lock.h"

static enum lock_place look_at_locks(const struct supervisor *supervisor)
{
    enum lock_place run = service_look_at_lock(supervisor->world.service);
    enum lock_place data = lock_data_look(supervisor->world.paths, "supervisor", supervisor->data_lock);

    return run > data ? run : data;
}

/* Writes the message to the system's log too, because the engine's log was removed with the home. */
static void end_all(struct supervisor *supervisor)
{
    const struct paths *paths = supervisor->world.paths;

    supervisor->has_no_home = true;
    log_error("%s or %s was removed, moved or replaced: the engine ends", paths->data, paths->run);
    syslog(LOG_USER | LOG_ERR, "loophole: %s or %s was removed, moved or replaced: the engine ends", paths->data,
           paths->run);
    service_stop(supervisor->world.service, 0);
}

static void wait_for_disk(struct supervisor *supervisor)
{
    if (!supervisor->disk.alarm[0])
        log_error("the disk of %s is away: waiting for it", supervisor->world.paths->data);
    (void)snprintf(supervisor->disk.alarm, sizeof(supervisor->disk.alarm), "the disk of %.150s is away",
                   supervisor->world.paths->data);
}

/* The random word belongs to this home alone. */
static bool is_same_home(const struct supervisor *supervisor)
{
    struct names names;

    return names_read(supervisor->world.paths->data, &names) && strcmp(names.tag, supervisor->world.paths->tag) == 0;
}

bool home_look(struct supervisor *supervisor)
{
    enum lock_place place = supervisor->has_no_home ? LOCK_GONE : look_at_locks(supervisor);

    if (place == LOCK_HERE)
        return true;
    if (place == LOCK_AWAY && is_same_home(supervisor)) {
        log_warn("the disk of %s is back: the supervisor starts again", supervisor->world.paths->data);
        supervisor->leaves_all = true;
        service_stop(supervisor->world.service, err_exit_code(ERR_IO));
    } else if (place == LOCK_AWAY) {
        wait_for_disk(supervisor);
    } else if (!supervisor->has_no_home) {
        end_all(supervisor);
    }
    return false;
}
