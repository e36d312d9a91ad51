/* errand.h: work on file systems, which may hang, in threads that the loop can give up. The loop never waits for an
 * errand. An errand that reports no progress for longer than its patience is lost: its thread is abandoned, and another
 * thread takes the errands that wait.
 *
 *   loop: errand_start ──► thread: run ──► loop: done(lost = false)
 *                                │ hangs
 *                                └───────► loop: done(lost = true);  if run ever returns, its result is dropped */
#ifndef LOOPHOLE_COMMON_ERRAND_H
#define LOOPHOLE_COMMON_ERRAND_H

#include <stdatomic.h>
#include <stdbool.h>

#include "common/clock.h"
#include "common/mailbox.h"
#include "common/process/patience.h"

struct errands;

enum { ERRANDS_HANGING_MOST = 64 /* abandoned threads; with more, errands wait */ };

/* The first member of an errand's own struct. The starter sets run, done, drop and patience; errand.c owns the rest.
 * `done` may read the results of `run` only if the errand is not lost. */
struct errand {
    struct mail home;
    void (*run)(struct errand *errand);             /* in a thread */
    void (*done)(struct errand *errand, bool lost); /* in the loop, once */
    void (*drop)(struct errand *errand);            /* frees it; once, after run and done; any thread */
    usec_t patience;                                /* longest time without progress (patience.h) */
    usec_t answer_by; /* on the steady clock; 0: never. Then a second without progress is too long: somebody waits */
    struct errands *errands;
    struct errand *next;
    atomic_int holders;
    atomic_bool lost;
    atomic_bool stop;
    _Atomic usec_t beat;
    struct patience waited; /* since `seen`, the beat that it began at */
    usec_t seen;
};

/* At most `threads` errands run at once; others wait in order. `mailbox` carries finished errands to the loop. */
struct errands *errands_new(struct mailbox *mailbox, unsigned threads);

/* Asks all errands to end and waits up to 2 s. True: all threads ended and `errands` is freed; waiting errands are
 * dropped; the caller frees the mailbox next, which drops the finished ones. False: some threads hang, and the caller
 * may free nothing that they use. */
bool errands_end(struct errands *errands);

/* The loop's thread; `drop` ends the errand's life. If no thread can be started, the errand waits for errands_look. */
void errand_start(struct errands *errands, struct errand *errand);

/* As errand_start for errands that the loop can do itself. False: no thread runs or can be started, and nothing was
 * called; the errand is the caller's. */
bool errand_try(struct errands *errands, struct errand *errand);

void errand_stop(struct errand *errand); /* the loop's thread, before done: asks it to end soon */

/* The loop's thread, about once a second: gives up hanging errands, and starts a thread that could not start. */
void errands_look(struct errands *errands);

/* Returns the number of abandoned threads that have not returned. Any thread. */
unsigned errands_hanging(struct errands *errands);

/* The loop's thread: how long a running errand has made no progress, by the time that counts (patience.h), as the last
 * errands_look saw it. */
usec_t errand_waited(const struct errand *errand);

/* Called within run: reports progress. False: the result is no longer wanted, or the service ends: run returns soon. */
bool errand_goes_on(struct errand *errand);

#endif
