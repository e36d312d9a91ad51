#include "services/indexer/analyse/result_queue.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "proto/wire/codec_copy.h"

enum {
    OPERATIONS_MAX = 32, /* a commit costs much the same for one and for many, but other clients' edits wait for it */
    BATCH_BYTES = 1 << 20,
    UNDER_WAY_MAX = 4, /* persist writes the files of one while it commits another */
    WAITING_MAX = 12,
    BUDGET_MS = 10000,
    PAUSE_US = 300000,
};

struct outgoing_batch {
    struct outgoing_batch *next;
    struct result_queue *queue;
    struct id request;
    struct arena arena;
    size_t bytes;
    bool under_way;
    usec_t again; /* steady clock: not sent before this time */
    uint32_t count;
    struct operation operations[OPERATIONS_MAX];
    void *notes[OPERATIONS_MAX];
};

struct result_queue {
    struct service *service;
    struct result_queue_events events;
    struct outgoing_batch *first; /* in order; the last one may still be filling */
    uint32_t batches, under_way;
    bool waits, was_full;
    char alarm[160];
};

struct result_queue *result_queue_new(struct service *service, const struct result_queue_events *events)
{
    struct result_queue *t = alloc_zeroed(1, sizeof(*t));

    t->service = service;
    t->events = *events;
    return t;
}

/* ---- batches ---- */

static struct outgoing_batch *batch_new(struct result_queue *queue, struct outgoing_batch **at)
{
    struct outgoing_batch *batch = alloc_zeroed(1, sizeof(*batch));

    batch->queue = queue;
    batch->request = id_new();
    batch->next = *at;
    *at = batch;
    queue->batches++;
    return batch;
}

static void batch_drop(struct outgoing_batch *batch)
{
    struct result_queue *queue = batch->queue;
    struct outgoing_batch **at = &queue->first;

    while (*at != batch)
        at = &(*at)->next;
    *at = batch->next;
    queue->batches--;
    arena_free(&batch->arena);
    free(batch);
}

void result_queue_free(struct result_queue *queue)
{
    if (!queue)
        return;
    while (queue->first)
        batch_drop(queue->first);
    free(queue);
}

/* The batch that is being filled: the last one if it was not sent and has room. */
static struct outgoing_batch *gathering_batch(struct result_queue *queue, size_t bytes)
{
    struct outgoing_batch **last = &queue->first;
    struct outgoing_batch *batch = NULL;

    while (*last) {
        batch = *last;
        last = &batch->next;
    }
    if (batch && !batch->under_way && batch->again == 0 && batch->count < OPERATIONS_MAX &&
        batch->bytes + bytes <= BATCH_BYTES)
        return batch;
    return batch_new(queue, last);
}

static void batch_add(struct outgoing_batch *batch, const struct operation *operation, size_t bytes, void *note)
{
    codec_keep(&operation_shape, operation, &batch->arena, &batch->operations[batch->count]);
    batch->notes[batch->count++] = note;
    batch->bytes += bytes;
}

void result_queue_add(struct result_queue *queue, const struct operation *operation, size_t bytes, void *note)
{
    batch_add(gathering_batch(queue, bytes), operation, bytes, note);
    queue->was_full |= result_queue_is_full(queue);
}

/* ---- answers ---- */

static bool is_transient(enum err e)
{
    return err_is_transient(e) || e == ERR_IO;
}

static void keep_batch(struct outgoing_batch *batch, enum err e, const struct fault *fault)
{
    struct result_queue *queue = batch->queue;

    batch->again = clock_steady() + PAUSE_US;
    queue->waits = e == ERR_OFFLINE || e == ERR_TIMEOUT;
    if (e != ERR_FULL && e != ERR_IO)
        return;
    if (!queue->alarm[0])
        log_fault("reporting to persist", fault);
    text_copy(queue->alarm, sizeof(queue->alarm), text_of(fault->what));
}

static void drop_refused(struct outgoing_batch *batch, const struct fault *fault)
{
    struct outcome outcome = { .error = text_of(err_name(fault->code)), .what = text_of(fault->what) };

    log_fault("persist refused one operation", fault);
    batch->queue->events.answered(batch->queue->events.state, batch->notes[0], &batch->operations[0], &outcome);
    batch_drop(batch);
}

/* The second half becomes the following batch; both are new requests. */
static void halve_batch(struct outgoing_batch *batch)
{
    struct outgoing_batch *half = batch_new(batch->queue, &batch->next);
    uint32_t keep_count = batch->count / 2;

    for (uint32_t i = keep_count; i < batch->count; i++)
        batch_add(half, &batch->operations[i], batch->bytes / batch->count, batch->notes[i]);
    batch->count = keep_count;
    batch->request = id_new();
    batch->again = half->again = 1;
}

static void take_outcomes(struct outgoing_batch *batch, const struct outcomes *outcomes)
{
    struct result_queue *queue = batch->queue;

    queue->waits = false;
    queue->alarm[0] = 0;
    for (uint32_t i = 0; i < batch->count; i++)
        queue->events.answered(queue->events.state, batch->notes[i], &batch->operations[i], &outcomes->each.at[i]);
    batch_drop(batch);
}

static void settle_batch(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct outgoing_batch *batch = state;
    struct result_queue *queue = batch->queue;
    const struct outcomes *outcomes = answer;
    struct fault short_answer = { .code = ERR_INTERNAL, .what = "persist did not answer each operation" };

    queue->under_way--;
    batch->again = 1; /* it accepts no further operations */
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
    if (queue->was_full && !result_queue_is_full(queue)) {
        queue->was_full = false;
        queue->events.room(queue->events.state);
    }
}

/* ---- sending ---- */

static bool send_batch(struct outgoing_batch *batch)
{
    struct persist_batch request = { .operations = { batch->count, batch->operations } };
    struct fault fault = { 0 };
    const struct sender sender = { .request = batch->request };
    enum err e =
        service_ask(batch->queue->service, "persist.batch", &request, BUDGET_MS, &sender, settle_batch, batch, &fault);

    batch->under_way = e == ERR_OK;
    if (e == ERR_OK)
        batch->queue->under_way++;
    else if (is_transient(e))
        batch->again = clock_steady() + PAUSE_US;
    else if (batch->count > 1)
        halve_batch(batch);
    else
        drop_refused(batch, &fault);
    return e == ERR_OK;
}

/* A batch that another one follows is sent at once. */
static void send_all(struct result_queue *queue, uint32_t least)
{
    usec_t now = clock_steady();
    struct outgoing_batch *next;

    for (struct outgoing_batch *batch = queue->first; batch && queue->under_way < UNDER_WAY_MAX; batch = next) {
        next = batch->next;
        if (!batch->under_way && batch->again <= now && (batch->count >= least || batch->again || next))
            send_batch(batch);
    }
}

void result_queue_turn(struct result_queue *queue, bool more)
{
    send_all(queue, more ? OPERATIONS_MAX : 1);
}

void result_queue_tick(struct result_queue *queue)
{
    send_all(queue, 1);
}

uint32_t result_queue_count(const struct result_queue *queue)
{
    uint32_t count = 0;

    for (const struct outgoing_batch *batch = queue->first; batch; batch = batch->next)
        count += batch->count;
    return count;
}

bool result_queue_is_full(const struct result_queue *queue)
{
    return queue->batches > WAITING_MAX;
}

bool result_queue_waits(const struct result_queue *queue)
{
    return queue->waits;
}

const char *result_queue_alarm(const struct result_queue *queue)
{
    return queue->alarm;
}
