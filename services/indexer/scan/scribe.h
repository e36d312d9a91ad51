/* scribe.h: how a scan writes to persist, from its own thread: asks that are repeated under the same request id until
 * persist answers, and operations gathered into batches. One thread for each struct scribe.
 *
 * The operations of a scan say what is (a place, a move, a presence), so that saying one again, after a crash that
 * forgot the answer, changes nothing. */
#ifndef LOOPHOLE_INDEXER_SCRIBE_H
#define LOOPHOLE_INDEXER_SCRIBE_H

#include "common/process/errand.h"
#include "proto/service/service.h"
#include "proto/transport/ask.h"
#include "schema_persist.h"

enum { SCRIBE_BATCH = 500 };

struct scribe {
    struct errand *errand;
    struct asker *asker;
    atomic_bool *waits; /* true while persist does not answer */
    struct arena arena; /* of the batch */
    uint32_t count;
    struct operation operations[SCRIBE_BATCH];
    void *about[SCRIBE_BATCH];
    /* Told of each operation of a batch once it is durable, or refused. */
    void (*answered)(void *state, const struct operation *operation, const struct outcome *outcome, void *about);
    void *state;
};

/* The members errand, waits, answered and state are set by the caller before. Errors: full, io. */
enum err scribe_open(struct scribe *scribe, const struct paths *paths, struct fault *fault);
void scribe_close(struct scribe *scribe); /* a batch under way is dropped */

/* Waits for the answer however long persist is away. Errors: persist's refusals; timeout when the errand is not to
 * go on. The answer lasts until the next ask. */
enum err scribe_ask(struct scribe *scribe, const char *name, const void *request, void *answer, struct fault *fault);

/* The same for the ask of a client, under that ask's id. `sender` without a digest: as scribe_ask. */
enum err scribe_ask_for(struct scribe *scribe, const struct sender *sender, const char *name, const void *request,
                        void *answer, struct fault *fault);

/* Copies the operation, and sends the batch when it is full. `about` comes back with its answer. */
enum err scribe_add(struct scribe *scribe, const struct operation *operation, void *about, struct fault *fault);
enum err scribe_flush(struct scribe *scribe, struct fault *fault);

#endif
