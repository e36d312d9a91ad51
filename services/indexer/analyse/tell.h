/* tell.h: what was heard goes to persist, in batches that gather while others are under way. A batch is kept, and
 * asked again under the same request id, until persist has answered; one that is refused as a whole is halved until
 * the operation at fault is alone. The loop's. */
#ifndef LOOPHOLE_INDEXER_TELL_H
#define LOOPHOLE_INDEXER_TELL_H

#include "proto/service/service.h"
#include "schema_persist.h"

struct tell;

struct tell_events {
    /* An operation is durable, or refused (outcome->error). `note` is what tell_add was given. */
    void (*told)(void *state, void *note, const struct operation *operation, const struct outcome *outcome);
    /* tell_is_full changed to false. */
    void (*room)(void *state);
    void *state;
};

/* Errors: full. */
enum err tell_new(struct service *service, const struct tell_events *events, struct tell **tell, struct fault *fault);
void tell_free(struct tell *tell); /* what is not told is dropped; NULL is allowed */

/* Copies the operation. `bytes` is about its size on the wire. Errors: full (memory). */
enum err tell_add(struct tell *tell, const struct operation *operation, size_t bytes, void *note);

bool tell_is_full(const struct tell *tell);      /* stop hearing for now */
bool tell_waits(const struct tell *tell);        /* persist does not answer */
const char *tell_alarm(const struct tell *tell); /* "", or why persist cannot take it: "the disk is full" */

/* At the end of each turn: sends what has gathered, as long as more is being heard only in batches worth a commit. */
void tell_turn(struct tell *tell, bool more);
void tell_tick(struct tell *tell);            /* every 100 ms or so: sends all, and asks again */
uint32_t tell_count(const struct tell *tell); /* operations that are not durable yet */

#endif
