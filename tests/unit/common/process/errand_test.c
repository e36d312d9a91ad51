#include <poll.h>
#include <stdlib.h>

#include "common/process/errand.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/no_threads.h"

enum { WAIT_MS = 60000 };

struct test_errand {
    struct errand errand;
    atomic_int *ran, *done, *lost, *dropped;
    atomic_bool *hang; /* NULL: the errand does not hang */
};

static void run_errand(struct errand *errand)
{
    struct test_errand *test = (struct test_errand *)errand;

    while (test->hang && atomic_load(test->hang))
        clock_sleep(1000);
    atomic_fetch_add(test->ran, 1);
}

static void end_errand(struct errand *errand, bool lost)
{
    struct test_errand *test = (struct test_errand *)errand;

    atomic_fetch_add(lost ? test->lost : test->done, 1);
}

static void drop_errand(struct errand *errand)
{
    struct test_errand *test = (struct test_errand *)errand;

    atomic_fetch_add(test->dropped, 1);
    free(test);
}

struct fixture {
    struct mailbox *mailbox;
    struct errands *errands;
    atomic_int ran, done, lost, dropped;
    atomic_bool hang;
};

static void begin_errands(struct fixture *f, unsigned threads)
{
    assert_int_equal(mailbox_new(&f->mailbox, NULL), ERR_OK);
    f->errands = errands_new(f->mailbox, threads);
}

static struct errand *make_errand(struct fixture *f, bool hangs)
{
    struct test_errand *test = calloc(1, sizeof(*test));

    *test = (struct test_errand){
        .errand = { .run = run_errand, .done = end_errand, .drop = drop_errand, .patience = 100000 },
        .ran = &f->ran,
        .done = &f->done,
        .lost = &f->lost,
        .dropped = &f->dropped,
        .hang = hangs ? &f->hang : NULL
    };
    return &test->errand;
}

static void start_errand(struct fixture *f, bool hangs)
{
    errand_start(f->errands, make_errand(f, hangs));
}

static void loop_until(struct fixture *f, atomic_int *counter, int value)
{
    usec_t until = clock_steady() + (usec_t)WAIT_MS * 1000;
    struct pollfd letter = { mailbox_fd(f->mailbox), POLLIN, 0 };

    while (atomic_load(counter) < value && clock_steady() < until) {
        poll(&letter, 1, 10);
        mailbox_open(f->mailbox);
        errands_look(f->errands);
    }
    assert_int_equal(atomic_load(counter), value);
}

CLAIM(done_is_called_once_for_every_errand)
{
    struct fixture f = { 0 };

    begin_errands(&f, 3);
    for (int i = 0; i < 200; i++)
        start_errand(&f, false);
    loop_until(&f, &f.done, 200);
    loop_until(&f, &f.dropped, 200);
    assert_int_equal(f.lost, 0);
    assert_true(errands_end(f.errands));
    mailbox_free(f.mailbox);
}

CLAIM(an_errand_that_hangs_is_given_up_and_the_others_continue)
{
    static struct fixture f; /* outlives the test, because a hanging thread may continue later */

    atomic_store(&f.hang, true);
    begin_errands(&f, 1);
    start_errand(&f, true);
    start_errand(&f, false);
    start_errand(&f, false);
    loop_until(&f, &f.lost, 1);
    loop_until(&f, &f.done, 2);
    assert_false(errands_end(f.errands)); /* one thread has not come back */
    atomic_store(&f.hang, false);
    loop_until(&f, &f.dropped, 3);
    assert_int_equal(f.done, 2);
    assert_true(errands_end(f.errands));
}

CLAIM(an_errand_that_somebody_waits_for_is_given_up_in_time_for_the_answer)
{
    static struct fixture f;
    struct errand *patient, *awaited;

    atomic_store(&f.hang, true);
    begin_errands(&f, 2);
    patient = make_errand(&f, true);
    awaited = make_errand(&f, true);
    patient->patience = awaited->patience = 3600000000;
    awaited->answer_by = clock_steady();
    errand_start(f.errands, patient);
    errand_start(f.errands, awaited);
    loop_until(&f, &f.lost, 1);
    assert_int_equal(errands_hanging(f.errands), 1);
    atomic_store(&f.hang, false);
    loop_until(&f, &f.done, 1);
    loop_until(&f, &f.dropped, 2);
    assert_int_equal(f.lost, 1);
    assert_true(errands_end(f.errands));
}

