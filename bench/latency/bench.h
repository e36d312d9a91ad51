/* bench.h: the cost of a message of loophole beside that of its parts, in one run: a raw ZeroMQ dealer/router echo, a
 * Unix seqpacket echo, and bare LMDB with rows of the same sizes. Rounds of all measurements alternate, so a busy
 * machine affects all alike; a ratio is the median of the rounds' ratios.
 *
 *   main.c     rounds, the table                   bare.c     LMDB alone
 *   echo.c     the two echoes, each a process      swarm.c    many clients, each with one ask in flight
 *   engine.c   asks to a running engine            load.c     writers, searchers and an index at once
 *   work.c     processor time of a process */
#ifndef LOOPHOLE_BENCH_LATENCY_BENCH_H
#define LOOPHOLE_BENCH_LATENCY_BENCH_H

#include <sched.h>
#include <sys/types.h>

#include "common/buffer.h"
#include "common/id.h"
#include "common/latency.h"
#include "common/paths.h"
#include "proto/transport/ask.h"

enum { ITEMS = 1000, BATCH = 1000, SWARM = 64 };

/* Prints a message and ends the program, if the bench cannot continue. */
_Noreturn void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- echo.c ---- */
struct echo {
    pid_t process;
    int fd; /* seqpacket */
    char address[PATH_MAX];
};
void echo_zmq_begin(struct echo *echo, const char *directory, size_t answer_bytes);
void echo_pair_begin(struct echo *echo, size_t answer_bytes);
void echo_end(struct echo *echo);
void echo_pair_run(struct echo *echo, uint32_t count, size_t bytes, struct latency *to);

/* ---- engine.c ---- */
struct engine {
    struct paths paths;
    struct asker *asker;
    struct id items[ITEMS];
    struct id folder;
    uint64_t serial;               /* makes each edit different */
    size_t media, change, request; /* bytes of the rows of one edit */
    size_t put_ask, put_answer;    /* bytes of the frames of one edit */
    size_t ping_ask, ping_answer;
};
void engine_begin(struct engine *engine); /* connects to the engine of this home and adds ITEMS items to it */
void engine_end(struct engine *engine);
/* `count` asks one after the other; each adds its time to `to`. */
void engine_ping(struct engine *engine, const char *service, uint32_t count, struct latency *to);
pid_t engine_process(struct engine *engine, const char *service);
void engine_put(struct engine *engine, uint32_t count, struct latency *to);
double engine_batch(struct engine *engine); /* seconds of one ask with BATCH edits */
bool engine_answers(struct engine *engine, const char *service);

/* Makes the frame of the next ask of a swarm; `state` is the engine. */
void engine_put_frame(void *state, struct buffer *to);
void engine_search_frame(void *state, struct buffer *to);

/* ---- bare.c ---- */
struct bare;
struct bare *bare_begin(const char *directory, const struct engine *like);
void bare_end(struct bare *bare);
/* Makes `commits` commits of `edits` edits each; returns the seconds of all. */
double bare_put(struct bare *bare, uint32_t commits, uint32_t edits, struct latency *to);

/* ---- swarm.c ---- */
struct swarm;
struct swarm *swarm_begin(const char *address, uint32_t clients);
void swarm_end(struct swarm *swarm);

/* Runs until `total` answers have come, or if `total` is 0 until `stop` is true. Returns seconds. `checked`: each
 * answer must be ok. */
double swarm_run(struct swarm *swarm, uint32_t total, const volatile bool *stop, bool checked,
                 void (*frame)(void *state, struct buffer *to), void *state, struct latency *to);

/* ---- work.c ---- */
double work_us(pid_t process);                               /* processor time of all threads */
void work_place(pid_t process, const cpu_set_t *processors); /* moves all threads to these processors */

/* ---- load.c ---- */

/* 8 clients write while 8 clients search and `loophole index DIR` runs from its start to its end. False: the search
 * service or a library is missing. */
bool load_run(struct engine *engine, const char *library, struct latency *puts, struct latency *searches,
              double *seconds);

#endif
