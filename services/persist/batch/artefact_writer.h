/* artefact_writer.h: a batch that brings large artefacts waits off to the side until a thread has made their files
 * durable; then it is a batch like any other, in a turn of the loop. So an edit never waits for a file, and a row that
 * names a file is never written before it.
 *
 *   loop: batch, put off ──► names, in parts ──► thread: files written, synced ──► loop: its turn, commit, answer
 *                                                                                                  └─► cleans, in parts
 *
 * A file that no row names in the end (the batch was refused, or came too late) is removed afterwards. While a
 * batch is under way its files are not removed, even when another request drops their rows. */
#ifndef LOOPHOLE_PERSIST_ARTEFACT_WRITER_H
#define LOOPHOLE_PERSIST_ARTEFACT_WRITER_H

#include "services/persist/turn/persist.h"

/* Errors: full, io. */
enum err artefact_writer_open(struct persist *p, struct fault *fault);
void artefact_writer_close(struct persist *p); /* what is under way is forgotten: it is asked for again */
void artefact_writer_look(struct persist *p);  /* now and then: gives up files that a disk does not take */

bool artefact_writer_is_needed(const struct persist_batch *ask);

/* Puts the call off, and keeps its memory, with `ask` in it. Errors (explained): busy (too many), full. */
enum err artefact_writer_begin(struct persist *p, struct call *call, const struct persist_batch *ask);

/* Of the ask that brought the batch under way with this id; 0 when there is none. */
uint64_t artefact_writer_digest(const struct persist *p, struct id request);

/* True while a batch under way has written, or will write, that file. */
bool artefact_writer_holds(const struct persist *p, const char *name);

#endif
