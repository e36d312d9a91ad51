/* service.h: the skeleton of every service: options, log, limits, lock, sockets, the standard asks, heartbeats, and one
 * loop. The main.c of a service calls these functions in order and nothing else. One thread (the loop's). SIGTERM and
 * SIGINT are blocked and read in the loop, SIGPIPE is ignored; a parent therefore gives its child an empty mask
 * (posix_spawnattr_setsigmask). proto/limits.h has all bounds.
 *
 * It declares functions of all files that service_parts.h lists. */
#ifndef LOOPHOLE_PROTO_SERVICE_H
#define LOOPHOLE_PROTO_SERVICE_H

#include "common/arena.h"
#include "common/clock.h"
#include "common/paths.h"
#include "common/shared/work.h"
#include "proto/transport/lock.h"
#include "proto/wire/frame.h"

struct mailbox;
struct service;
struct call;

/* Reads the options (--help, --version; --foreground logs to stderr), finds the paths, opens the log, sets the limits,
 * takes the lock NAME.lock in the run directory and opens the sockets. A failure ends the process with a message; if
 * the lock is taken, with the exit code of ERR_EXISTS. Never returns NULL. */
struct service *service_start(int argc, char **argv, const struct schema *schema);
/* As service_start for a second process of one schema, under a name of its own: the schema's, a minus, and a word. */
struct service *service_start_as(int argc, char **argv, const struct schema *schema, const char *name);
const struct paths *service_paths(const struct service *service);

/* Checks its lock in the run directory: without it no client reaches the service's sockets. */
enum lock_place service_look_at_lock(const struct service *service);

/* The supervisor, before it starts a service: sets the word in all later names of shared memory. */
void service_set_tag(struct service *service, const char *tag);

/* Sets the handlers (struct NAME_handlers of the generated header) and the state that each receives. */
void service_answer(struct service *service, const void *handlers, void *state);

/* Sets a function that is called once at the end of every turn in which a message, a timer or a descriptor was
 * handled. */
void service_each_turn(struct service *service, void (*end_of_turn)(void *state), void *state);

/* Calls `ready` when `fd` is readable; at most 64 descriptors. `ready` may call service_unwatch. Errors: full. */
enum err service_watch(struct service *service, int fd, void (*ready)(void *state, int fd), void *state);
enum err service_watch_mail(struct service *service, struct mailbox *mailbox); /* opens the mail when it comes; full */
void service_unwatch(struct service *service, int fd);

/* Calls `tick` every `period`, first after one period; a period of 0 removes it. At most 24, one for each (tick,
 * state). */
void service_every(struct service *service, usec_t period, void (*tick)(void *state), void *state);

/* Sets the functions of the standard asks `status` (tasks, and why it waits) and `cancel`. For an unknown
 * task `cancel` returns not_found, and its caller fills the fault. */
struct service_status; /* generated from service.schema */
void service_set_report(struct service *service,
                        void (*fill)(void *state, struct arena *arena, struct service_status *to),
                        enum err (*cancel)(void *state, struct id task, struct fault *fault), void *state);

/* Sends heartbeats only while `is_alive` returns true: for a service whose work another thread does, and which hangs if
 * that thread hangs. */
void service_beats_while(struct service *service, bool (*is_alive)(void *state), void *state);

/* Returns the receiver of long work's progress, which is shown on the board to the supervisor and in `status`. Progress
 * before the loop keeps the service alive, however long the work takes. A service that reports none for hang_ms is
 * killed. */
const struct long_work *service_work(const struct service *service);

void service_ready(struct service *service); /* state ready on the board */
/* Sets the state waiting on the board: the service answers, but lacks what waits_for names. */
void service_waiting(struct service *service);
void service_loop(struct service *service); /* returns after SIGTERM, SIGINT or service_stop */
void service_stop(struct service *service, int exit_code);
int service_end(struct service *service); /* frees everything; returns the exit code for main */

/* ---- within a handler ---- */

/* Sets the call's error. A handler returns ERR_OK with a filled answer, or an error that it has set with refuse. */
enum err refuse(struct call *call, enum err code, const char *format, ...) __attribute__((format(printf, 3, 4)));
enum err refuse_full(struct call *call); /* for an arena that returned NULL */
struct fault *call_fault(struct call *call);

/* Returns the call's memory, valid until the answer is sent or held. It always has LIMIT_HANDLER bytes. A handler that
 * uses less in total needs no check; others check for NULL. */
struct arena *call_arena(struct call *call);

struct id call_request(const struct call *call);
struct text call_client(const struct call *call); /* name of the client, valid during the call; empty: not given */
uint64_t call_digest(const struct call *call);    /* of the client's ask (frame_digest); equal in all its copies */

/* The identity under which a service asks another one. `digest` is that of the client's ask if the id is the client's,
 * so that persist recognises a copy by the client; 0 for an id that this service made. */
struct sender {
    struct id request;
    uint64_t digest;
    char client[FRAME_CLIENT + 1]; /* name of the client; "": none is known */
};
struct sender call_sender(const struct call *call);