CLAIM(threads_that_hang_are_counted_and_bounded)
{
    enum { MORE = 3 };
    static struct fixture f;

    atomic_store(&f.hang, true);
    begin_errands(&f, ERRANDS_HANGING_MOST + MORE);
    for (int i = 0; i < ERRANDS_HANGING_MOST; i++)
        start_errand(&f, true);
    loop_until(&f, &f.lost, ERRANDS_HANGING_MOST);
    assert_int_equal(errands_hanging(f.errands), ERRANDS_HANGING_MOST);
    for (int i = 0; i < MORE; i++)
        start_errand(&f, false);
    clock_sleep(20000);
    assert_int_equal(f.ran, 0);
    atomic_store(&f.hang, false); /* the first that returns makes room */
    loop_until(&f, &f.done, MORE);
    loop_until(&f, &f.dropped, ERRANDS_HANGING_MOST + MORE);
    assert_int_equal(errands_hanging(f.errands), 0);
    assert_true(errands_end(f.errands));
    mailbox_free(f.mailbox);
}

/* One thread is idle, and is not awake before both are started. Nobody looks at the errands in between. */
CLAIM(two_errands_that_are_started_at_once_run_side_by_side)
{
    struct fixture f = { 0 };
    usec_t until = clock_steady() + (usec_t)WAIT_MS * 1000;

    begin_errands(&f, 2);
    start_errand(&f, false);
    loop_until(&f, &f.done, 1);
    atomic_store(&f.hang, true);
    start_errand(&f, true);
    start_errand(&f, false);
    while (atomic_load(&f.ran) < 2 && clock_steady() < until)
        clock_sleep(1000);
    assert_int_equal(f.ran, 2);
    atomic_store(&f.hang, false);
    loop_until(&f, &f.dropped, 3);
    assert_true(errands_end(f.errands));
    mailbox_free(f.mailbox);
}

CLAIM(an_errand_that_finds_no_thread_runs_when_one_can_be_started)
{
    struct fixture f = { 0 };

    begin_errands(&f, 2);
    no_threads = true;
    start_errand(&f, false);
    errands_look(f.errands);
    assert_int_equal(f.ran, 0);
    no_threads = false;
    loop_until(&f, &f.done, 1);
    assert_true(errands_end(f.errands));
    mailbox_free(f.mailbox);
}

CLAIM(a_thread_that_could_not_be_replaced_is_replaced_later)
{
    static struct fixture f;

    atomic_store(&f.hang, true);
    begin_errands(&f, 1);
    start_errand(&f, true);
    start_errand(&f, false);
    no_threads = true;
    loop_until(&f, &f.lost, 1);
    assert_int_equal(f.ran, 0);
    no_threads = false;
    loop_until(&f, &f.done, 1);
    atomic_store(&f.hang, false);
    loop_until(&f, &f.dropped, 2);
    assert_true(errands_end(f.errands));
    mailbox_free(f.mailbox);
}

CLAIM(an_errand_that_is_tried_without_a_thread_is_given_back)
{
    struct fixture f = { 0 };
    struct errand *tried = make_errand(&f, false);

    begin_errands(&f, 1);
    no_threads = true;
    start_errand(&f, false);
    assert_false(errand_try(f.errands, tried));
    start_errand(&f, false);
    no_threads = false;
    loop_until(&f, &f.done, 2);
    assert_true(errand_try(f.errands, tried));
    loop_until(&f, &f.done, 3);
    loop_until(&f, &f.dropped, 3);
    assert_true(errands_end(f.errands));
    mailbox_free(f.mailbox);
}

struct received {
    struct mail mail;
    int opened, dropped;
};

/* One errand is done and not fetched, one runs, one waits. */
CLAIM(errands_that_are_left_at_the_end_are_dropped)
{
    struct fixture f = { 0 };
    usec_t until = clock_steady() + (usec_t)WAIT_MS * 1000;

    begin_errands(&f, 1);
    atomic_store(&f.hang, true);
    start_errand(&f, false);
    start_errand(&f, true);
    start_errand(&f, false);
    while (atomic_load(&f.ran) < 1 && clock_steady() < until)
        clock_sleep(1000);
    clock_sleep(20000); /* the second one has probably begun */
    atomic_store(&f.hang, false);
    assert_true(errands_end(f.errands));
    mailbox_free(f.mailbox);
    assert_int_equal(f.dropped, 3);
    assert_int_equal(f.done + f.lost, 0);
}

static void open_letter(struct mail *mail)
{
    ((struct received *)mail)->opened++;
}

static void drop_letter(struct mail *mail)
{
    ((struct received *)mail)->dropped++;
}

CLAIM(mail_that_nobody_opened_is_dropped)
{
    struct received letters[3] = { 0 };
    struct mailbox *mailbox;

    assert_int_equal(mailbox_new(&mailbox, NULL), ERR_OK);
    for (int i = 0; i < 3; i++) {
        letters[i].mail = (struct mail){ .open = open_letter, .drop = i < 2 ? drop_letter : NULL };
        mailbox_put(mailbox, &letters[i].mail);
        if (i == 0)
            mailbox_open(mailbox);
    }
    mailbox_free(mailbox);
    assert_true(letters[0].opened == 1 && letters[0].dropped == 0);
    assert_true(letters[1].opened == 0 && letters[1].dropped == 1);
}
