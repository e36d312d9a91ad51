/* result_queue.h: what was heard goes to persist, in batches that gather while others are under way. A batch is kept,
 * and asked again under the same request id, until persist has answered; one that is refused as a whole is halved until
 * the operation at fault is alone. The loop's. */
#ifndef LOOPHOLE_INDEXER_RESULT_QUEUE_H
#define LOOPHOLE_INDEXER_RESULT_QUEUE_H

#include "proto/service/service.h"
#include "schema_persist.h"

struct result_queue;

struct result_queue_events {
    /* An operation is durable, or refused (outcome->error). `note` is what result_queue_add was given. */
    void (*answered)(void *state, void *note, const struct operation *operation, const struct outcome *outcome);
    /* result_queue_is_full changed to false. */
    void (*room)(void *state);
    void *state;
};

/* Errors: full. */
struct result_queue *result_queue_new(struct service *service, const struct result_queue_events *events);
void result_queue_free(struct result_queue
                           *queue); /* operations that persist has not answered are dropped; NULL is allowed */

/* Copies the operation. `bytes` is about its size on the wire. Errors: full (memory). */
enum err result_queue_add(struct result_queue *queue, const struct operation *operation, size_t bytes, void *note);

bool result_queue_is_full(const struct result_queue *queue); /* stop analysing for now */
bool result_queue_waits(const struct result_queue *queue);   /* persist does not answer */
const char *
result_queue_alarm(const struct result_queue *queue); /* "", or why persist cannot take it: "the disk is full" */

/* At the end of each turn: sends what has gathered, as long as more is being heard only in batches worth a commit. */
void result_queue_turn(struct result_queue *queue, bool more);
void result_queue_tick(struct result_queue *queue);            /* every 100 ms or so: sends all, and asks again */
uint32_t result_queue_count(const struct result_queue *queue); /* operations that are not durable yet */

#endif
