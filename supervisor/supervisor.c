#include "supervisor/supervisor.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/process/hang.h"
#include "common/process/log.h"
#include "common/shared/bell.h"
#include "common/shared/studio.h"
#include "proto/transport/lock.h"
#include "proto/transport/service_link.h"
#include "supervisor/evict.h"
#include "supervisor/fresh_names.h"
#include "supervisor/home.h"
#include "supervisor/keeper.h"

static void report_damage(struct supervisor *supervisor, const char *object)
{
    (void)snprintf(supervisor->damage, sizeof(supervisor->damage),
                   "shared memory %s was damaged or removed, and is made again", object);
    log_error("%s", supervisor->damage);
}

/* Replaces a board that is damaged, or whose name leads elsewhere; all services move to the new one. */
static void look_at_board(struct supervisor *supervisor)
{
    struct board *was = supervisor->world.board, *made;
    struct fault fault = { 0 };

    if (board_is_current(was, supervisor->world.paths))
        return;
    if (board_make(supervisor->world.paths, &made, &fault) != ERR_OK) {
        (void)snprintf(supervisor->damage, sizeof(supervisor->damage), "%.*s", 200, fault.what);
        return;
    }
    report_damage(supervisor, "board");
    supervisor->world.board = made;
    for (uint32_t i = 0; i < supervisor->count; i++)
        child_rejoin(&supervisor->children[i]);
    board_close(was);
}

/* A supervisor that was stopped or did not get to run observed nothing meanwhile, so that time counts against no
 * service. */
static void look_at_all(void *state)
{
    struct supervisor *supervisor = state;
    usec_t now = clock_steady();
    usec_t passed = hang_passed(&supervisor->looked, now);

    if (!home_look(supervisor))
        return;
    look_at_board(supervisor);
    disk_look(&supervisor->disk, supervisor->world.paths, now);
    store_watch_look(&supervisor->store, supervisor->world.paths, now, passed);
    for (uint32_t i = 0; i < supervisor->count; i++)
        child_look(&supervisor->children[i], now, passed);
    lingering_look(&supervisor->lingering);
    if (supervisor->server.world && server_look(&supervisor->server, now))
        supervisor_move_clients(supervisor);
    if (!supervisor->disk.is_tried)
        keeper_watch_look(&supervisor->keeper, supervisor->restarts, now);
}

void supervisor_move_clients(struct supervisor *supervisor)
{
    for (uint32_t i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].row->is_client)
            child_restart(&supervisor->children[i]);
}

static void on_bell(void *state, int fd)
{
    char text[BELL_SIZE];

    while (bell_take(fd, text))
        ;
    look_at_all(state);
}

static void open_bell(struct supervisor *supervisor)
{
    struct fault fault;

    if (bell_make(supervisor->world.paths, &supervisor->bell, &fault) != ERR_OK)
        log_fault("continues without a bell", &fault);
    else if (service_watch(supervisor->world.service, supervisor->bell, on_bell, supervisor) != ERR_OK)
        log_warn("cannot listen to the bell");
}

/* Without its shared memory there is no sound; everything else works. */
static bool make_studio(struct supervisor *supervisor)
{
    struct fault fault = { 0 };

    if (studio_make(supervisor->world.paths, &fault) == ERR_OK)
        return true;
    log_fault("continues without sound", &fault);
    (void)snprintf(supervisor->alarm, sizeof(supervisor->alarm), "no sound: %.*s", 200, fault.what);
    return false;
}

/* A process that maps a replaced object notices that its own is damaged, and ends to be started again. */
static void repair_studio(void *state)
{
    struct supervisor *supervisor = state;
    char made[STUDIO_NAME_SIZE];
    struct fault fault = { 0 };

    supervisor->alarm[0] = '\0';
    if (studio_repair(supervisor->world.paths, made, &fault) != ERR_OK) {
        log_fault("cannot repair sound's memory", &fault);
        (void)snprintf(supervisor->alarm, sizeof(supervisor->alarm), "no sound: %.*s", 200, fault.what);
    } else if (*made) {
        report_damage(supervisor, made);
    }
}

static bool store_waits(const void *state)
{
    const struct supervisor *supervisor = state;

    for (uint32_t i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].row->has_store && child_waits_for_disk(&supervisor->children[i]))
            return true;
    return false;
}

static bool should_run(const struct supervisor *supervisor, const struct table_row *row, bool sound)
{
    switch (row->when) {
    case TABLE_ALWAYS:
        return true;
    case TABLE_SOUND:
        return sound;
    case TABLE_STANDBY:
        return sound && supervisor->world.settings.audio.standby;
    }
    return false;
}

/* An ask of a service that is left out gets its error at once. */
static void leave_out(const struct supervisor *supervisor, const struct table_row *row)
{
    struct fault fault = { 0 };

    if (row->when == TABLE_SOUND && service_link_leave_out(supervisor->world.paths, row->name, &fault) != ERR_OK)
        log_fault("cannot say that a service is left out", &fault);
}

