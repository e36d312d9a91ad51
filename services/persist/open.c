#include "services/persist/open.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/process/log.h"
#include "schema_service.h"
#include "services/persist/batch/artefact_writer.h"
#include "services/persist/batch/dropping.h"
#include "services/persist/batch/sweep.h"
#include "services/persist/edit/kit_names.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/places/forgetting.h"
#include "services/persist/places/removal.h"
#include "services/persist/places/repack.h"
#include "services/persist/steps/long_apply.h"
#include "services/persist/turn/lineage.h"
#include "services/persist/turn/multipart.h"
#include "services/persist/turn/turn.h"
#include "store/open/put_back.h"
#include "store/open/store_open.h"
#include "store/store.h"
#include "store/trust.h"

static const usec_t look_period = 5 * 1000000, retry_period = 1000000;

static bool is_doubted(const struct persist *p)
{
    char directory[PATH_MAX + 16];

    snprintf(directory, sizeof(directory), "%s/store", p->paths->data);
    return trust_is_doubted(directory);
}

/* A disk may get room or come back, and a damaged store may be restored. For other errors a person must act. */
static bool may_pass(const struct persist *p, enum err e)
{
    return e == ERR_FULL || e == ERR_IO || e == ERR_BUSY || is_doubted(p);
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

/* Writes one row unchanged, and commits it to the disk. */
static enum err try_to_write(struct store *store, struct fault *fault)
{
    struct txn *txn;
    enum err e = store_write(store, &txn, fault);

    if (e != ERR_OK)
        return e;
    e = txn_set_version(txn, STORE_VERSION);
    if (e == ERR_OK)
        return txn_commit(txn, fault);
    txn_end(txn);
    return fault_set(fault, e, "a row cannot be written");
}

static enum err open_and_try(struct persist *p, struct fault *fault)
{
    const struct long_work *work = service_work(p->service);
    enum err e = store_open_work(p->paths, STORE_WRITER, work, &p->store, fault);

    work_report(work, WORK_NONE, 0, 0);
    if (e != ERR_OK) {
        p->store = NULL;
        return e;
    }
    e = lineage_open(p, fault);
    if (e == ERR_OK && p->alarm[0])
        e = try_to_write(p->store, fault);
    if (e != ERR_OK) {
        store_close(p->store);
        p->store = NULL;
    }
    return e;
}

static void alarm_of_store(struct persist *p, const struct fault *fault)
{
    char what[sizeof(p->alarm)];

    p->alarm_of_disk = false;
    p->why = *fault;
    if (fault->code == ERR_FULL || !persist_has_room(p)) {
        turn_alarm_full(p);
        return;
    }
    snprintf(what, sizeof(what), "%s%.200s", is_doubted(p) ? "" : "the store cannot be written:  ", fault->what);
    turn_alarm(p, what);
}

static void try_to_open(struct persist *p)
{
    struct fault fault = { 0 };
    enum err e;

    if (put_back_goes_on(&p->put_back))
        return;
    e = open_and_try(p, &fault);
    if (e != ERR_OK && !may_pass(p, e))
        end_with(p, &fault);
    if (e != ERR_OK) {
        alarm_of_store(p, &fault);
        return;
    }
    store_clear_readers(p->store);
    sweep_use(p, p->store);
    repack_resume(p);
    forgetting_resume(p);
    log_info("the store is open: %llu pages", (unsigned long long)store_pages(p->store));
    if (!p->alarm_of_disk || persist_has_room(p))
        turn_alarm(p, "");
}

/* Call it when no turn is open. */
static void close_store(struct persist *p)
{
    struct fault fault = { 0 };

    if (p->store && put_back_is_due(p->store) && !put_back_goes_on(&p->put_back)) {
        log_error("data.mdb was removed: a child writes it again");
        if (put_back_start(p->store, &p->put_back, &fault) != ERR_OK)
            log_fault("data.mdb cannot be written again", &fault);
    }
    kit_names_forget(p);
    store_close(p->store);
    p->store = NULL;
}

static void open_again(struct persist *p, const struct fault *why)
{
    sweep_use(p, NULL);
    close_store(p);
    alarm_of_store(p, why);
    try_to_open(p);
}

static bool is_used(const struct persist *p, struct id request, uint64_t digest)
{
    const uint64_t digests[] = { artefact_writer_digest(p, request), multipart_digest(p, request) };
    bool is_other = false;

    for (size_t i = 0; i < sizeof(digests) / sizeof(*digests); i++)
        is_other = is_other || (digests[i] && digests[i] != digest);
    return is_other;
}

static void fail_work(struct persist *p, const struct fault *why)
{
    kit_names_forget(p);
    multipart_fail_all(p, why);
    repack_resume(p);
    forgetting_resume(p);
}

const struct turn_hooks persist_hooks = {
    .begin = undo_load,
    .is_used = is_used,
    .before_commit = undo_save,
    .after = dropping_start,
    .fail = fail_work,
    .open_again = open_again,
};

static void notice_removal(struct persist *p)
{
    const struct fault why = { .code = ERR_IO, .what = "data.mdb was removed while the engine runs" };

    turn_end(p);
    open_again(p, &why);
}

/* A process found damaged pages, or died while it read the store. */
static void check_again(struct persist *p)
{
    const struct fault why = { .code = ERR_IO, .what = "the store is checked: a process died while it read it" };

    turn_end(p);
    open_again(p, &why);
}

static void retry_store(void *persist)
{
    struct persist *p = persist;

    if (!p->store)
        try_to_open(p);
    else if (put_back_is_due(p->store))
        notice_removal(p);
    else if (is_doubted(p))
        check_again(p);
    else if (p->alarm[0] && p->alarm_of_disk && persist_has_room(p))
        turn_alarm(p, "");
    sweep_look(p);
}

static void publish_readers(struct persist *p)
{
    const char *what = p->readers.alarm[0] ? p->readers.alarm : p->alarm;
    struct persist_alarm event = { .what = text_of(what) };

    if (p->readers.alarm[0])
        log_error("%s", p->readers.alarm);
    else
        log_info("no process reads an old state of the store any longer");
    service_publish(p->service, "alarm", &event);
}

static void look_around(void *persist)
{
    struct persist *p = persist;

    if (p->store && readers_look(&p->readers, p->store))
        publish_readers(p);
    artefact_writer_look(p);
}

void persist_open(struct persist *p)
{
    struct fault fault = { 0 };

    p->hooks = &persist_hooks;
    if (readers_open(&p->readers, p->paths, &fault) != ERR_OK || artefact_writer_open(p, &fault) != ERR_OK)
        end_with(p, &fault);
    sweep_open(p);
    try_to_open(p);
    service_every(p->service, look_period, look_around, p);
    service_every(p->service, retry_period, retry_store, p);
}

void persist_close(struct persist *p)
{
    struct fault fault = { .code = ERR_OFFLINE, .what = "the service is stopping" };

    multipart_fail_all(p, &fault);
    repack_close(p);
    if (sweep_close(p))
        artefact_writer_close(p);
    close_store(p);
    buffer_free(&p->w.row);
    buffer_free(&p->w.dropped);
    arena_free(&p->arena);
}

void persist_report(void *state, struct arena *arena, struct service_status *to)
{
    struct persist *p = state;

    char both[256];

    snprintf(both, sizeof(both), "%.90s; %.160s", p->alarm, p->readers.alarm);
    to->alarm = arena_text(arena, text_of(!p->readers.alarm[0] ? p->alarm : p->alarm[0] ? both : p->readers.alarm));
    to->tasks.at = arena_array(arena, multipart_count(p), sizeof(*to->tasks.at));
    if (!to->tasks.at)
        return;
    removal_list_tasks(p, &to->tasks);
    forgetting_list_tasks(p, &to->tasks);
    long_apply_list_tasks(p, arena, &to->tasks);
}

enum err persist_cancel(void *state, struct id task, struct fault *fault)
{
    (void)fault;
    return long_apply_cancel(state, task);
}
