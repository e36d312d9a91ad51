/* service.h: the skeleton of every service: options, log, limits, lock, sockets, the standard asks, beats on
 * the board, and one loop. A service's main.c calls these in order and nothing else. One thread (the loop's).
 * SIGTERM and SIGINT are blocked and read in the loop, SIGPIPE is ignored: a parent gives its child an empty mask
 * (posix_spawnattr_setsigmask). Bounds of everything: proto/transport/limits.h. */
#ifndef LOOPHOLE_PROTO_SERVICE_H
#define LOOPHOLE_PROTO_SERVICE_H

#include "common/clock.h"
#include "common/paths.h"
#include "common/shared/work.h"
#include "proto/transport/lock.h"
#include "proto/wire/codec.h"

struct service;
struct call;

/* Reads the options (--help, --version, --foreground logs to stderr), finds the paths, opens the log, sets the
 * limits, takes the lock NAME.lock in the run directory (a second one ends with exit code of ERR_EXISTS), opens
 * the sockets. Ends the process with a message when it can't. Never returns NULL. */
struct service *service_start(int argc, char **argv, const struct schema *schema);
/* The same for a second process of one schema, under a name of its own: the schema's, a minus, and a word. */
struct service *service_start_as(int argc, char **argv, const struct schema *schema, const char *name);
const struct paths *service_paths(const struct service *service);

/* Its lock in the run directory: once that is gone or replaced, no client reaches its sockets. */
enum lock_place service_look_at_lock(const struct service *service);

/* The supervisor, before it starts a service: the names of shared memory have this word from now on. */
void service_set_tag(struct service *service, const char *tag);

/* The handlers (struct NAME_handlers of the generated header) and the state each is given. */
void service_answer(struct service *service, const void *handlers, void *state);

/* Called once at the end of every turn in which anything was handled (or a timer or descriptor fired). */
void service_each_turn(struct service *service, void (*end_of_turn)(void *state), void *state);

/* Called when `fd` is readable; at most 64 descriptors. Removing is allowed within the call. */
enum err service_watch(struct service *service, int fd, void (*ready)(void *state, int fd), void *state);
void service_unwatch(struct service *service, int fd);

/* Called every `period`, first after one period; a period of 0 removes it. At most 16, one for each (tick, state). */
void service_every(struct service *service, usec_t period, void (*tick)(void *state), void *state);

/* Called by the standard asks `status` (the tasks, and what the service waits for) and `cancel`. */
struct service_status; /* generated from service.schema */
void service_tells(struct service *service, void (*fill)(void *state, struct arena *arena, struct service_status *to),
                   enum err (*cancel)(void *state, struct id task, struct fault *fault), void *state);

/* It beats on the board only while this is true: a service whose work is done by another thread hangs when that one
 * does. */
void service_beats_while(struct service *service, bool (*is_alive)(void *state), void *state);

/* Where long work reports its steps: on the board, for the supervisor and `status`. What is reported before the loop
 * keeps the service alive however long the work takes; a service whose work reports nothing for hang_ms is killed. */
const struct long_work *service_work(const struct service *service);

void service_ready(struct service *service);   /* on the board: ready */
void service_waiting(struct service *service); /* on the board: it answers, and lacks what waits_for names */
void service_loop(struct service *service);    /* until SIGTERM or SIGINT or service_stop */
void service_stop(struct service *service, int exit_code);
int service_end(struct service *service); /* frees all; the exit code for main */

/* ---- within a handler ---- */

/* A handler returns ERR_OK with its answer filled, or an error it has explained with refuse. */
enum err refuse(struct call *call, enum err code, const char *format, ...) __attribute__((format(printf, 3, 4)));
enum err refuse_full(struct call *call); /* its arena gave NULL */
struct fault *call_fault(struct call *call);

/* Memory until the answer is sent or held. LIMIT_HANDLER bytes are there for sure: a handler that takes less in all
 * checks nothing; any other checks for NULL. */
struct arena *call_arena(struct call *call);

struct id call_request(const struct call *call);
uint64_t call_digest(const struct call *call); /* of the client's ask (frame_digest): a copy of it has the same */

/* What an ask to another service is sent under. `digest` is that of the client's ask when the id is a client's, so that
 * persist knows the client's copy again; 0 for an id that this service drew. */
struct sender {
    struct id request;
    uint64_t digest;
};
struct sender call_sender(const struct call *call);