/* Ends what a predecessor started with other settings: this supervisor would neither watch it nor end it. */
static void end_unwanted(const struct supervisor *supervisor, bool sound)
{
    for (uint32_t i = table_count; i > 0; i--)
        if (!should_run(supervisor, &table_rows[i - 1], sound))
            evict_now(supervisor->world.paths, &table_rows[i - 1]);
    if (!sound)
        server_end_left(&supervisor->world);
}

/* The JACK server comes first: it is the only child that is not in the table. */
static void name_children(struct supervisor *supervisor)
{
    bool sound = settings_want_sound(&supervisor->world.settings) && make_studio(supervisor);

    end_unwanted(supervisor, sound);
    if (sound)
        server_open(&supervisor->server, &supervisor->world, &supervisor->children[supervisor->count++]);
    for (uint32_t i = 0; i < table_count && supervisor->count < BOARD_ENTRIES; i++) {
        struct child *child = &supervisor->children[supervisor->count];
        if (!should_run(supervisor, &table_rows[i], sound)) {
            leave_out(supervisor, &table_rows[i]);
            continue;
        }
        child->row = &table_rows[i];
        child->world = &supervisor->world;
        supervisor->count++;
    }
}

/* If no process of the board is alive, its counts belong to an engine that has ended. */
static void start_all(struct supervisor *supervisor)
{
    bool anybody = false;

    name_children(supervisor);
    for (uint32_t i = 0; i < supervisor->count; i++) {
        child_start(&supervisor->children[i]);
        anybody = anybody || supervisor->children[i].adopted;
    }
    for (uint32_t i = 0; !anybody && i < supervisor->count; i++)
        if (supervisor->children[i].entry)
            atomic_store(&supervisor->children[i].entry->restarts, 0);
}

/* The keeper's information about our predecessors is not passed on to our children. */
static void read_keeper(struct supervisor *supervisor)
{
    const char *restarts = getenv(KEEPER_RESTARTS), *death = getenv(KEEPER_DEATH);

    supervisor->restarts = restarts ? strtoull(restarts, NULL, 10) : 0;
    supervisor->died_at = clock_steady();
    (void)snprintf(supervisor->last_death, sizeof(supervisor->last_death), "%s", death ? death : "");
    unsetenv(KEEPER_RESTARTS);
    unsetenv(KEEPER_DEATH);
}

/* A relative path of the home would be another one for a child, which starts in "/". */
static void fix_home(const struct paths *paths)
{
    if (paths->home[0])
        setenv("LOOPHOLE_HOME", paths->home, 1);
}

void supervisor_open(struct supervisor *supervisor, struct service *service, char **argv)
{
    struct fault fault = { 0 };
    enum err e;

    *supervisor = (struct supervisor){ .bell = -1, .data_lock = -1, .looked = clock_steady() };
    disk_open(&supervisor->disk);
    supervisor->world.service = service;
    supervisor->world.paths = service_paths(service);
    supervisor->world.disk = &supervisor->disk;
    supervisor->world.before_sound = repair_studio;
    supervisor->world.lingering = &supervisor->lingering;
    supervisor->world.store_waits = store_waits;
    supervisor->world.state = supervisor;
    fix_home(supervisor->world.paths);
    read_keeper(supervisor);
    keeper_watch_open(&supervisor->keeper, &supervisor->world, argv);
    e = settings_read(supervisor->world.paths, &supervisor->world.settings, &fault);
    if (e == ERR_OK)
        e = lock_take_data(supervisor->world.paths, "supervisor", &supervisor->data_lock, &fault);
    if (e == ERR_OK)
        e = fresh_names_board(service, &supervisor->world.board, &fault);
    if (e != ERR_OK) {
        log_fault("cannot supervise", &fault);
        service_stop(service, err_exit_code(e));
        return;
    }
    open_bell(supervisor);
    start_all(supervisor);
    service_every(service, HANG_LOOK_US, look_at_all, supervisor);
}

static void unlock_data(const struct supervisor *supervisor)
{
    if (supervisor->data_lock >= 0)
        close(supervisor->data_lock);
}

void supervisor_shut(struct supervisor *supervisor)
{
    if (!supervisor->world.board || supervisor->leaves_all) {
        unlock_data(supervisor);
        return;
    }
    log_info("shutting down");
    for (uint32_t i = supervisor->count; i > 0; i--)
        child_shut(&supervisor->children[i - 1]);
    server_shut(&supervisor->server);
    (void)studio_remove(supervisor->world.paths);
    board_close(supervisor->world.board);
    board_remove(supervisor->world.paths);
    if (supervisor->bell >= 0)
        service_unwatch(supervisor->world.service, supervisor->bell);
    bell_close(supervisor->bell);
    bell_remove(supervisor->world.paths);
    unlock_data(supervisor);
}
