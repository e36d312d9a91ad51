/* batch.h: many operations under one request. What fits in one turn is one commit; a longer batch goes on in parts
 * (multipart.h), each part a commit with the outcomes so far (store/parts.h). A batch that is sent again after a
 * death between two parts begins with those outcomes and the first operation that has none: no operation is done
 * twice, and the answer is complete. */
#ifndef LOOPHOLE_PERSIST_BATCH_H
#define LOOPHOLE_PERSIST_BATCH_H

#include "services/persist/turn/multipart.h"

/* A call that was put off before, and what keeps its memory. */
struct batch_owner {
    struct id request;
    struct ticket ticket;
    uint64_t digest;
    const struct persist_batch *ask;
    struct arena *arena;
    void (*ended)(struct persist *p, void *state); /* NULL: the call itself is the owner */
    void *state;
};

/* A batch under way. `ask` and the memory of `arena` last as long as the owner's call, or the owner, does. */
struct batch {
    struct multipart work;
    const struct persist_batch *ask;
    struct arena *arena;
    struct outcomes outcomes; /* the first `count` are done */
    uint32_t stored;          /* of them, in the store */
    struct batch_owner owner;
};

/* Does the batch, or begins to: the call is answered, or put off. Errors (explained): full (no memory), conflict (what
 * the store has of this request is of another batch), busy, those of a turn that is broken. */
enum err batch_begin(struct persist *p, struct call *call, const struct persist_batch *ask, struct outcomes *answer);

/* The same for a call that was deferred before. `ended` is called exactly once, with an error too; until then `ask` and
 * `arena` stay as they are. */
enum err batch_resume(struct persist *p, const struct batch_owner *owner, struct fault *fault);

/* Fills in the outcomes that the store has. Errors (explained): full, conflict, internal. */
enum err batch_load(struct persist *p, struct batch *batch, struct fault *fault);

/* Does operations in the open turn until it is over, and stores their outcomes when any is left to do. The files of
 * large artefacts are durable already (artefact_writer.h). Errors (explained): those of a turn that is broken, full. */
enum err batch_part(struct persist *p, struct batch *batch, struct fault *fault);
bool batch_is_done(const struct batch *batch);

#endif
