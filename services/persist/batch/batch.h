/* batch.h: many operations under one request. persist does a short batch in one commit, however long its turn already
 * is: after a death, all of its operations that were not refused are done, or none. A longer batch is done in parts
 * (multipart.h); each part commits its outcomes too (store/parts.h). When the client sends the batch again after a
 * death between two parts, persist loads these outcomes. It continues with the first operation that has none. So no
 * operation is done twice, and the answer is complete. All functions run on the loop's thread. */
#ifndef LOOPHOLE_PERSIST_BATCH_H
#define LOOPHOLE_PERSIST_BATCH_H

#include "services/persist/turn/multipart.h"

enum { BATCH_WHOLE = 8 /* operations at most of a short batch, as the schema states */ };

/* A call that was deferred before, and the owner of its memory. */
struct batch_owner {
    struct id request;
    struct ticket ticket;
    uint64_t digest;
    const struct persist_batch *ask;
    struct arena *arena;
    void (*ended)(struct persist *p, void *state); /* NULL: the call itself is the owner */
    void *state;
};

/* A batch in progress. The owner, or without one the call, keeps `ask` and the memory of `arena` valid. */
struct batch {
    struct multipart work;
    const struct persist_batch *ask;
    struct arena *arena;
    struct outcomes outcomes; /* the first `count` operations are done */
    uint32_t stored;          /* number of outcomes that the store has */
    struct batch_owner owner;
};

/* Does the batch, or its first part: the call is answered, or deferred. Errors (explained): full (more outcomes than an
 * ask has memory for), conflict (the stored outcomes of this request belong to another batch), busy, the errors of a
 * broken turn. */
enum err batch_begin(struct persist *p, struct call *call, const struct persist_batch *ask, struct outcomes *answer);

/* The same for a call that was deferred before. Calls `ended` exactly once, after an error too. Until then the caller
 * leaves `ask` and `arena` unchanged. */
enum err batch_resume(struct persist *p, const struct batch_owner *owner, struct fault *fault);

/* The steps of the two functions above, exported for unit tests, which have no call.
 *
 * Loads the outcomes that the store has. Errors (explained): full, conflict, internal. */
enum err batch_load(struct persist *p, struct batch *batch, struct fault *fault);

/* Does operations in the open turn until it is over, a short batch whole, and stores their outcomes if operations
 * remain. The files of large artefacts must be durable already (artefact_writer.h). Errors (explained): those of a
 * broken turn, full. */
enum err batch_part(struct persist *p, struct batch *batch, struct fault *fault);
bool batch_is_done(const struct batch *batch); /* every operation has an outcome */

#endif
