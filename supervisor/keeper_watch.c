#include "supervisor/keeper_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "supervisor/keeper.h"

enum { PATIENCE_US = 500000, RETRY_US = 5000000 };

/* The descriptor stays readable, so it is no longer watched. */
static void on_death(void *state, int pidfd)
{
    struct keeper_watch *watch = state;
    const struct child_world *world = watch->world;
    struct death death = { "keeper", watch->pid, false, "unknown (no child of the supervisor)", 0 };

    service_unwatch(world->service, pidfd);
    watch->due = clock_steady() + PATIENCE_US;
    log_error("keeper[%d] died; the supervisor takes its place", (int)watch->pid);
    (void)snprintf(watch->alarm, sizeof(watch->alarm), "the keeper died; the supervisor takes its place");
    disk_record_death(world->disk, world->paths, &death);
}

/* The pid is that of the keeper as long as the keeper is the parent, also after the descriptor is open. */
static bool watch_parent(struct keeper_watch *watch)
{
    if (getppid() != watch->pid || (watch->pidfd = pidfd_open(watch->pid, 0)) < 0 || getppid() != watch->pid)
        return false;
    if (service_watch(watch->world->service, watch->pidfd, on_death, watch) != ERR_OK)
        log_error("cannot watch the keeper: too many descriptors are watched");
    return true;
}

void keeper_watch_open(struct keeper_watch *watch, const struct child_world *world, char **argv)
{
    const char *pid = getenv(KEEPER_PID);

    *watch = (struct keeper_watch){ .world = world, .pidfd = -1, .argv = argv };
    watch->pid = pid ? (int32_t)strtol(pid, NULL, 10) : 0;
    unsetenv(KEEPER_PID);
    if (watch->pid > 0 && !watch_parent(watch))
        on_death(watch, watch->pidfd);
}

static char **arguments_of_keeper(const struct keeper_watch *watch)
{
    size_t count = 0;
    char **arguments;

    while (watch->argv[count])
        count++;
    arguments = alloc_zeroed(count + 2, sizeof(*arguments));
    arguments[0] = watch->argv[0];
    arguments[1] = (char *)(uintptr_t)"--keep";
    memcpy(arguments + 2, watch->argv + 1, (count - 1) * sizeof(*arguments));
    return arguments;
}

static enum err become_keeper(const struct keeper_watch *watch, uint64_t restarts, struct fault *fault)
{
    const struct paths *paths = watch->world->paths;
    char program[PATH_MAX + 16], how[DEATH_SIZE];
    char **arguments;
    enum err e = keeper_check(paths, fault);
    int number;

    if (e != ERR_OK)
        return e;
    (void)snprintf(program, sizeof(program), "%s/loopholed", paths->programs);
    (void)snprintf(how, sizeof(how), "the death of its keeper[%d]", (int)watch->pid);
    keeper_report(restarts + 1, how);
    arguments = arguments_of_keeper(watch);
    execv(program, arguments);
    number = errno;
    free(arguments);
    return fault_errno(fault, ERR_IO, number, "cannot execute %s", program);
}

void keeper_watch_look(struct keeper_watch *watch, uint64_t restarts, usec_t now)
{
    struct fault fault = { 0 };

    if (!watch->due || now < watch->due)
        return;
    (void)become_keeper(watch, restarts, &fault);
    log_fault("cannot take the place of the keeper", &fault);
    (void)snprintf(watch->alarm, sizeof(watch->alarm),
                   "the keeper died, so nothing would start a dead supervisor again: %.*s", 150, fault.what);
    watch->due = clock_steady() + RETRY_US;
}
