/* artefact_writer.h: batches that bring large artefacts. Such a batch waits until a thread has written and synced the
 * files. Then persist does it like any other batch, in a turn of the loop. So an edit never waits for a file, and no
 * row names a file before that file is durable. All functions run on the loop's thread.
 *
 *   loop: batch, deferred ──► names, in parts ──► thread: files written, synced ──► loop: a turn, commit, answer
 *                                                                                               └─► cleaning, in parts
 *
 * After the batch, persist removes each of its files that no row names: the batch was refused, or its client gave up.
 * Until then no other request can make persist remove a file of the batch, even if it deletes the row. */
#ifndef LOOPHOLE_PERSIST_ARTEFACT_WRITER_H
#define LOOPHOLE_PERSIST_ARTEFACT_WRITER_H

#include "services/persist/turn/persist.h"

/* Makes the mailbox and the thread, and watches the mailbox on the loop. Errors: full, io. */
enum err artefact_writer_open(struct persist *p, struct fault *fault);
void artefact_writer_close(struct persist *p); /* forgets the batches: their clients send them again */
/* Every few seconds: gives up a batch whose files the disk does not accept for 10 minutes. */
void artefact_writer_look(struct persist *p);

/* True when the batch brings an artefact that has its own file. */
bool artefact_writer_is_needed(const struct persist_batch *ask);

/* Defers the call and keeps its memory, which contains `ask`. Errors (explained): busy (64 batches or 64 MiB are being
 * written). */
enum err artefact_writer_begin(struct persist *p, struct call *call, const struct persist_batch *ask);

/* Returns the digest of the ask whose batch is being written under this id; 0: none. */
uint64_t artefact_writer_digest(const struct persist *p, struct id request);

/* True while a batch in progress has written that file, or will write it. */
bool artefact_writer_holds(const struct persist *p, const char *name);

#endif
