/* service_parts.h: shared by the files of the skeleton. No other file includes it.
 *
 *   service.c            start and end
 *   service_options.c    the command line
 *   service_board.c      its lock and its entry on the board
 *   service_loop.c       waiting and turns
 *   service_watch.c      watched descriptors and timers
 *   call_take.c          receives asks, and handles them in turn
 *   call_aside.c         the same for large ones: a thread reads them
 *   call_handle.c        handles one ask
 *   call_read.c          checks and decodes it
 *   call_answer.c        sends or holds its answer
 *   call.c               the memory of a call
 *   ticket.c             deferred answers
 *   recall.c             answers to copies of an ask
 *   recall_file.c        their file, which outlives the process
 *   service_held.c       answers that wait for the end of a turn
 *   service_standard.c   ping, describe, status, stats, cancel
 *   service_events.c     publishing events, and receiving those of others
 *   service_asks.c       asking others */
#ifndef LOOPHOLE_PROTO_SERVICE_PARTS_H
#define LOOPHOLE_PROTO_SERVICE_PARTS_H

#include <poll.h>

#include "common/latency.h"
#include "common/shared/board.h"
#include "proto/limits.h"
#include "proto/service/service.h"
#include "proto/transport/requester.h"
#include "proto/transport/sockets.h"
#include "proto/wire/frame.h"

struct service_options {
    bool foreground;
};

struct descriptor_watch {
    int fd;
    bool is_new; /* not polled yet */
    void (*ready)(void *state, int fd);
    void *state;
};

struct timer {
    usec_t period;
    usec_t due;
    void (*tick)(void *state);
    void *state;
};

/* A subscription to an event of another service. */
struct subscription {
    const struct event *event;
    void (*take)(void *state, const void *body, bool gap);
    void *state;
    uint64_t epoch, sequence; /* of the last event received; 0: none */
};

/* Deferred answers: by number, by request id, and by the next deadline. */
struct tickets {
    struct call *at[LIMIT_DEFERRED];
    struct call *buckets[LIMIT_DEFERRED];
    uint16_t free[LIMIT_DEFERRED]; /* a stack of indices in `at` */
    uint32_t count;
    uint64_t serial;
    size_t bytes; /* of their requests */
    usec_t due;
};

/* A `once` ask and its answer. */
enum recall_state {
    RECALL_FREE,
    RECALL_BEGUN,    /* its handler was called */
    RECALL_PREPARED, /* `body` is its answer once `effects` is reached */
    RECALL_DONE,
};
struct recalled {
    enum recall_state state;
    struct id request;
    uint64_t digest;
    uint64_t serial; /* lowest for the oldest */
    uint64_t effects;
    bool is_under_way;    /* a call of this process handles it */
    bool is_without_body; /* its body was too large to be kept */
    enum err error;
    struct buffer body;
};

/* One ask, from its arrival to its answer. */
struct call {
    struct service *service;
    struct call *next;  /* in the list of spare, waiting or held calls */
    struct call *chain; /* in its bucket of tickets */
    struct received received;
    struct ask_frame frame;  /* points into the received */
    uint64_t digest;         /* of the client's ask; 0: the frame is unreadable */
    const struct ask *ask;   /* NULL: unknown name */
    struct latency *latency; /* of that ask */
    struct arena arena;
    void *request;      /* the request struct; NULL: not decoded yet */
    void *filled;       /* the answer struct */
    struct buffer body; /* the answer or its fault, encoded */
    struct fault fault;
    enum err error;
    uint32_t peer; /* its slot in the service's spending */
    uint64_t arrived_ns;
    usec_t deadline;
    struct ticket ticket;
    size_t deferred_bytes;     /* counted for the ticket */
    struct recalled *recalled; /* where its answer will be kept; NULL: nowhere */
    bool was_begun;
    bool in_handler;
    bool is_common;  /* refused by the skeleton, for a reason that any ask may have */
    bool is_refused; /* too many answers are deferred: the answer is busy, whatever the handler returns */
    bool is_kept;    /* call_keep keeps its memory … */
    bool is_over;    /* … after it was answered and released */
    bool is_encoded; /* `error` and `body` are set */
    bool holds;
    keep_fn *keep;
    void *keep_state;
};

/* The recent cost of the asks of each client process, over all its connections. Clients share a slot only if there are
 * more than LIMIT_SPENDERS. */
struct spending {
    usec_t since;
    uint32_t most;
    uint32_t spenders;            /* slots with a cost */
    uint64_t who[LIMIT_SPENDERS]; /* of each slot; 0: none yet */
    uint32_t us[LIMIT_SPENDERS];
};

struct call_queue {
    struct call *first;
    struct call **last;
    uint32_t count;
};

struct service {
    const struct schema *schema;
    const char *name;
    struct paths paths;
    struct service_options options;
    int lock;
    int signals;
    uint64_t epoch;
    usec_t started;
    enum board_state state;
    struct board *board;
    struct board_entry *entry;
    struct long_work work; /* reports to that entry */
    usec_t homeless;       /* time at which its lock was first missing; 0: the lock exists */
    usec_t board_looked;   /* time of the last check that the entry is ours */

