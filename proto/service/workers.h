/* workers.h: the sandboxed workers of one service (sandboxed.h). They are started ahead, and used once a first answer
 * has shown that they work. A worker that dies, answers nonsense or misses a deadline is replaced. The loop's.
 *
 *   start ─► asked for its first answer ─► spare ─(workers_take)─► held ─(workers_give_back)─► spare
 *     ▲                                                              │
 *     └───────────── lost: dead, nonsense, past a deadline ◄─────────┘                                           */
#ifndef LOOPHOLE_PROTO_WORKERS_H
#define LOOPHOLE_PROTO_WORKERS_H

#include "proto/service/service.h"
#include "proto/transport/sandboxed.h"

enum { WORKERS_MAX = 44, WORKERS_FILES = 1000, WORKERS_START_US = 20000000 };

struct workers;

struct worker {
    struct sandboxed process; /* pid 0: there is none */
    void *holder;             /* what the worker was taken for; NULL: nothing */
    uint64_t number;          /* of the last message */
    usec_t deadline;          /* of its answer */
    uint32_t files;           /* takes since its start: after WORKERS_FILES it is replaced */
    bool is_asked;            /* the last message is not answered yet */
    bool is_proved;           /* it answered its first message */
    bool is_broken;           /* it did not take the last message */
};

struct workers_settings {
    const char *program; /* path of loophole-worker; outlives the workers */
    const char *mode;    /* its one argument, or NULL */
    uint32_t most;       /* workers at one time, 1 to WORKERS_MAX */
    uint32_t ahead;      /* of these, spare ones that are kept ready */
    const struct shape *answer;
    size_t number_at; /* offset of the answer's number: it is that of the message */
};

struct workers_events {
    /* The worker is new: workers_ask sends it the first message, with WORKERS_START_US. An error ends it. */
    enum err (*prove)(struct worker *worker, struct fault *fault);
    /* An answer, which lasts for the call; the first one comes without a holder. An error: it is nonsense, and the
     * worker is lost. */
    enum err (*answered)(void *state, struct worker *worker, const void *answer, struct fault *fault);
    /* The holder's worker is gone. Codes: timeout (no answer in time), offline (it died: the words say how),
     * bad_request (nonsense). */
    void (*lost)(void *state, void *holder, const struct fault *fault);
    /* There is a spare worker again, after workers_take had none. */
    void (*spare)(void *state);
    void *state;
};

/* Starts the workers. That none can be started shows in workers_alarm; they are tried again. */
struct workers *workers_new(struct service *service, const struct workers_settings *settings,
                            const struct workers_events *events);
void workers_free(struct workers *workers);               /* kills them; NULL is allowed */
void workers_tick(struct workers *workers);               /* every 100 ms or so */
const char *workers_alarm(const struct workers *workers); /* "", or why no worker can be started */

/* A spare worker for `holder`, or NULL: then `spare` is called when there is one. */
struct worker *workers_take(struct workers *workers, void *holder);

/* Sends one message, a struct of `shape`; `number` is its field of that name, which is set. `fd` (or -1) stays the
 * caller's. A worker that does not take the message is lost in the next tick. */
void workers_ask(struct worker *worker, const struct shape *shape, const void *message, uint64_t *number, int fd,
                 usec_t patience);

bool workers_is_free(const struct worker *worker); /* it answered its last message */

/* The holder does not need the worker any more: it is spare, once its last message is answered. */
void workers_give_back(struct workers *workers, struct worker *worker);

/* Kills the worker, at any time, and waits for nothing; the next tick or take starts another one. */
void workers_drop(struct workers *workers, struct worker *worker);

/* The holders of all workers, one at a time from *at = 0; NULL after the last. */
void *workers_holder(const struct workers *workers, uint32_t *at);

#endif
