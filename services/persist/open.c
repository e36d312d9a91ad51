#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include "common/log.h"
#include "schema_service.h"
#include "services/persist/persist.h"
#include "services/persist/removal.h"
#include "services/persist/turn.h"
#include "store/store.h"

static const usec_t readers_period = 5 * 1000000, retry_period = 1000000;
static const uint64_t room_again = 4 << 20; /* bytes free that end the alarm */

/* A disk may get room or come back; anything else waits for a person. */
static bool may_pass(enum err e)
{
    return e == ERR_FULL || e == ERR_IO || e == ERR_BUSY;
}

static void end_with(struct persist *p, const struct fault *fault)
{
    log_fault("cannot open the store", fault);
    fprintf(stderr, "loophole-persist: %s\n", fault->what);
    if (fault->hint[0])
        fprintf(stderr, "  %s\n", fault->hint);
    service_end(p->service);
    exit(err_exit_code(fault->code));
}

static void try_to_open(struct persist *p)
{
    char what[sizeof(p->alarm)];
    struct fault fault = { 0 };
    enum err e = store_open(p->paths, STORE_WRITER, &p->store, &fault);

    if (e == ERR_OK) {
        store_clear_readers(p->store);
        log_info("the store is open: %llu pages", (unsigned long long)store_pages(p->store));
        turn_alarm(p, "");
        return;
    }
    p->store = NULL;
    if (!may_pass(e))
        end_with(p, &fault);
    snprintf(what, sizeof(what), "the store cannot be opened: %.180s", fault.what);
    turn_alarm(p, what);
}

static bool has_room(struct persist *p)
{
    struct statvfs fs;

    return statvfs(p->paths->data, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize >= room_again;
}

static void retry(void *persist)
{
    struct persist *p = persist;

    if (!p->store)
        try_to_open(p);
    else if (p->alarm[0] && p->alarm_of_disk && has_room(p))
        turn_alarm(p, "");
}

static void look_at_readers(void *persist)
{
    struct persist *p = persist;

    if (p->store)
        readers_look(&p->readers, p->store);
}

void persist_open(struct persist *p)
{
    try_to_open(p);
    service_every(p->service, readers_period, look_at_readers, p);
    service_every(p->service, retry_period, retry, p);
}

void persist_close(struct persist *p)
{
    struct fault fault = { .code = ERR_BUSY, .what = "the service is stopping" };

    removal_fail_all(p, &fault);
    store_close(p->store);
    buffer_free(&p->w.row);
    buffer_free(&p->w.dropped);
    buffer_free(&p->w.unsettled);
    arena_free(&p->arena);
}

void persist_tell(void *state, struct arena *arena, struct service_status *to)
{
    struct persist *p = state;

    to->alarm = arena_text(arena, text_of(p->alarm));
    removal_tell(p, arena, &to->tasks);
}