/* Explains that the call's request id belongs to another ask. Returns conflict. */
enum err refuse_used_id(struct call *call);
usec_t call_deadline(const struct call *call); /* on the steady clock */
const struct ask *call_ask(const struct call *call);

/* Puts the answer off: the handler returns ERR_OK, and later exactly one of these is called with the ticket. The
 * ticket keeps the arena and the request alive; at the deadline the skeleton itself answers timeout, and a later
 * answer does nothing. An ask that its client sends again meanwhile is not handled again. When too many are put off
 * (LIMIT_DEFERRED) the ticket is none, and the call is answered busy whatever the handler returns. The answer struct
 * given to the handler must not be touched once it has returned. */
struct ticket {
    uint64_t number; /* 0: none */
};
struct ticket call_defer(struct call *call);
void ticket_answer(struct service *service, struct ticket ticket, const void *answer);
void ticket_fail(struct service *service, struct ticket ticket, const struct fault *fault);
bool ticket_is_open(const struct service *service, struct ticket ticket);

/* The memory of a call that was put off, its ask and its arena, stays until it is given back, also when it was answered
 * before. */
void call_keep(struct call *call);
void call_give_back(struct call *call);
size_t call_memory(const struct call *call); /* bytes of it */

/* Group commit: the answer (or refusal) of this call is kept until the end of the turn, when service_release sends
 * all that are held, or service_fail_held answers all of them with one fault. A call that is refused is held too
 * once call_hold was called. `keep` (or NULL) is called with the encoded answer frame's body before it is held. */
typedef enum err keep_fn(void *state, const struct call *call, enum err error, struct bytes body);
void call_hold(struct call *call, keep_fn *keep, void *state);
void service_release(struct service *service);
void service_fail_held(struct service *service, const struct fault *fault);

/* A client waits for the end of this turn: an answer is held, or an ask has come that was not read yet. Long work
 * within a turn looks here between its steps, and ends its part soon. False once the service stops: no turn follows. */
bool service_is_awaited(struct service *service);
bool service_holds(const struct service *service); /* an answer is held */

/* Answers this call with a body that was encoded before: a request that is repeated. Errors (explained): full. */
enum err call_answer_again(struct call *call, enum err error, struct bytes body);

/* ---- asks that are done once (`once` in the schemas) ----
 *
 * The skeleton keeps the answer before it sends it, in a file that outlives the process: a copy gets it from the
 * successor too. For a death between the effect and the answer a handler says before the effect what it will answer,
 * and how high a number in shared memory, which rises with each effect, is after it. The successor compares.
 * `effects` 0: the successor looks for the effect by the request id. */
void recall_foretell(struct call *call, const void *answer, uint64_t effects);
void ticket_foretell(struct service *service, struct ticket ticket, const void *answer, uint64_t effects);

/* At the start: that number now, before it rises again, and a function that finds an effect by its request id (or
 * NULL). A foretold ask whose effects are there is done. */
typedef bool recall_look(const void *state, struct id request);
void recall_settle(struct service *service, uint64_t effects, recall_look *look, const void *state);

/* A predecessor began this very ask, and died before it could answer. */
bool recall_was_begun(const struct call *call);

/* The answer (encoded) that the predecessor foretold; empty: none. Valid until the handler returns or foretells. */
struct bytes recall_foretold(const struct call *call);

/* ---- towards others ---- */

/* Publishes `body` (a struct of the event's shape); `event` is "changed" or "persist.changed". Never blocks. */
void service_publish(struct service *service, const char *event, const void *body);

/* Asks another service; `sender` NULL: an id is drawn. `done` is called from the loop exactly once: with the answer (a
 * struct of the answer's shape, valid during the call), or with a fault. Sent again under the same request id until the
 * budget is used up, as courier.h says. At most 1,024 under way: past that busy, at once. What is under way when
 * the loop ends is done with offline. */
enum err service_ask(struct service *service, const char *name, const void *request, uint32_t budget_ms,
                     const struct sender *sender,
                     void (*done)(void *state, enum err error, const void *answer, const struct fault *fault),
                     void *state, struct fault *fault);

/* Subscribes to an event of another service ("persist.changed"). `heard` gets the decoded body; `gap` is true when
 * the epoch or sequence shows that events were missed before this one, and with the first one. Errors: not_found,
 * full, io. */
enum err service_hear(struct service *service, const char *event,
                      void (*heard)(void *state, const void *body, bool gap), void *state);

#endif
