/* result_queue.h: sends results to persist in batches, which fill while others are in progress. A batch stays, and is
 * sent again under the same request id, until persist has answered it. If persist refuses a whole batch, it is halved
 * until the faulty operation is alone. The loop's thread. */
#ifndef LOOPHOLE_INDEXER_RESULT_QUEUE_H
#define LOOPHOLE_INDEXER_RESULT_QUEUE_H

#include "proto/service/service.h"
#include "schema_persist.h"

struct result_queue;

struct result_queue_events {
    /* An operation is durable, or refused (outcome->error). `note` is that of result_queue_add. */
    void (*answered)(void *state, void *note, const struct operation *operation, const struct outcome *outcome);
    /* result_queue_is_full changed to false. */
    void (*room)(void *state);
    void *state;
};

/* `service` must outlive the queue. */
struct result_queue *result_queue_new(struct service *service, const struct result_queue_events *events);
void result_queue_free(struct result_queue *queue); /* drops operations without an answer; NULL is allowed */

/* Copies the operation. `bytes` is its approximate size on the wire. */
void result_queue_add(struct result_queue *queue, const struct operation *operation, size_t bytes, void *note);

bool result_queue_is_full(const struct result_queue *queue); /* analysis pauses while it is full */
bool result_queue_waits(const struct result_queue *queue);   /* persist does not answer */
const char *
result_queue_alarm(const struct result_queue *queue); /* "", or why persist refuses the results: "the disk is full" */

/* At the end of each turn: sends the batches. While `more` files are being analysed, it sends only full ones. */
void result_queue_turn(struct result_queue *queue, bool more);
void result_queue_tick(struct result_queue *queue); /* about every 100 ms: sends all, and repeats failed batches */
uint32_t result_queue_count(const struct result_queue *queue); /* operations that are not durable yet */

#endif
