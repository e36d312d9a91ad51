/* persist's thread: it does its errands one after the other, each at a random moment, and they take no time. */
#include "common/process/errand.h"
#include "tests/sim/sim.h"

static const usec_t longest = 20000;

static struct {
    struct mailbox *mailbox;
    struct errand *first, **last;
    usec_t due;
    bool has_mail;
} thread;

void errands_begin(struct mailbox *mailbox)
{
    thread.mailbox = mailbox;
    thread.first = NULL;
    thread.last = &thread.first;
    thread.has_mail = false;
}

static void draw_moment(void)
{
    thread.due = sim.now + 1 + (usec_t)sim_random((uint64_t)longest);
}

void __wrap_errand_start(struct errands *errands, struct errand *errand);

void __wrap_errand_start(struct errands *errands, struct errand *errand)
{
    errand->errands = errands;
    errand->next = NULL;
    if (!thread.first)
        draw_moment();
    *thread.last = errand;
    thread.last = &errand->next;
}

bool __wrap_errand_try(struct errands *errands, struct errand *errand);

bool __wrap_errand_try(struct errands *errands, struct errand *errand)
{
    __wrap_errand_start(errands, errand);
    return true;
}

usec_t errands_due(void)
{
    return thread.first ? thread.due : INT64_MAX;
}

bool errands_have_mail(void)
{
    return thread.has_mail;
}

int errands_fd(void)
{
    return mailbox_fd(thread.mailbox);
}

static void come_home(struct mail *mail)
{
    struct errand *errand = (struct errand *)mail;

    thread.has_mail = false;
    errand->done(errand, false);
    errand->drop(errand);
}

void errands_turn(void)
{
    struct errand *errand = thread.first;

    sim_step("a thread is done", 0);
    death_may_come("before a file");
    errand->run(errand);
    death_may_come("after a file");
    thread.first = errand->next;
    if (!thread.first)
        thread.last = &thread.first;
    else
        draw_moment();
    errand->home.open = come_home;
    thread.has_mail = true;
    mailbox_put(thread.mailbox, &errand->home);
}
