/* errand.h: work that may hang, for it touches file systems: run in a thread that can be given up. The loop never
 * waits for an errand; one that shows no sign of life for its patience is lost: its thread is abandoned, and another
 * thread continues with the errands that wait.
 *
 *   loop: errand_start ──► thread: run ──► loop: done(lost = false)
 *                                │ hangs
 *                                └───────► loop: done(lost = true);  run, should it ever return, does nothing more */
#ifndef LOOPHOLE_COMMON_ERRAND_H
#define LOOPHOLE_COMMON_ERRAND_H

#include <stdatomic.h>
#include <stdbool.h>

#include "common/clock.h"
#include "common/mailbox.h"

struct errands;

/* The head of an errand's own struct. The first four members are the starter's, the others errand.c's. What `run`
 * fills may be read by `done` only when it is not lost. */
struct errand {
    struct mail home;
    void (*run)(struct errand *errand);             /* in a thread */
    void (*done)(struct errand *errand, bool lost); /* in the loop, once */
    void (*drop)(struct errand *errand);            /* frees it; once, after both; any thread */
    usec_t patience;                                /* longest time between signs of life */
    struct errands *errands;
    struct errand *next;
    atomic_int holders;
    atomic_bool lost;
    atomic_bool stop;
    _Atomic usec_t beat;
};

/* At most `threads` errands run at once; others wait in their order. */
struct errands *errands_new(struct mailbox *mailbox, unsigned threads);

/* Tells all to end and waits a little. True: they have, `errands` is freed, those that still waited are dropped, and
 * those that came home are dropped with the mailbox, which is freed next. False: some hang; then nothing they use
 * may be freed. */
bool errands_end(struct errands *errands);

void errand_start(struct errands *errands, struct errand *errand);
void errand_stop(struct errand *errand);    /* the loop, before done: it is to come home soon */
void errands_look(struct errands *errands); /* the loop, every second or so: gives up what hangs */

/* Within run: a sign of life. False: the result is not wanted any more, or the service ends: return soon. */
bool errand_goes_on(struct errand *errand);

#endif
