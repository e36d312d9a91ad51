/* service_parts.h: what the files of the skeleton share. No other file includes it.
 *
 *   service.c            start and end
 *   service_options.c    the command line
 *   service_loop.c       waiting, turns, timers, watched descriptors
 *   call_take.c          one ask comes in: read, checked, handled
 *   call_aside.c         the same for large ones: a thread reads them
 *   call.c               its memory, and its answer
 *   ticket.c             answers that are put off
 *   recall.c             answers that are given again
 *   recall_file.c        so that they outlive the process
 *   service_held.c       answers that are kept for the end of a turn
 *   service_standard.c   ping, describe, status, stats, cancel
 *   service_events.c     publishing and hearing
 *   service_asks.c       asking others                            */
#ifndef LOOPHOLE_PROTO_SERVICE_PARTS_H
#define LOOPHOLE_PROTO_SERVICE_PARTS_H

#include <poll.h>

#include "common/latency.h"
#include "common/shared/board.h"
#include "proto/service/service.h"
#include "proto/transport/courier.h"
#include "proto/transport/limits.h"
#include "proto/transport/sockets.h"

struct service_options {
    bool foreground;
};

struct descriptor_watch {
    int fd;
    bool is_new; /* not waited for yet */
    void (*ready)(void *state, int fd);
    void *state;
};

struct timer {
    usec_t period;
    usec_t due;
    void (*tick)(void *state);
    void *state;
};

/* An event of another service. */
struct ear {
    const struct event *event;
    void (*heard)(void *state, const void *body, bool gap);
    void *state;
    uint64_t epoch, sequence; /* of the last one heard; 0: none */
};

/* Answers to be given later: by number, by request id, and by the next deadline. */
struct tickets {
    struct call *at[LIMIT_DEFERRED];
    struct call *buckets[LIMIT_DEFERRED];
    uint16_t free[LIMIT_DEFERRED]; /* a stack of places in `at` */
    uint32_t count;
    uint64_t serial;
    size_t bytes; /* of their requests */
    usec_t due;
};

/* An ask that is done once, and its answer. */
enum recall_state {
    RECALL_FREE,
    RECALL_BEGUN,    /* its handler was called */
    RECALL_FORETOLD, /* `body` is the answer that it has as soon as `effects` are there */
    RECALL_DONE,
};
struct recalled {
    enum recall_state state;
    struct id request;
    uint64_t digest;
    uint64_t serial; /* the oldest has the lowest */
    uint64_t effects;
    bool is_under_way;    /* by a call of this process */
    bool is_without_body; /* it was too large to be kept */
    enum err error;
    struct buffer body;
};

/* One ask, from its arrival to its answer. */
struct call {
    struct service *service;
    struct call *next;  /* of the spare, the waiting or the held */
    struct call *chain; /* of its bucket of tickets */
    struct letter letter;
    struct ask_frame frame;  /* points into the letter */
    uint64_t digest;         /* of the client's ask; 0: the frame could not be read */
    const struct ask *ask;   /* NULL: none of that name */
    struct latency *latency; /* of that ask */
    struct arena arena;
    void *request;      /* the request struct; NULL: not decoded yet */
    void *filled;       /* the answer struct */
    struct buffer body; /* the answer, or its fault, encoded */
    struct fault fault;
    enum err error;
    uint32_t peer; /* its place in the service's spending */
    uint64_t arrived_ns;
    usec_t deadline;
    struct ticket ticket;
    size_t deferred_bytes;     /* counted for the ticket */
    struct recalled *recalled; /* where its answer will be kept; NULL: it is not */
    bool was_begun;
    bool in_handler;
    bool is_common;  /* refused by the skeleton, for a reason that any ask may meet */
    bool is_refused; /* whatever the handler says: too many are put off */
    bool is_kept;    /* its memory, by call_keep … */
    bool is_over;    /* … while it is answered and released already */
    bool is_encoded; /* `error` and `body` are set */
    bool holds;
    keep_fn *keep;
    void *keep_state;
};

