/* turn.h: group commit. The transaction opens with the first mutation of a turn of the loop and is committed at the
 * turn's end, before any of its answers leaves.
 *
 *   turn_begin ─► checks ─► turn_wrote(each write) ─► turn_log ─► answer held, remembered ─► turn_end: commit, acks
 *
 * Long work (multipart.h) shares the transaction with the asks of that turn: for PART_US when an answer waits, for
 * TURN_US when none does, and until an ask comes.
 *
 * What is refused before its first write fails alone; a failure after it undoes the whole turn. */
#ifndef LOOPHOLE_PERSIST_TURN_H
#define LOOPHOLE_PERSIST_TURN_H

#include "services/persist/turn/persist.h"

/* Of one commit: past any of them it is ended before the next operation. */
enum { TURN_OPERATIONS = 1000, TURN_US = 10000, TURN_BYTES = 2 << 20 };

/* What long work has of a turn in any case. After it the work gives way to clients that wait. */
enum { PART_US = 4000 };

/* What the parts above do at the moments of a turn. persist_open registers them (persist_hooks). */
struct turn_hooks {
    enum err (*begin)(struct persist *p); /* the transaction was opened */

    /* Work under way has this request id, and belongs to another ask. */
    bool (*is_used)(const struct persist *p, struct id request, uint64_t digest);

    enum err (*before_commit)(struct persist *p);
    void (*after)(struct persist *p);                         /* it was committed, or there was nothing to write */
    void (*fail)(struct persist *p, const struct fault *why); /* it was undone */

    /* A commit failed for the disk: closes the store and opens it again, at once and then every second, until a commit
     * of one row succeeds. The alarm lasts as long. */
    void (*open_again)(struct persist *p, const struct fault *why);
};

/* Opens the transaction when there is none, holds the call's answer, and looks whether this request was done before:
 * then `*again` is true and the call is answered. Errors (explained): io or full (the store takes no writes);
 * conflict (the request id belongs to another ask). */
enum err turn_begin(struct persist *p, struct call *call, bool *again);

/* The same for work that goes on without a call: the request it belongs to. */
enum err turn_continue(struct persist *p, struct id request, struct fault *fault);

/* Passes on what a write returned; an error is kept as the end of this turn. */
enum err turn_wrote(struct persist *p, enum err e);
bool turn_is_broken(const struct persist *p);

/* Long work begins, or goes on, in the open turn: it looks at turn_is_over between its steps, and does one at least. */
void turn_begin_part(struct persist *p);

/* Long work stops here, and goes on in another turn: the turn has used its time or its bytes, or the work had its
 * PART_US and a client waits. */
bool turn_is_over(struct persist *p);

/* What is refused has written nothing since `writes_before` (p->writes as it was); else all of the turn is undone. */
void turn_refused(struct persist *p, uint64_t writes_before, enum err e);

/* The revision that the next turn_log will have. */
uint64_t turn_next(const struct persist *p);
enum err turn_log(struct persist *p, enum change_kind kind, struct id id, bool removed);

/* Keeps an answer under its request, as a call does by itself. `digest` is that of the client's ask. */
enum err turn_remember(struct persist *p, struct id request, uint64_t digest, uint64_t revision,
                       const struct shape *shape, const void *answer);

/* Commits what there is and lets the answers go; or undoes it and fails them. */
void turn_end(void *persist);

/* The same at the end of each turn of the loop. When long work stopped because an ask came, and no answer waits yet,
 * the transaction stays open for that ask: its client waits for one commit, not for two. */
void turn_end_unless_asked(void *persist);

/* Says once that writes are (not) taken: in the log, as an event and in `status`. "" ends it. */
void turn_alarm(struct persist *p, const char *what);

/* After a write beside the store that failed: ends the turn, and goes on as after a commit that failed so. */
void turn_blame_disk(struct persist *p, struct fault *fault);

#endif
