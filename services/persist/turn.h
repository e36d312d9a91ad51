/* turn.h: group commit. The transaction opens with the first mutation of a turn of the loop and is committed at the
 * turn's end, before any of its answers leaves.
 *
 *   turn_begin ─► checks ─► turn_wrote(each write) ─► turn_log ─► answer held, remembered ─► turn_end: commit, acks
 *
 * What is refused before its first write fails alone; a failure after it undoes the whole turn. */
#ifndef LOOPHOLE_PERSIST_TURN_H
#define LOOPHOLE_PERSIST_TURN_H

#include "services/persist/persist.h"

/* Of one commit: past either it is ended before the next operation. */
enum { TURN_OPERATIONS = 1000, TURN_US = 10000 };

/* Opens the transaction when there is none, holds the call's answer, and looks whether this request was done before:
 * then `*again` is true and the call is answered. Errors (explained): io or full (the store takes no writes);
 * conflict (the request id belongs to another ask). */
enum err turn_begin(struct persist *p, struct call *call, bool *again);

/* The same for work that goes on without a call: the request it belongs to. */
enum err turn_continue(struct persist *p, struct id request, struct fault *fault);

/* Passes on what a write returned; an error is kept as the end of this turn. */
enum err turn_wrote(struct persist *p, enum err e);
bool turn_is_broken(const struct persist *p);

/* The open turn has used its time: long work stops here, and goes on in another turn. */
bool turn_is_over(const struct persist *p);

/* What is refused has written nothing since `writes_before` (p->writes as it was); else all of the turn is undone. */
void turn_refused(struct persist *p, uint64_t writes_before, enum err e);

/* The revision that the next turn_log will have. */
uint64_t turn_next(const struct persist *p);
enum err turn_log(struct persist *p, enum change_kind kind, struct id id, bool removed);

/* Keeps an answer under its request, as a call does by itself. `digest` is that of the client's ask. */
enum err turn_remember(struct persist *p, struct id request, uint64_t digest, uint64_t revision,
                       const struct shape *shape, const void *answer);

/* Commits what there is and lets the answers go; or undoes it and fails them. Called at the end of each turn. */
void turn_end(void *persist);

/* Says once that writes are (not) taken: in the log, as an event and in `status`. "" ends it. */
void turn_alarm(struct persist *p, const char *what);

/* After a write beside the store that failed: ends the turn, and goes on as after a commit that failed so. */
void turn_blame_disk(struct persist *p, struct fault *fault);

#endif
