#include "services/indexer/analyse/tell.h"

#include <stdlib.h>
#include <string.h>

#include "common/process/log.h"

enum {
    OPERATIONS_MAX = 32, /* a commit costs much the same for one and for many, but edits of others wait for it */
    BATCH_BYTES = 1 << 20,
    UNDER_WAY_MAX = 4, /* the files of one are written while another is done */
    WAITING_MAX = 12,
    BUDGET_MS = 10000,
    PAUSE_US = 300000,
};

struct outgoing_batch {
    struct outgoing_batch *next;
    struct tell *tell;
    struct id request;
    struct arena arena;
    size_t bytes;
    bool under_way;
    usec_t again; /* not before */
    uint32_t count;
    struct operation operations[OPERATIONS_MAX];
    void *notes[OPERATIONS_MAX];
};

struct tell {
    struct service *service;
    struct tell_events events;
    struct outgoing_batch *first; /* in their order; the last one may still gather */
    uint32_t batches, under_way;
    bool waits, was_full;
    char alarm[160];
};

enum err tell_new(struct service *service, const struct tell_events *events, struct tell **tell, struct fault *fault)
{
    struct tell *t = calloc(1, sizeof(*t));

    if (!t)
        return fault_set(fault, ERR_FULL, "no memory to tell persist");
    t->service = service;
    t->events = *events;
    *tell = t;
    return ERR_OK;
}

/* ---- batches ---- */

static struct outgoing_batch *batch_new(struct tell *tell, struct outgoing_batch **at)
{
    struct outgoing_batch *batch = calloc(1, sizeof(*batch));

    if (!batch)
        return NULL;
    batch->tell = tell;
    batch->request = id_new();
    batch->next = *at;
    *at = batch;
    tell->batches++;
    return batch;
}

static void batch_drop(struct outgoing_batch *batch)
{
    struct tell *tell = batch->tell;
    struct outgoing_batch **at = &tell->first;

    while (*at != batch)
        at = &(*at)->next;
    *at = batch->next;
    tell->batches--;
    arena_free(&batch->arena);
    free(batch);
}

void tell_free(struct tell *tell)
{
    if (!tell)
        return;
    while (tell->first)
        batch_drop(tell->first);
    free(tell);
}

/* The one that gathers: the last, when it is not sent and has room. */
static struct outgoing_batch *gathering_batch(struct tell *tell, size_t bytes)
{
    struct outgoing_batch **last = &tell->first;
    struct outgoing_batch *batch = NULL;

    while (*last) {
        batch = *last;
        last = &batch->next;
    }
    if (batch && !batch->under_way && batch->again == 0 && batch->count < OPERATIONS_MAX &&
        batch->bytes + bytes <= BATCH_BYTES)
        return batch;
    return batch_new(tell, last);
}

static enum err batch_add(struct outgoing_batch *batch, const struct operation *operation, size_t bytes, void *note)
{
    enum err e = codec_copy(&operation_shape, operation, &batch->arena, &batch->operations[batch->count]);

    if (e != ERR_OK)
        return e;
    batch->notes[batch->count++] = note;
    batch->bytes += bytes;
    return ERR_OK;
}

enum err tell_add(struct tell *tell, const struct operation *operation, size_t bytes, void *note)
{
    struct outgoing_batch *batch = gathering_batch(tell, bytes);
    enum err e = batch ? batch_add(batch, operation, bytes, note) : ERR_FULL;

    tell->was_full |= tell_is_full(tell);
    return e;
}

/* ---- answers ---- */

static bool is_transient(enum err e)
{
    return err_passes(e) || e == ERR_IO;
}

static void keep_batch(struct outgoing_batch *batch, enum err e, const struct fault *fault)
{
    struct tell *tell = batch->tell;

    batch->again = clock_steady() + PAUSE_US;
    tell->waits = e == ERR_OFFLINE || e == ERR_TIMEOUT;
    if (e != ERR_FULL && e != ERR_IO)
        return;
    if (!tell->alarm[0])
        log_fault("telling persist", fault);
    text_copy(tell->alarm, sizeof(tell->alarm), text_of(fault->what));
}

