/* busy.h: work that does not end before the test says so. It sleeps, computes, or is held by the kernel. */
#ifndef LOOPHOLE_TESTS_COMMON_BUSY_H
#define LOOPHOLE_TESTS_COMMON_BUSY_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "common/process/proc.h"

enum busy_kind { BUSY_SLEEPS, BUSY_COMPUTES, BUSY_IN_KERNEL };

struct busy {
    enum busy_kind kind;
    pthread_t thread;
    _Atomic int32_t task;
    _Atomic uint64_t beats;
    _Atomic bool ends;
    _Atomic int32_t child; /* of BUSY_IN_KERNEL */
};

/* As with a start of a program: the kernel holds this thread (state D) until the child ends. */
static inline void busy_be_held(struct busy *busy)
{
    if (vfork() == 0) {
        atomic_store(&busy->child, getpid());
        for (;;)
            pause();
    }
}

static inline void busy_work(struct busy *busy)
{
    if (busy->kind == BUSY_IN_KERNEL && !atomic_load(&busy->ends))
        busy_be_held(busy);
    while (!atomic_load(&busy->ends))
        if (busy->kind == BUSY_SLEEPS)
            clock_sleep(1000);
}

static inline void *busy_run(void *state)
{
    struct busy *busy = state;

    atomic_store(&busy->task, gettid());
    busy_work(busy);
    return NULL;
}

static inline void busy_begin(struct busy *busy)
{
    assert_int_equal(pthread_create(&busy->thread, NULL, busy_run, busy), 0);
}

static inline void busy_await_kernel(struct busy *busy)
{
    struct proc proc = { 0 };

    while (!proc_read(atomic_load(&busy->task), &proc) || proc.state != 'D')
        clock_sleep(1000);
}

/* Lets the work end. */
static inline void busy_let_go(struct busy *busy)
{
    atomic_store(&busy->ends, true);
    if (atomic_load(&busy->child))
        kill(atomic_load(&busy->child), SIGKILL);
}

static inline void busy_end(struct busy *busy)
{
    busy_let_go(busy);
    pthread_join(busy->thread, NULL);
}

#endif
