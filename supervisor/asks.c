#include <unistd.h>
#include "common/log.h"
#include "common/proc.h"
#include "supervisor/supervisor.h"

static enum err tell_self(const struct supervisor *supervisor, struct arena *arena, struct service_line *to)
{
    char *last = arena_alloc(arena, CHILD_LAST_SIZE);
    int32_t pid = (int32_t)getpid();

    if (!last)
        return ERR_FULL;
    *to = (struct service_line){
        .service = TEXT("supervisor"),
        .state = { .value = RUN_STATE_READY },
        .pid = pid,
        .uptime_s = (double)proc_age(board_start_ticks(pid)) / 1e6,
        .restarts = supervisor->restarts,
        .last_death = text_of(child_write_last(supervisor->last_death, supervisor->died_at, last)),
    };
    return ERR_OK;
}

static enum err answer_services(struct supervisor *supervisor, struct call *call,
                                const struct supervisor_services *ask, struct service_lines *answer)
{
    struct arena *arena = call_arena(call);
    struct service_line *lines = arena_array(arena, supervisor->count + 1, sizeof(*lines));

    (void)ask;
    if (!lines || tell_self(supervisor, arena, &lines[0]) != ERR_OK)
        return refuse(call, ERR_FULL, "no memory for the list of services");
    for (uint32_t i = 0; i < supervisor->count; i++) {
        char *last = arena_alloc(arena, CHILD_LAST_SIZE);
        if (!last)
            return refuse(call, ERR_FULL, "no memory for the list of services");
        child_tell(&supervisor->children[i], last, &lines[i + 1]);
    }
    answer->each = (struct service_line_list){ supervisor->count + 1, lines };
    return ERR_OK;
}

static enum err answer_restart(struct supervisor *supervisor, struct call *call,
                               const struct supervisor_restart *ask, struct nothing *answer)
{
    enum err e;

    (void)answer;
    for (uint32_t i = 0; i < supervisor->count; i++) {
        if (!text_is(ask->service, supervisor->children[i].row->name))
            continue;
        log_info("restart of %s asked for", supervisor->children[i].row->name);
        child_restart(&supervisor->children[i]);
        return ERR_OK;
    }
    e = refuse(call, ERR_NOT_FOUND, "no service \"%.*s\"", TEXT_ARG(ask->service));
    fault_field(call_fault(call), "service");
    fault_hint(call_fault(call),
               "supervisor.services lists them; the supervisor itself restarts with the engine");
    return e;
}

/* The services stop behind the loop: the answer says that it has begun, and the lock's end that it is done. */
static enum err answer_shutdown(struct supervisor *supervisor, struct call *call,
                                const struct supervisor_shutdown *ask, struct nothing *answer)
{
    (void)call;
    (void)ask;
    (void)answer;
    log_info("shutdown asked for");
    service_stop(supervisor->world.service, 0);
    return ERR_OK;
}

const struct supervisor_handlers supervisor_handlers = {
    .services = answer_services,
    .restart = answer_restart,
    .shutdown = answer_shutdown,
};
