#include "common/process/errand.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/log.h"

enum { END_WAIT_US = 2000000, LOOK_US = 1000000 /* the time between two looks at the errands that run */ };
static const usec_t last_patience_us = 1000000; /* after `answer_by` */

struct errands {
    pthread_mutex_t lock; /* protects all members below but ending */
    pthread_cond_t wake;  /* an errand waits, or all errands end */
    struct mailbox *mailbox;
    struct errand *waiting, **last_waiting;
    struct errand *running;
    unsigned waits; /* the errands in waiting */
    unsigned threads, threads_max;
    unsigned idle;    /* threads that will take the next errand, also those that were started just now */
    unsigned hanging; /* abandoned threads that have not returned */
    bool refused;     /* the last thread could not be started */
    atomic_bool ending;
};

struct errands *errands_new(struct mailbox *mailbox, unsigned threads)
{
    struct errands *all = alloc_zeroed(1, sizeof(*all));

    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->wake, NULL);
    all->mailbox = mailbox;
    all->last_waiting = &all->waiting;
    all->threads_max = threads;
    return all;
}

static void drop_holder(struct errand *errand)
{
    if (atomic_fetch_sub(&errand->holders, 1) == 1)
        errand->drop(errand);
}

static void come_home(struct mail *mail)
{
    struct errand *errand = (struct errand *)mail;

    errand->done(errand, false);
    drop_holder(errand);
}

/* The loop ended before it opened this mail. */
static void drop_unread(struct mail *mail)
{
    drop_holder((struct errand *)mail);
}

static struct errand *take_waiting(struct errands *all)
{
    struct errand *errand = all->waiting;

    all->waiting = errand->next;
    if (!all->waiting)
        all->last_waiting = &all->waiting;
    all->waits--;
    all->idle--;
    errand->next = all->running;
    all->running = errand;
    atomic_store(&errand->beat, clock_steady());
    errand->seen = 0;
    errand->waited.task = gettid();
    return errand;
}

static void leave_running(struct errands *all, const struct errand *errand)
{
    struct errand **at = &all->running;

    while (*at && *at != errand)
        at = &(*at)->next;
    if (*at)
        *at = errand->next;
}

static void add_threads(struct errands *all);

