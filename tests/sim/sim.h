/* sim.h: a seeded simulator of the request/commit/ack/retry protocol. One process with one thread runs the real
 * persist over a real store, with the real skeleton of a service (call, ticket, held, loop). Its clients use the real
 * sender of asks. Their surroundings are simulated: the clocks, ids, poll(), the sockets (network.c implements
 * sockets.h), failing disks, and death, which may come at any write, commit, ack or publication. Everything is drawn
 * from one seed, so a world replays exactly.
 *
 *   main.c      worlds, one for each seed           deed*.c    the asks of clients, drawn and encoded
 *   machine.c   random numbers, clocks, ids         client.c   asks, asks again, dies, compares answers
 *   network.c   drops, doubles, delays, reorders    model*.c   the right effect of each deed
 *   server.c    persist's lives and deaths          history*.c the commits and the store against the model
 *   once.c      a service whose asks are done once
 *   errands.c   persist's thread                    broken.c   broken protocols, which must be detected
 *   parts.c     the operations of batches           journal.c  what was committed, and in which order
 *   death.c     the moments of death; disks */
#ifndef LOOPHOLE_TESTS_SIM_SIM_H
#define LOOPHOLE_TESTS_SIM_SIM_H

#include "common/clock.h"
#include "common/id.h"
#include "common/paths.h"
#include "store/store.h"

enum { CLIENTS = 4 };

struct sim_counts {
    /* unknown: no answer, or none that shows whether the deed was done */
    uint64_t deeds, acked, refused, unknown, repeated;
    uint64_t lost, doubled, delivered; /* messages */
    uint64_t handled, commits, failed_commits, acks;
    uint64_t deaths, client_deaths;
    uint64_t changes, refused_then_done, rivals, trimmed, forgotten, done_again, clock_steps;
    uint64_t parts, heard, interrupted, once;
    uint64_t flipped, works, emptied, continued; /* items forgotten or brought back with others; their work; … */
    uint64_t relinks, ways_back, repacked;       /* …, undos back to a step, items below moved folders */
    uint64_t goings, new_steps, pieces;          /* applies in parts: continued by a repeated ask, in another step;
                                                    parts of a step taken back or done again */
};

/* One world. The only exception to "no globals": functions that replace the C library's have no other access to it. */
struct sim {
    uint64_t seed, chance; /* the generator's state */
    uint64_t steps, steps_end;
    usec_t now;
    bool is_slow;       /* writes take long: batches are done in parts */
    bool is_once;       /* its service writes no store, but plays sound: once.c */
    bool clock_steps;   /* the wall clock is set in this world */
    usec_t wall_offset; /* the sum by which the wall clock was set … */
    usec_t clock_set;   /* … and the last time of that */
    uint64_t ids;
    struct id digest; /* of everything that happened */
    struct paths paths;
    struct sim_counts counts;
    const char *broken; /* the protocol's flaw; NULL: none */
    bool trace;
};
extern struct sim sim;

/* ---- machine.c ---- */
uint64_t sim_random(uint64_t below); /* 0 … below − 1 */
bool sim_chance(uint32_t of_thousand);
void sim_begin(uint64_t seed, uint64_t steps);
void sim_step(const char *what, uint64_t number); /* one step of a state machine: counted, traced, digested */
void sim_digest(const void *bytes, size_t len);
_Noreturn void sim_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

usec_t sim_wall(void);
void sim_set_clock(void); /* at random */

/* ---- broken.c, only in the second build ---- */
struct changelog_limits;
struct edit;
bool flaw_in_continuing(void) __attribute__((weak));
struct step_in_hand;
void flaw_in_edit(struct edit *edit) __attribute__((weak));
void flaw_in_step(struct step_in_hand *step, uint64_t top) __attribute__((weak));
struct persist;
struct undo_pointers;
struct apply_part;
void flaw_in_position(struct persist *p, struct undo_pointers *to) __attribute__((weak));
void flaw_in_part(struct apply_part *part) __attribute__((weak));
bool flaw_in_progress(void) __attribute__((weak));
void flaw_in_limits(struct changelog_limits *limits) __attribute__((weak));

/* ---- network.c: in addition to proto/transport/sockets.h ---- */
void network_begin(void);
void network_end(void);
void network_server(bool lives);       /* mail for a dead one is lost; clients connect again to a new one */
usec_t network_due(void);              /* of the next arrival, or connection */
bool network_arrive(uint32_t *client); /* due mail arrives at one end; true if that is a client's, with its number */
bool network_server_has_mail(void);
void network_for(uint32_t client); /* the client of the next connection */

/* ---- server.c ---- */
void server_live(void);          /* opens the store, answers until it dies, is stopped or the world ends; cleans up */
bool server_has_died(void);      /* during its clean-up */
_Noreturn void server_die(void); /* from anywhere below server_live */

/* ---- errands.c ---- */
struct mailbox;
void errands_begin(struct mailbox *mailbox); /* a new process, whose thread is idle */
usec_t errands_due(void);
void errands_turn(void); /* does the first due errand, and notifies the loop */
bool errands_have_mail(void);
int errands_fd(void); /* the descriptor that notifies the loop */

/* ---- death.c ---- */
void death_arm(uint64_t moments); /* 0: never */
void death_may_come(const char *moment);

/* ---- client.c ---- */
void client_begin_all(void);
void client_end_all(void);
void client_run(uint32_t number);
usec_t client_due(uint32_t *number); /* of the next action of a client */

/* ---- once.c ---- */
struct service;
void once_begin(void);                   /* a new world */
void once_open(struct service *service); /* a new life */
void once_check(void);                   /* compares the effects with all asks and answers */

/* ---- history.c ---- */
void history_check(void); /* compares the closed store with all asks and answers */

#endif
