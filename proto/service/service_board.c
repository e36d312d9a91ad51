/* service_board.c: the place of the service among the others: its lock, its entry on the board, and what it has in hand
 * there. */
#include <stdio.h>
#include <unistd.h>

#include "common/process/log.h"
#include "common/shared/bell.h"
#include "proto/service/service_parts.h"

enum { BOARD_LOOK_US = 500000, HOMELESS_US = 3000000 };

/* ---- the state ---- */

void service_ready(struct service *service)
{
    char ring[BELL_SIZE];

    service->state = BOARD_READY;
    board_state(service->entry, BOARD_READY);
    snprintf(ring, sizeof(ring), "ready %s", service->name);
    bell_ring(&service->paths, ring);
    log_info("ready");
}

void service_waiting(struct service *service)
{
    service->state = BOARD_WAITING;
    board_state(service->entry, BOARD_WAITING);
}

void service_stop(struct service *service, int exit_code)
{
    service->stopping = true;
    service->exit_code = exit_code;
}

/* ---- the entry ---- */

static bool is_anothers(const struct board_entry *entry)
{
    int32_t pid = entry ? atomic_load(&entry->pid) : 0;

    return pid > 0 && pid != getpid() && board_start_ticks(pid) == atomic_load(&entry->start_ticks);
}

/* Without a supervisor there is no board, and a service runs without it. While we hold the lock, a process on our entry
 * has the same data directory and another run directory. */
enum err service_claim_entry(struct service *service, struct fault *fault)
{
    if (board_open(&service->paths, &service->board, NULL) != ERR_OK)
        return ERR_OK;
    service->entry = board_entry(service->board, service->name, false);
    if (is_anothers(service->entry)) {
        fault_set(fault, ERR_EXISTS, "another engine has the data in %.200s", service->paths.data);
        return fault_hint(fault, "its sockets are not in %.150s: it started with another XDG_RUNTIME_DIR",
                          service->paths.run);
    }
    board_claim(service->entry);
    return ERR_OK;
}

static bool is_on_board(const struct service *service)
{
    const struct board_entry *entry = service->entry;

    return entry && board_is_current(service->board, &service->paths) && board_is_named(entry, service->name) &&
           atomic_load(&entry->pid) == getpid() && atomic_load(&entry->state) == service->state;
}

bool service_is_supervised(const struct service *service, const char *name)
{
    return service->board && board_is_current(service->board, &service->paths) &&
           board_entry(service->board, name, false) != NULL;
}

enum lock_place service_look_at_lock(const struct service *service)
{
    return lock_look(&service->paths, service->name, service->lock);
}

/* The supervisor ends all services of a removed home. Without a supervisor each service ends itself. */
static void look_at_home(struct service *service, usec_t now)
{
    if (service_look_at_lock(service) != LOCK_GONE) {
        service->homeless = 0;
        lock_refresh(&service->paths, service->lock);
        return;
    }
    service->homeless = service->homeless ? service->homeless : now;
    if (service->stopping || now - service->homeless < HOMELESS_US)
        return;
    log_error("its lock in %s was removed or replaced: no client can reach this service, so it ends",
              service->paths.run);
    service_stop(service, 0);
}

/* The supervisor replaces a damaged or removed board; the service then uses the new one. */
void service_look_at_board(struct service *service)
{
    usec_t now = clock_steady();

    if (now - service->board_looked < BOARD_LOOK_US)
        return;
    service->board_looked = now;
    look_at_home(service, now);
    if (is_on_board(service))
        return;
    service->entry = NULL; /* the old board stays mapped: a thread may have a key in hand there */
    if (board_open(&service->paths, &service->board, NULL) != ERR_OK)
        return;
    service->entry = board_entry(service->board, service->name, false);
    if (is_anothers(service->entry))
        service->entry = NULL;
    board_claim(service->entry);
    board_state(service->entry, service->state);
    if (service->entry)
        log_warn("on the board again, which was damaged or replaced");
}

/* ---- in hand ---- */

struct in_hand *service_in_hand(struct service *service)
{
    return board_in_hand(service->entry);
}

uint64_t service_take_up(struct service *service, struct id request)
{
    return in_hand_take(service_in_hand(service), in_hand_key(request.b, sizeof(request.b)));
}

void service_lay_down(struct service *service, uint64_t before)
{
    in_hand_leave(service_in_hand(service), before);
}