    struct sockets *sockets;
    struct socket *ask_socket;
    struct socket *event_socket;      /* NULL: the schema has no events */
    struct socket *subscribed_socket; /* NULL: no subscription */
    struct requester *requester;      /* NULL: it asks no other service */
    bool requester_stirred;           /* the loop checks it without waiting for a signal */

    const void *handlers;
    void *handler_state;
    void (*end_of_turn)(void *state);
    void *end_of_turn_state;
    void (*report)(void *state, struct arena *arena, struct service_status *to);
    enum err (*cancel)(void *state, struct id task, struct fault *fault);
    void *report_state;
    bool (*is_alive)(void *state); /* NULL: only the loop decides */
    void *alive_state;

    struct call *spare;
    uint32_t spare_count;
    struct asides *asides; /* NULL: no large ask so far */
    struct spending spending;
    struct call_queue waiting; /* read in this turn, not handled yet */
    struct call_queue held;    /* to be answered at the end of this turn */
    struct tickets tickets;
    struct recalled recalled[LIMIT_RECALLED]; /* `once` asks, also in a file */
    struct recalled settled[LIMIT_SETTLED];   /* asks that may set a value, only while the process lives */
    uint64_t recalled_serial;
    int recall_file;             /* -1: none */
    struct buffer frame;         /* scratch: one outgoing frame */
    struct received event;       /* the current event */
    struct arena received_arena; /* of the current event or answer */
    struct latency *latencies;   /* of the schema's asks, then of the standard ones */
    uint64_t *sequences;         /* of the schema's events */
    struct subscription subscriptions[LIMIT_SUBSCRIPTIONS];
    struct descriptor_watch watches[LIMIT_WATCHED];
    struct timer timers[LIMIT_TIMERS];
    uint32_t subscription_count, watch_count, timer_count;

    usec_t turn_began;
    usec_t turn_ends; /* after this time the turn starts no further ask … */
    usec_t held_ends; /* … or after this one, while it holds answers */
    bool stopping;
    int exit_code;
};

/* service_loop.c. Sends a heartbeat, unless is_alive forbids it. `state` is the service. The loop's thread. */
void service_beat(void *state);

/* service_board.c. Claims the entry, if there is a board. Errors: exists (another engine has the data). */
enum err service_claim_entry(struct service *service, struct fault *fault);
/* About once a second opens the board again if it was replaced, and claims the entry. */
void service_look_at_board(struct service *service);
/* service_options.c: reads the command line. --help, --version and a wrong option end the process. */
void service_options_read(struct service_options *options, int argc, char **argv, const struct schema *schema);

/* service_standard.c: handlers of schemas/service.schema, whose state is the service itself. */
extern const struct service_handlers service_standard;
const struct latency *service_latency(const struct service *service, const struct ask *ask);

/* call_take.c. Reads and handles waiting asks, at most LIMIT_TURN and until the turn ends; returns their number. Asks
 * that were read and not handled wait for the next turn. */
uint32_t call_take_all(struct service *service);

/* call_read.c */
enum err call_read(struct call *call);   /* decodes the frame; any thread */
enum err call_decode(struct call *call); /* decodes the body of a read frame; any thread */
bool call_is_deadly(const struct call *call, const struct in_hand *hand); /* of a read frame; any thread */

/* call_handle.c */
void call_go_on(struct call *call, enum err e); /* handles and answers it; `e` is the result of reading it */

/* call_aside.c */
bool call_put_aside(struct call *call); /* true: it was large, and is answered later, or was refused */
void call_free_asides(struct service *service);

/* call.c */
struct call *call_new(struct service *service);
void call_release(struct call *call); /* without an answer */
void call_free_spare(struct service *service);
void call_free(struct call *call); /* any thread */
void call_queue_add(struct call_queue *queue, struct call *call);
struct call *call_queue_take(struct call_queue *queue);                      /* NULL when empty */
struct call *call_queue_take_at(struct call_queue *queue, struct call **at); /* a link of the queue, not empty */

/* call_answer.c */
void call_encode(struct call *call, enum err e); /* encodes the answer or its fault into `body` */
void call_finish(struct call *call, enum err e); /* encodes; then answers, or holds */

/* recall.c, recall_file.c */
void recall_open(struct service *service);
enum err recall_answers(struct call *call, bool *answered); /* conflict: another ask is kept under its id */
void recall_begin(struct call *call);                       /* its handler is called next */
void recall_keep(struct call *call);                        /* its answer is sent next */
void recall_free(struct service *service);
enum err recall_file_open(struct service *service, struct fault *fault); /* fills service->recalled */
void recall_file_write(const struct service *service, const struct recalled *one);
void recall_file_close(struct service *service);

/* ticket.c */
void ticket_init(struct tickets *tickets);
/* Sets *adopted if `copy` is a copy of an ask in progress, which then answers it. Errors (explained): conflict (another
 * ask in progress has its id). */
enum err ticket_adopts(struct service *service, struct call *copy, bool *adopted);
void ticket_close(struct call *call);
bool ticket_expire(struct service *service, usec_t now); /* answers timeout; true if any was due */
void ticket_drop_all(struct service *service);

/* service_events.c, service_asks.c: true if anything was handled. */
bool service_events_take(struct service *service);
bool service_asks_take(struct service *service);
void service_asks_abandon(struct service *service); /* calls every `done` with offline */

#endif
