/* turn.h: group commit. The first mutation of a turn of the loop opens the transaction. It is committed at the turn's
 * end, before any of its answers is sent.
 *
 *   turn_begin ─► checks ─► turn_wrote(each write) ─► turn_log ─► answer held, remembered ─► turn_end: commit, acks
 *
 * Long work (multipart.h) shares the transaction with the asks of that turn: for PART_US if an answer waits, for
 * TURN_US if none does, and until an ask comes.
 *
 * A request that is refused before its first write fails alone; a failure after a first write undoes the whole turn. */
#ifndef LOOPHOLE_PERSIST_TURN_H
#define LOOPHOLE_PERSIST_TURN_H

#include "services/persist/turn/persist.h"

/* Limits of one commit: after any of them, the turn ends before the next operation. */
enum { TURN_OPERATIONS = 1000, TURN_US = 10000, TURN_BYTES = 2 << 20 };

/* Old rows of the change log that a turn which writes removes, if there are so many; more if it adds more. */
enum { TURN_TRIMS = 64 };

/* The time that long work always has in a turn, in µs. Then it gives way to clients that wait. */
enum { PART_US = 4000 };

/* The hooks of the folders above, which a turn calls at its stages. persist_open registers them (persist_hooks). */
struct turn_hooks {
    enum err (*begin)(struct persist *p); /* the transaction was opened */

    /* Work in progress has this request id, and belongs to another ask. */
    bool (*is_used)(const struct persist *p, struct id request, uint64_t digest);

    enum err (*before_commit)(struct persist *p);
    void (*after)(struct persist *p);                         /* the turn was committed, or had nothing to write */
    void (*fail)(struct persist *p, const struct fault *why); /* the turn was undone */

    /* A commit failed because of the disk: closes the store and opens it again, at once and then every second, until a
     * commit of one row succeeds. The alarm lasts until then. */
    void (*open_again)(struct persist *p, const struct fault *why);
};

/* Opens the transaction if none is open, holds the call's answer, and checks whether this request was done before. If
 * it was, `*again` is true and the call is answered. Errors (explained): io or full (the store accepts no writes);
 * conflict (the request id belongs to another ask). */
enum err turn_begin(struct persist *p, struct call *call, bool *again);

/* The same for work that continues without a call; `request` is the request it belongs to. */
enum err turn_continue(struct persist *p, struct id request, struct fault *fault);

/* The request that continues made its last change under this revision (0: none). Work in parts takes long, so the log
 * may have trimmed that row: then the request has no change, because its answer could not be forgotten with it. */
void turn_set_change(struct persist *p, uint64_t revision);

/* Returns the result of a write; records an error, which breaks this turn. */
enum err turn_wrote(struct persist *p, enum err e);
bool turn_is_broken(const struct persist *p);

/* Long work begins, or continues, in the open turn. It does one step at least, and checks turn_is_over before each
 * further one. */
void turn_begin_part(struct persist *p);

/* True when long work must stop and continue in another turn: the turn has used its time or its bytes, or the work had
 * its PART_US and a client waits. */
bool turn_is_over(struct persist *p);

/* A request was refused. `writes_before` is p->writes before it: if it wrote since, the whole turn is undone. */
void turn_refused(struct persist *p, uint64_t writes_before, enum err e);

/* The revision that the next turn_log will give. */
uint64_t turn_next(const struct persist *p);
/* Adds a row to the change log under the next revision. Errors: full, io; they break the turn. */
enum err turn_log(struct persist *p, enum change_kind kind, struct id id, bool removed);

/* Stores an answer under its request, for work without a call. `digest` is that of the client's ask. */
enum err turn_remember(struct persist *p, struct id request, uint64_t digest, uint64_t revision,
                       const struct shape *shape, const void *answer);

/* Commits the turn and sends the answers; or undoes it and fails them. */
void turn_end(void *persist);

/* The same at the end of each turn of the loop. If long work stopped because an ask came, and no answer waits yet, the
 * transaction stays open for that ask: its client then waits for one commit, not for two. */
void turn_end_unless_asked(void *persist);

/* Reports a change of the alarm once: in the log, as an event and in `status`. "" ends the alarm. */
void turn_alarm(struct persist *p, const char *what);
void turn_alarm_full(struct persist *p); /* the disk is full, with its path */

/* A write outside the store failed: ends the turn, and continues as after a commit that failed with this error. */
void turn_blame_disk(struct persist *p, struct fault *fault);

bool persist_has_room(const struct persist *p); /* the disk of the store has room */

#endif