static void drop_refused(struct outgoing_batch *batch, const struct fault *fault)
{
    struct outcome outcome = { .error = text_of(err_name(fault->code)), .what = text_of(fault->what) };

    log_fault("persist refused one operation", fault);
    batch->tell->events.told(batch->tell->events.state, batch->notes[0], &batch->operations[0], &outcome);
    batch_drop(batch);
}

/* The second half becomes a batch of its own behind it; both are new requests. */
static void halve_batch(struct outgoing_batch *batch)
{
    struct outgoing_batch *half = batch_new(batch->tell, &batch->next);
    uint32_t keep_count = batch->count / 2;
    enum err e = half ? ERR_OK : ERR_FULL;

    for (uint32_t i = keep_count; e == ERR_OK && i < batch->count; i++)
        e = batch_add(half, &batch->operations[i], batch->bytes / batch->count, batch->notes[i]);
    if (e != ERR_OK) { /* no memory: as it is, later */
        if (half)
            batch_drop(half);
        batch->again = clock_steady() + PAUSE_US;
        return;
    }
    batch->count = keep_count;
    batch->request = id_new();
    batch->again = half->again = 1;
}

static void take_outcomes(struct outgoing_batch *batch, const struct outcomes *outcomes)
{
    struct tell *tell = batch->tell;

    tell->waits = false;
    tell->alarm[0] = 0;
    for (uint32_t i = 0; i < batch->count; i++)
        tell->events.told(tell->events.state, batch->notes[i], &batch->operations[i], &outcomes->each.at[i]);
    batch_drop(batch);
}

static void take_answer(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct outgoing_batch *batch = state;
    struct tell *tell = batch->tell;
    const struct outcomes *outcomes = answer;
    struct fault short_answer = { .code = ERR_INTERNAL, .what = "persist did not answer each operation" };

    tell->under_way--;
    batch->again = 1; /* it gathers no more, whatever is told meanwhile */
    batch->under_way = false;
    if (error == ERR_OK && outcomes->each.count != batch->count) {
        error = ERR_INTERNAL;
        fault = &short_answer;
    }
    if (error == ERR_OK)
        take_outcomes(batch, outcomes);
    else if (is_transient(error))
        keep_batch(batch, error, fault);
    else if (batch->count > 1)
        halve_batch(batch);
    else
        drop_refused(batch, fault);
    if (tell->was_full && !tell_is_full(tell)) {
        tell->was_full = false;
        tell->events.room(tell->events.state);
    }
}

/* ---- sending ---- */

static bool send_batch(struct outgoing_batch *batch)
{
    struct persist_batch request = { .operations = { batch->count, batch->operations } };
    struct fault fault = { 0 };
    const struct sender sender = { .request = batch->request };
    enum err e =
        service_ask(batch->tell->service, "persist.batch", &request, BUDGET_MS, &sender, take_answer, batch, &fault);

    batch->under_way = e == ERR_OK;
    if (e == ERR_OK)
        batch->tell->under_way++;
    else if (is_transient(e))
        batch->again = clock_steady() + PAUSE_US;
    else if (batch->count > 1)
        halve_batch(batch);
    else
        drop_refused(batch, &fault);
    return e == ERR_OK;
}

/* Those behind which another one gathers wait for nobody. */
static void send_all(struct tell *tell, uint32_t least)
{
    usec_t now = clock_steady();
    struct outgoing_batch *next;

    for (struct outgoing_batch *batch = tell->first; batch && tell->under_way < UNDER_WAY_MAX; batch = next) {
        next = batch->next;
        if (!batch->under_way && batch->again <= now && (batch->count >= least || batch->again || next))
            send_batch(batch);
    }
}

void tell_turn(struct tell *tell, bool more)
{
    send_all(tell, more ? OPERATIONS_MAX : 1);
}

void tell_tick(struct tell *tell)
{
    send_all(tell, 1);
}

uint32_t tell_count(const struct tell *tell)
{
    uint32_t count = 0;

    for (const struct outgoing_batch *batch = tell->first; batch; batch = batch->next)
        count += batch->count;
    return count;
}

bool tell_is_full(const struct tell *tell)
{
    return tell->batches > WAITING_MAX;
}

bool tell_waits(const struct tell *tell)
{
    return tell->waits;
}

const char *tell_alarm(const struct tell *tell)
{
    return tell->alarm;
}
