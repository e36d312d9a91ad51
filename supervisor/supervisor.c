#include "supervisor/supervisor.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "common/bell.h"
#include "common/log.h"
#include "proto/lock.h"
#include "supervisor/keeper.h"

enum { LOOK_US = 100000 };

/* A supervisor that was stopped or starved saw nothing meanwhile: what it missed counts against nobody. */
static void look(void *state)
{
    struct supervisor *supervisor = state;
    usec_t now = clock_steady();
    usec_t passed = now - supervisor->looked;

    supervisor->looked = now;
    for (uint32_t i = 0; i < supervisor->count; i++)
        child_look(&supervisor->children[i], now, passed < 2 * LOOK_US ? passed : 2 * LOOK_US);
}

static void on_bell(void *state, int fd)
{
    char text[BELL_SIZE];

    while (bell_take(fd, text))
        ;
    look(state);
}

static void open_bell(struct supervisor *supervisor)
{
    struct fault fault;

    if (bell_make(supervisor->world.paths, &supervisor->bell, &fault) != ERR_OK)
        log_fault("goes on without a doorbell", &fault);
    else if (service_watch(supervisor->world.service, supervisor->bell, on_bell, supervisor) != ERR_OK)
        log_warn("cannot hear the doorbell");
}

/* On a board where nobody lives the counts are of an engine that is gone. */
static void start_all(struct supervisor *supervisor)
{
    bool anybody = false;

    for (uint32_t i = 0; i < table_count; i++) {
        struct child *child = &supervisor->children[i];
        child->row = &table_rows[i];
        child->world = &supervisor->world;
        supervisor->count = i + 1;
        child_start(child);
        anybody = anybody || child->adopted;
    }
    for (uint32_t i = 0; !anybody && i < supervisor->count; i++)
        if (supervisor->children[i].line)
            atomic_store(&supervisor->children[i].line->restarts, 0);
}

/* What the keeper knows of our predecessors is not for our children. */
static void read_keeper(struct supervisor *supervisor)
{
    const char *restarts = getenv(KEEPER_RESTARTS), *death = getenv(KEEPER_DEATH);

    supervisor->restarts = restarts ? strtoull(restarts, NULL, 10) : 0;
    supervisor->died_at = clock_steady();
    (void)snprintf(supervisor->last_death, sizeof(supervisor->last_death), "%s", death ? death : "");
    unsetenv(KEEPER_RESTARTS);
    unsetenv(KEEPER_DEATH);
}

/* A home that was given as a relative path would be another one to a child, which starts in "/". */
static void fix_home(const struct paths *paths)
{
    if (paths->home[0])
        setenv("LOOPHOLE_HOME", paths->home, 1);
}

void supervisor_open(struct supervisor *supervisor, struct service *service)
{
    struct fault fault = { 0 };
    enum err e;

    *supervisor = (struct supervisor){ .bell = -1, .data_lock = -1, .looked = clock_steady() };
    supervisor->world.service = service;
    supervisor->world.paths = service_paths(service);
    fix_home(supervisor->world.paths);
    read_keeper(supervisor);
    e = settings_read(supervisor->world.paths, &supervisor->world.settings, &fault);
    if (e == ERR_OK)
        e = lock_take_data(supervisor->world.paths, "supervisor", &supervisor->data_lock, &fault);
    if (e == ERR_OK)
        e = board_make(supervisor->world.paths, &supervisor->world.board, &fault);
    if (e != ERR_OK) {
        log_fault("cannot supervise", &fault);
        service_stop(service, err_exit_code(e));
        return;
    }
    open_bell(supervisor);
    start_all(supervisor);
    service_every(service, LOOK_US, look, supervisor);
}

static void unlock(const struct supervisor *supervisor)
{
    if (supervisor->data_lock >= 0)
        close(supervisor->data_lock);
}

void supervisor_shut(struct supervisor *supervisor)
{
    if (!supervisor->world.board) {
        unlock(supervisor);
        return;
    }
    log_info("shutting down");
    for (uint32_t i = supervisor->count; i > 0; i--)
        child_shut(&supervisor->children[i - 1]);
    board_close(supervisor->world.board);
    board_remove(supervisor->world.paths);
    if (supervisor->bell >= 0)
        service_unwatch(supervisor->world.service, supervisor->bell);
    bell_close(supervisor->bell);
    bell_remove(supervisor->world.paths);
    unlock(supervisor);
}
