/* multipart.h: requests whose work takes longer than one turn. Each turn of the loop does one part of one request. The
 * requests alternate, and persist answers the asks of other clients between the parts. Each request gets one answer,
 * after its last part.
 *
 *   handler: multipart_begin, deferred ──► each turn: part, commit ──► last part, answer held, commit, answer sent
 *
 * Each part has its own commit, so the results of finished parts are in the store. A client may send its request again
 * after a death, a timeout or a failed commit: the work then continues after the last commit. For the same reason
 * persist may drop the work of a client that has gone. */
#ifndef LOOPHOLE_PERSIST_MULTIPART_H
#define LOOPHOLE_PERSIST_MULTIPART_H

#include "proto/wire/frame.h"
#include "services/persist/turn/persist.h"

/* The first member of each work's own struct. The owner sets the first three members, and `revision` if the work has
 * made a change already. */
struct multipart {
    /* Works in the open turn until turn_is_over. `*ended` is true when no further part is left; by then its ticket is
     * answered. After an error the turn is undone, unless this part has written nothing. */
    enum err (*part)(struct persist *p, struct multipart *work, bool *ended, struct fault *fault);
    void (*drop)(struct persist *p, struct multipart *work); /* frees it */
    bool outlives_its_call;                                  /* it continues after its client's deadline */

    struct multipart *next;
    struct id request;
    uint64_t digest;               /* of its ask */
    char client[FRAME_CLIENT + 1]; /* name of the client */
    struct ticket ticket;
    uint64_t revision; /* of its last change; 0: none yet, or the log has it no longer */
};

/* The `drop` of work that owns no other memory. */
void multipart_free(struct persist *p, struct multipart *work);

/* Defers the call, and appends the work to the queue. Drops the work on an error. Errors (explained): busy (too
 * many). */
enum err multipart_begin(struct persist *p, struct call *call, struct multipart *work);

/* The same for a call that was deferred before. The caller has set `request`, `digest` and `ticket`. */
void multipart_queue(struct persist *p, struct multipart *work);

/* Returns the number of requests in progress. */
uint32_t multipart_count(const struct persist *p);

/* Returns the work of this request; NULL: none. */
struct multipart *multipart_of(const struct persist *p, struct id request);

/* Returns the digest of the ask whose work is in progress under this id; 0: none. */
uint64_t multipart_digest(const struct persist *p, struct id request);

/* Drops the work of a request whose client gave up and now sends the request again. The new work continues from the
 * store. */
void multipart_forget(struct persist *p, struct multipart *work);

/* The turn was undone: answers every waiting client with `fault`, and drops all work. */
void multipart_fail_all(struct persist *p, const struct fault *fault);

#endif