/* For work on a deferred ask in later turns: from here to service_lay_down a crash or a hang of this process is counted
 * against the ask, as during its handler. After SERVICE_DEATHS_MOST of them the skeleton refuses the ask. Returns what
 * was in hand before. The skeleton itself does it while it decodes an ask, encodes its answer, and calls the `done` of
 * service_ask for the ask that was in hand when service_ask was called. The loop's thread. */
enum { SERVICE_DEATHS_MOST = 2 };
uint64_t service_take_up(struct service *service, struct id request);
void service_lay_down(struct service *service, uint64_t before);

/* What this process has in hand, on the board (in_hand.h); NULL: there is no board. The loop's thread; the pointer is
 * valid in all threads. */
struct in_hand *service_in_hand(struct service *service);

/* Reports that another ask has the call's request id. Returns conflict, with the field `request`. */
enum err refuse_used_id(struct call *call);
usec_t call_deadline(const struct call *call); /* on the steady clock */
const struct ask *call_ask(const struct call *call);

/* Defers the answer: the handler returns ERR_OK, and later exactly one of ticket_answer and ticket_fail is called. The
 * ticket keeps the arena and the request. At the deadline the skeleton itself answers timeout, and a later answer does
 * nothing. A copy of the ask is not handled again meanwhile. If too many answers are deferred (LIMIT_DEFERRED), the
 * ticket is none, and the call is answered busy whatever the handler returns. The handler's answer struct is invalid
 * after it returned. */
struct ticket {
    uint64_t number; /* 0: none */
};
struct ticket call_defer(struct call *call);
void ticket_answer(struct service *service, struct ticket ticket, const void *answer);
void ticket_fail(struct service *service, struct ticket ticket, const struct fault *fault);
bool ticket_is_open(const struct service *service, struct ticket ticket);
uint64_t ticket_take_up(struct service *service, struct ticket ticket); /* service_take_up; closed: no change */

/* Keep the memory of a deferred call, its ask and its arena, until call_give_back, even after its answer. */
void call_keep(struct call *call);
void call_give_back(struct call *call);
size_t call_memory(const struct call *call); /* in bytes */

/* Group commit: keeps the answer (or error) of this call until the end of the turn. Then service_release sends all held
 * answers, or service_fail_held answers all of them with one fault. An error after call_hold is held too. `keep` (or
 * NULL) is called with the body of the encoded answer before it is held. */
typedef enum err keep_fn(void *state, const struct call *call, enum err error, struct bytes body);
void call_hold(struct call *call, keep_fn *keep, void *state);
void service_release(struct service *service);
void service_fail_held(struct service *service, const struct fault *fault);

/* True if a client waits for the end of this turn: an answer is held, or there is an unread ask. Long work within a
 * turn checks this between its steps, and then ends its part soon. False once the service stops, because no turn
 * follows. */
bool service_is_awaited(struct service *service);

/* True if the supervisor runs, or starts again, a service of this name. */
bool service_is_supervised(const struct service *service, const char *name);
bool service_holds(const struct service *service); /* an answer is held */

/* Answers a repeated request with an encoded body. Errors (explained): full. */
enum err call_answer_again(struct call *call, enum err error, struct bytes body);

/* ---- asks that are done once (`once` in the schemas) ----
 *
 * The skeleton keeps the answer, before it sends it, in a file that outlives the process, so a copy gets it from the
 * successor too. A process may die between the effect and the answer. So before the effect the handler prepares its
 * answer, and the value that a number in shared memory, which rises with each effect, will have after it. The successor
 * compares the two. `effects` 0: the successor looks for the effect by the request id. */
void recall_prepare(struct call *call, const void *answer, uint64_t effects);
void ticket_prepare(struct service *service, struct ticket ticket, const void *answer, uint64_t effects);

/* At the start: passes the current value of that number, before it rises again, and a function that finds an effect by
 * its request id (or NULL). If the effect of a prepared ask is found, the ask is done. */
typedef bool recall_look(const void *state, struct id request);
void recall_settle(struct service *service, uint64_t effects, recall_look *look, const void *state);

/* A predecessor began this ask, and died before it answered. */
bool recall_was_begun(const struct call *call);

/* Returns the encoded answer that the predecessor prepared; empty if there is none. Valid until the handler returns or
 * prepares. */
struct bytes recall_prepared(const struct call *call);

/* ---- other services ---- */

/* Publishes `body` (a struct of the event's shape); `event` is "changed" or "persist.changed". Never blocks. */
void service_publish(struct service *service, const char *event, const void *body);

/* Asks another service; `sender` NULL: a new request id. The loop calls `done` exactly once: with the answer (a struct
 * of its shape, valid during the call), or with a fault. The ask is sent again under the same request id until the
 * budget ends (requester.h). At most 1,024 in progress; beyond that busy, at once. Asks in progress at the end of the
 * loop are done with offline. */
enum err service_ask(struct service *service, const char *name, const void *request, uint32_t budget_ms,
                     const struct sender *sender,
                     void (*done)(void *state, enum err error, const void *answer, const struct fault *fault),
                     void *state, struct fault *fault);

/* Subscribes to an event of another service ("persist.changed"). `take` gets the decoded body. `gap` is true if the
 * epoch or sequence shows that earlier events were missed, and for the first event. Errors: not_found, full, io. */
enum err service_subscribe(struct service *service, const char *event,
                           void (*take)(void *state, const void *body, bool gap), void *state);

#endif