/* One thread runs errands until one of them is given up or all end. */
static void *run_errands(void *state)
{
    struct errands *all = state;
    bool lost = false;

    pthread_mutex_lock(&all->lock);
    while (!lost && !atomic_load(&all->ending)) {
        if (!all->waiting) {
            pthread_cond_wait(&all->wake, &all->lock);
            continue;
        }
        struct errand *errand = take_waiting(all);
        pthread_mutex_unlock(&all->lock);
        errand->run(errand);
        pthread_mutex_lock(&all->lock);
        lost = atomic_load(&errand->lost);
        errand->seen = 0; /* it waits no more */
        if (!lost) {
            leave_running(all, errand);
            mailbox_put(all->mailbox, &errand->home);
            all->idle++;
        }
        drop_holder(errand);
    }
    if (lost) {
        all->hanging--;
    } else {
        all->threads--;
        all->idle--;
    }
    if (!atomic_load(&all->ending))
        add_threads(all);
    pthread_cond_broadcast(&all->wake);
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

static bool needs_thread(const struct errands *all)
{
    return all->waits > all->idle && all->threads < all->threads_max && all->hanging < ERRANDS_HANGING_MOST;
}

static bool start_thread(struct errands *all)
{
    pthread_attr_t detached;
    pthread_t thread;

    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    bool started = pthread_create(&thread, &detached, run_errands, all) == 0;
    pthread_attr_destroy(&detached);
    if (!started && !all->refused)
        log_error("cannot start a thread for errands: %u run already", all->threads);
    all->refused = !started;
    return started;
}

/* Starts a thread for each errand that none will take. With ERRANDS_HANGING_MOST abandoned threads the errands wait
 * until one returns. A thread that cannot be started is tried again by errands_look. */
static void add_threads(struct errands *all)
{
    while (needs_thread(all) && start_thread(all)) {
        all->threads++;
        all->idle++;
    }
}

static void add_waiting(struct errands *all, struct errand *errand)
{
    *all->last_waiting = errand;
    all->last_waiting = &errand->next;
    all->waits++;
    add_threads(all);
}

static void remove_waiting(struct errands *all, const struct errand *errand)
{
    struct errand **at = &all->waiting;

    while (*at != errand)
        at = &(*at)->next;
    *at = errand->next;
    if (!*at)
        all->last_waiting = at;
    all->waits--;
}

static void prepare_errand(struct errands *errands, struct errand *errand)
{
    errand->errands = errands;
    errand->home = (struct mail){ .open = come_home, .drop = drop_unread };
    errand->next = NULL;
    atomic_store(&errand->holders, 2);
    atomic_store(&errand->lost, false);
    atomic_store(&errand->stop, false);
}

/* A thread that is woken under the lock would have to wait for it. */
static void wake_thread(struct errands *errands)
{
    pthread_mutex_unlock(&errands->lock);
    pthread_cond_signal(&errands->wake);
}

void errand_start(struct errands *errands, struct errand *errand)
{
    prepare_errand(errands, errand);
    pthread_mutex_lock(&errands->lock);
    add_waiting(errands, errand);
    wake_thread(errands);
}

bool errand_try(struct errands *errands, struct errand *errand)
{
    prepare_errand(errands, errand);
    pthread_mutex_lock(&errands->lock);
    add_waiting(errands, errand);
    bool has_thread = errands->threads > 0;
    if (!has_thread)
        remove_waiting(errands, errand);
    wake_thread(errands);
    return has_thread;
}

/* An errand with a younger beat begins to wait again. */
static bool is_hanging(struct errand *errand)
{
    usec_t beat = atomic_load(&errand->beat), patience = errand->patience;

    if (errand->answer_by && clock_steady() >= errand->answer_by && patience > last_patience_us)
        patience = last_patience_us;
    if (errand->seen != beat)
        patience_begin(&errand->waited, errand->waited.task);
    errand->seen = beat;
    return patience_is_over(&errand->waited, patience, patience < LOOK_US ? patience : LOOK_US);
}

/* Removes a hanging errand from the running ones; its thread no longer counts. */
static struct errand *take_hanging(struct errands *all)
{
    for (struct errand *errand = all->running; errand; errand = errand->next)
        if (is_hanging(errand)) {
            atomic_store(&errand->lost, true);
            leave_running(all, errand);
            all->threads--;
            all->hanging++;
            add_threads(all);
            return errand;
        }
    return NULL;
}

void errands_look(struct errands *errands)
{
    struct errand *errand;

    pthread_mutex_lock(&errands->lock);
    add_threads(errands);
    pthread_mutex_unlock(&errands->lock);
    do {
        pthread_mutex_lock(&errands->lock);
        errand = take_hanging(errands);
        pthread_mutex_unlock(&errands->lock);
        if (errand) {
            errand->done(errand, true);
            drop_holder(errand);
        }
    } while (errand);
}

unsigned errands_hanging(struct errands *errands)
{
    pthread_mutex_lock(&errands->lock);
    unsigned hanging = errands->hanging;
    pthread_mutex_unlock(&errands->lock);
    return hanging;
}

usec_t errand_waited(const struct errand *errand)
{
    pthread_mutex_lock(&errand->errands->lock);
    bool is_seen = errand->seen && errand->seen == atomic_load(&errand->beat);
    pthread_mutex_unlock(&errand->errands->lock);
    return is_seen ? errand->waited.counted : 0;
}

void errand_stop(struct errand *errand)
{
    atomic_store(&errand->stop, true);
}

bool errand_goes_on(struct errand *errand)
{
    atomic_store(&errand->beat, clock_steady());
    return !atomic_load(&errand->lost) && !atomic_load(&errand->stop) && !atomic_load(&errand->errands->ending);
}

static void drop_waiting(struct errands *errands)
{
    while (errands->waiting) {
        struct errand *errand = errands->waiting;
        errands->waiting = errand->next;
        errand->drop(errand);
    }
}

bool errands_end(struct errands *errands)
{
    usec_t until = clock_steady() + END_WAIT_US;

    atomic_store(&errands->ending, true);
    pthread_mutex_lock(&errands->lock);
    pthread_cond_broadcast(&errands->wake);
    while (errands->threads > 0 && clock_steady() < until) {
        pthread_mutex_unlock(&errands->lock);
        clock_sleep(2000);
        pthread_mutex_lock(&errands->lock);
    }
    bool ended = errands->threads == 0 && errands->hanging == 0;
    pthread_mutex_unlock(&errands->lock);
    if (!ended)
        return false;
    drop_waiting(errands);
    pthread_cond_destroy(&errands->wake);
    pthread_mutex_destroy(&errands->lock);
    free(errands);
    return true;
}
