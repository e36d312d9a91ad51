/* multipart.h: requests whose work is longer than one turn. Their work is done in parts. A turn of the loop does one
 * part, requests take turns, and the asks of other clients come in between. Each request gets one answer, after its
 * last part.
 *
 *   handler: multipart_begin, deferred ──► each turn: part, commit ──► last part, answer held, commit, answer sent
 *
 * Each part commits alone. What it did is in the store, so that a request that is sent again after a death, a timeout
 * or a failed commit goes on where its last commit ended. Work whose client no longer waits is dropped in the same
 * way. */
#ifndef LOOPHOLE_PERSIST_MULTIPART_H
#define LOOPHOLE_PERSIST_MULTIPART_H

#include "services/persist/turn/persist.h"

/* The head of a work's own struct. The first three members are the owner's. */
struct multipart {
    /* Works in the open turn until turn_is_over. `*ended` is true when the work has no further part; its ticket is
     * answered by then. On an error the turn is undone, or nothing was written in this part. */
    enum err (*part)(struct persist *p, struct multipart *work, bool *ended, struct fault *fault);
    void (*drop)(struct persist *p, struct multipart *work); /* frees it */
    bool outlives_its_call;                                  /* it goes on after its client's deadline */

    struct multipart *next;
    struct id request;
    uint64_t digest; /* of its ask */
    struct ticket ticket;
    uint64_t revision; /* of its last change; 0: none yet */
};

/* Puts the call off, and the work at the end of the queue. The work is dropped when that fails. Errors (explained):
 * busy (too many). */
enum err multipart_begin(struct persist *p, struct call *call, struct multipart *work);

/* The same for a call that was put off before, with `request`, `digest` and `ticket` filled in. */
void multipart_queue(struct persist *p, struct multipart *work);

/* The work of this request; NULL: none. */
struct multipart *multipart_of(const struct persist *p, struct id request);

/* Of the ask whose work is under way with this id; 0 when there is none. */
uint64_t multipart_digest(const struct persist *p, struct id request);

/* Drops the work of a request whose client gave up and sends it again now: it begins again from the store. */
void multipart_forget(struct persist *p, struct multipart *work);

/* The turn was undone: every client that waits gets `fault`, and all work is dropped. */
void multipart_fail_all(struct persist *p, const struct fault *fault);

#endif
