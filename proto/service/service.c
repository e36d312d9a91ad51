#include "proto/service/service.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/config.h"
#include "common/process/crash_directory.h"
#include "common/process/limits.h"
#include "common/process/log.h"
#include "proto/service/service_parts.h"
#include "schema_service.h"

/* ---- start ---- */

static void set_machine_limits(const struct paths *paths)
{
    struct config *config = NULL;
    struct fault fault = { 0 };

    if (config_load(paths, &config, &fault) != ERR_OK || limits_set(config, &fault) != ERR_OK ||
        config_check(config, &fault) != ERR_OK)
        log_fault("settings", &fault);
    config_free(config);
}

/* Signals are blocked before ZeroMQ's threads start, which inherit that; the loop reads them from a descriptor. */
static enum err catch_signals(struct service *service, struct fault *fault)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_SETMASK, &set, NULL);
    service->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return service->signals < 0 ? fault_set(fault, ERR_IO, "cannot catch signals") : ERR_OK;
}

/* Long work runs outside the loop, so the board is checked here too. */
static void report_work(void *state, enum work_kind kind, uint64_t done, uint64_t total)
{
    struct service *service = state;

    service_look_at_board(service);
    board_work(service->entry, kind, done, total);
}

const struct long_work *service_work(const struct service *service)
{
    return &service->work;
}

void service_set_tag(struct service *service, const char *tag)
{
    (void)snprintf(service->paths.tag, sizeof(service->paths.tag), "%s", tag);
}

static enum err open_sockets(struct service *service, struct fault *fault)
{
    char address[PATH_MAX];
    enum err e;

    service->sockets = sockets_new(fault);
    if (!service->sockets)
        return fault->code;
    paths_ask_socket(&service->paths, service->name, address);
    e = sockets_open(service->sockets, SOCKET_ASK, address, &service->ask_socket, fault);
    if (e != ERR_OK || service->schema->event_count == 0)
        return e;
    paths_event_socket(&service->paths, service->name, address);
    return sockets_open(service->sockets, SOCKET_EVENTS, address, &service->event_socket, fault);
}

/* ZeroMQ does not remove the files of its sockets. If the home was replaced, they belong to another engine. */
static void remove_sockets(struct service *service)
{
    const size_t scheme = sizeof("ipc://") - 1;
    char address[PATH_MAX];

    if (service_look_at_lock(service) != LOCK_HERE)
        return;

    unlink(paths_ask_socket(&service->paths, service->name, address) + scheme);
    unlink(paths_event_socket(&service->paths, service->name, address) + scheme);
}

static void make_tables(struct service *service)
{
    const struct schema *schema = service->schema;

    ticket_init(&service->tickets);
    service->latencies = alloc_zeroed(schema->ask_count + schema_service.ask_count, sizeof(*service->latencies));
    service->sequences = alloc_zeroed(schema->event_count + 1, sizeof(*service->sequences));
}

static enum err start_service(struct service *service, struct fault *fault)
{
    enum err e = paths_find(&service->paths, fault);

    if (e != ERR_OK)
        return e;
    set_machine_limits(&service->paths);
    if (log_open(&service->paths, service->name, service->options.foreground, fault) != ERR_OK ||
        crash_open(&service->paths, service->name, fault) != ERR_OK)
        log_fault("starting", fault); /* an engine without a log is better than none */
    crash_before_end(in_hand_accuse);
    e = lock_take(&service->paths, service->name, &service->lock, fault);
    if (e != ERR_OK || (e = service_claim_entry(service, fault)) != ERR_OK)
        return e;
    work_beat_with(service_beat, service);
    make_tables(service);
    if ((e = catch_signals(service, fault)) == ERR_OK)
        e = open_sockets(service, fault);
    recall_open(service);
    return e;
}

static void end_with(const char *program, const struct fault *fault)
{
    fprintf(stderr, "%s: %s\n", program, fault->what);
    if (fault->hint[0])
        fprintf(stderr, "  %s\n", fault->hint);
    exit(err_exit_code(fault->code));
}

struct service *service_start(int argc, char **argv, const struct schema *schema)
{
    return service_start_as(argc, argv, schema, schema->service);
}

struct service *service_start_as(int argc, char **argv, const struct schema *schema, const char *name)
{
    struct service *service = alloc_zeroed(1, sizeof(*service));
    struct fault fault = { 0 };

    service->received_arena.limit = LIMIT_ARENA;
    service->schema = schema;
    service->name = name;
    service->started = clock_steady();
    service->epoch = (uint64_t)clock_now();
    service->state = BOARD_STARTING;
    service->work = (struct long_work){ report_work, service };
    umask(077);
    service_options_read(&service->options, argc, argv, schema);
    if (start_service(service, &fault) != ERR_OK) {
        log_fault("cannot start", &fault);
        end_with(argv[0], &fault);
    }
    log_info("started: version %s, process %d", LOOPHOLE_VERSION, (int)getpid());
    return service;
}

/* ---- registration by the service ---- */

const struct paths *service_paths(const struct service *service)
{
    return &service->paths;
}

void service_answer(struct service *service, const void *handlers, void *state)
{
    service->handlers = handlers;
    service->handler_state = state;
}

void service_each_turn(struct service *service, void (*end_of_turn)(void *state), void *state)
{
    service->end_of_turn = end_of_turn;
    service->end_of_turn_state = state;
}

void service_set_report(struct service *service,
                        void (*fill)(void *state, struct arena *arena, struct service_status *to),
                        enum err (*cancel)(void *state, struct id task, struct fault *fault), void *state)
{
    service->report = fill;
    service->cancel = cancel;
    service->report_state = state;
}

void service_beats_while(struct service *service, bool (*is_alive)(void *state), void *state)
{
    service->is_alive = is_alive;
    service->alive_state = state;
}

/* ---- end ---- */

static void free_parts(struct service *service)
{
    call_free_asides(service);
    ticket_drop_all(service);
    call_free_spare(service);
    requester_free(service->requester);
    sockets_free(service->sockets); /* waits until the last answers are sent */
    buffer_free(&service->frame);
    recall_free(service);
    arena_free(&service->received_arena);
    sockets_drop(&service->event);
    free(service->latencies);
    free(service->sequences);
    close(service->signals);
}

int service_end(struct service *service)
{
    int exit_code = service->exit_code;

    work_beat_with(NULL, NULL);
    free_parts(service);
    remove_sockets(service);
    log_info("ended with %d", exit_code);
    board_close(service->board);
    close(service->lock);
    log_close();
    free(service);
    return exit_code;
}