/* What the asks of each peer cost lately. Peers share a place by chance. */
struct spending {
    usec_t since;
    uint32_t most;
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
    struct board_line *line;
    struct long_work work; /* reports to that line */
    usec_t homeless;       /* since when its lock is gone; 0: it is there */
    usec_t refreshed;      /* when the run directory was last touched; 0: not yet */
    usec_t board_looked;   /* when it was last made sure that the line is ours */

    struct sockets *sockets;
    struct socket *ask_socket;
    struct socket *event_socket;  /* NULL: the schema has no events */
    struct socket *listen_socket; /* NULL: no subscription */
    struct courier *courier;      /* NULL: asks no other service */
    bool courier_stirred;         /* to be looked at without a signal */

    const void *handlers;
    void *handler_state;
    void (*end_of_turn)(void *state);
    void *end_of_turn_state;
    void (*tell)(void *state, struct arena *arena, struct service_status *to);
    enum err (*cancel)(void *state, struct id task, struct fault *fault);
    void *tell_state;
    bool (*is_alive)(void *state); /* NULL: the loop alone says */
    void *alive_state;

    struct call *spare;
    uint32_t spare_count;
    struct asides *asides; /* NULL: no large ask came yet */
    struct spending spending;
    struct call_queue waiting; /* read in this turn, not yet handled */
    struct call_queue held;    /* answered at the end of this turn */
    struct tickets tickets;
    struct recalled recalled[LIMIT_RECALLED];
    uint64_t recalled_serial;
    int recall_file;           /* -1: none */
    struct buffer frame;       /* scratch: one frame on its way out */
    struct letter heard;       /* the event in hand */
    struct arena hear_arena;   /* of the event or the answer in hand */
    struct latency *latencies; /* of the schema's asks, then of the standard ones */
    uint64_t *sequences;       /* of the schema's events */
    struct ear ears[LIMIT_HEARD];
    struct descriptor_watch watches[LIMIT_WATCHED];
    struct timer timers[LIMIT_TIMERS];
    uint32_t ear_count, watch_count, timer_count;

    usec_t turn_began;
    usec_t turn_ends; /* no further ask is begun in this turn … */
    usec_t held_ends; /* … nor from here on while answers are held */
    bool stopping;
    int exit_code;
};

void service_look_at_board(struct service *service);
void service_options_read(struct service_options *options, int argc, char **argv, const struct schema *schema);

/* service_standard.c: handlers of schemas/service.schema, whose state is the service itself. */
extern const struct service_handlers service_standard;
const struct latency *service_latency(const struct service *service, const struct ask *ask);

/* call_take.c. One turn's asks: reads and handles what waits, at most LIMIT_TURN and until the turn ends; returns how
 * many. What was read and not handled waits for the next turn. */
uint32_t call_take_all(struct service *service);
enum err call_read(struct call *call);          /* the frame; any thread */
enum err call_decode(struct call *call);        /* the body of one that was read; any thread */
void call_go_on(struct call *call, enum err e); /* with what reading it said: handles and answers it */

/* call_aside.c */
bool call_put_aside(struct call *call); /* true: it was large, and is answered later, or was refused */
void call_free_asides(struct service *service);

/* call.c */
struct call *call_new(struct service *service);
void call_encode(struct call *call, enum err e); /* the answer or its fault into `body` */
void call_finish(struct call *call, enum err e); /* encodes; answers, or holds */
void call_release(struct call *call);            /* without an answer */
void call_free_spare(struct service *service);
void call_free(struct call *call); /* any thread */
void call_queue_add(struct call_queue *queue, struct call *call);
struct call *call_queue_take(struct call_queue *queue);                      /* NULL when empty */
struct call *call_queue_take_at(struct call_queue *queue, struct call **at); /* a link of the queue, not empty */

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
/* Whether it is the copy of an ask that is under way, which then answers it. Errors (explained): conflict (another ask
 * is under way under its id). */
enum err ticket_adopts(struct service *service, struct call *copy, bool *adopted);
void ticket_close(struct call *call);
bool ticket_expire(struct service *service, usec_t now); /* answers timeout; true when it did */
void ticket_drop_all(struct service *service);

/* service_events.c, service_asks.c: true when anything was handled. */
bool service_events_take(struct service *service);
bool service_asks_take(struct service *service);
void service_asks_abandon(struct service *service); /* every `done` is called: offline */

#endif
