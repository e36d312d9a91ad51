/* sim.h: a seeded simulator of the request/commit/ack/retry protocol. In one process and one thread run the real
 * persist over a real store, the real skeleton of a service (call, ticket, held, loop), and clients on the real
 * courier. Simulated is what stands around them: the clocks, ids, poll(), the sockets (network.c implements
 * sockets.h), failing disks, and death, which may come at any write, commit, ack or publication. All is drawn
 * from one seed, so that a world replays exactly.
 *
 *   main.c      worlds, one for each seed           deed*.c    what clients ask, drawn and put on the wire
 *   machine.c   chance, clocks, ids                 client.c   asking, asking again, dying, holding answers together
 *   network.c   drops, doubles, delays, reorders    model.c    what each deed must do
 *   server.c    persist's lives and deaths          history*.c  the commits and the store against the model
 *   once.c      a service whose asks are done once
 *   errands.c   persist's thread                    broken.c   broken protocols, which must be found out
 *   parts.c     the operations of batches           journal.c  what was committed, and in which order
 *   death.c     the moments of death; disks                                                                        */
#ifndef LOOPHOLE_TESTS_SIM_SIM_H
#define LOOPHOLE_TESTS_SIM_SIM_H

#include "common/clock.h"
#include "common/id.h"
#include "common/paths.h"
#include "store/store.h"

enum { CLIENTS = 4 };

struct sim_counts {
    uint64_t deeds, acked, refused, unknown, repeated; /* unknown: no answer, or one that says nothing of the deed */
    uint64_t lost, doubled, delivered;                 /* messages */
    uint64_t handled, commits, failed_commits, acks;
    uint64_t deaths, client_deaths;
    uint64_t changes, refused_then_done, rivals, trimmed, forgotten, done_again, clock_steps;
    uint64_t parts, heard, interrupted, once;
};

/* One world; the one exception to "no globals": functions that replace the C library's have no other way to it. */
struct sim {
    uint64_t seed, chance; /* the generator's state */
    uint64_t steps, steps_end;
    usec_t now;
    bool is_slow;       /* writes take long: batches are done in parts */
    bool is_once;       /* its service does not write a store, but sounds: once.c */
    bool clock_steps;   /* the clock on the wall is set in this world */
    usec_t wall_offset; /* by which the clock on the wall was set … */
    usec_t clock_set;   /* … for the last time then */
    uint64_t ids;
    struct id digest; /* of all that happened */
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
void sim_set_clock(void); /* by chance */

/* ---- broken.c, in the second build alone ---- */
struct changelog_limits;
struct edit;
void flaw_in_edit(struct edit *edit) __attribute__((weak));
void flaw_in_limits(struct changelog_limits *limits) __attribute__((weak));

/* ---- network.c: besides proto/transport/sockets.h ---- */
void network_begin(void);
void network_end(void);
void network_server(bool lives);       /* what waits at a dead one is lost; clients connect anew to a new one */
usec_t network_due(void);              /* the next arrival, or connection */
bool network_arrive(uint32_t *client); /* what is due arrives at one end; true and who, when it is a client's */
bool network_server_has_mail(void);
void network_for(uint32_t client); /* whose connection is opened next */

/* ---- server.c ---- */
struct txn;
void server_live(void);          /* opens the store, answers until it dies, is stopped or the world ends; cleans up */
bool server_has_died(void);      /* while it is cleared away */
_Noreturn void server_die(void); /* from anywhere below server_live */

/* ---- errands.c ---- */
struct mailbox;
void errands_begin(struct mailbox *mailbox); /* a new process, whose thread has nothing to do */
usec_t errands_due(void);
void errands_turn(void); /* the first that is due is done, and the loop hears of it */
bool errands_have_mail(void);
int errands_fd(void); /* what the loop hears by */

/* ---- death.c ---- */
void death_arm(uint64_t moments); /* 0: never */
void death_may_come(const char *moment);

/* ---- client.c ---- */
void client_begin_all(void);
void client_end_all(void);
void client_run(uint32_t number);
usec_t client_due(uint32_t *number); /* who is next to do something, and when */

/* ---- once.c ---- */
struct service;
void once_begin(void);                   /* a new world */
void once_open(struct service *service); /* a new life */
void once_check(void);                   /* what was done, against all that was asked and answered */

/* ---- history.c ---- */
void history_check(void); /* the closed store against all that was asked and answered */

#endif
