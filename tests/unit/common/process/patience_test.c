#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/process/patience.h"
#include "tests/unit/claim.h"

enum { LIMIT_US = 200000, OFTEN_US = 20000, SPINNERS = 3, AGAIN = 20 };

/* Not longer than the test, which may fail before it ends the task. */
static _Noreturn void spin_forever(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (volatile unsigned turns = 0;; turns++)
        ;
}

static _Noreturn void wait_forever(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
        pause();
}

/* On the first processor; `policy` SCHED_IDLE: it only runs when no other wants to. */
static pid_t begin_spinner(int policy)
{
    const struct sched_param none = { 0 };
    cpu_set_t first;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    if (sched_setaffinity(0, sizeof(first), &first) != 0 || sched_setscheduler(0, policy, &none) != 0)
        _exit(1);
    spin_forever();
}

static void end_task(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* Looks at the task until the patience is over. */
static struct patience wait_out(pid_t pid)
{
    struct patience patience;

    patience_begin(&patience, pid);
    while (!patience_is_over(&patience, LIMIT_US, OFTEN_US))
        clock_sleep(OFTEN_US);
    return patience;
}

CLAIM(a_task_that_waits_for_something_else_is_given_up)
{
    pid_t pid = fork();

    if (pid == 0)
        wait_forever();
    struct patience patience = wait_out(pid);
    assert_true(patience.counted > LIMIT_US && patience.counted < 2 * LIMIT_US);
    end_task(pid);
}

/* A task that a busy machine lets run for less than an eighth of the time ends by the bound instead; then the claim
 * says nothing, and it waits again. */
CLAIM(a_task_that_runs_without_an_end_is_given_up)
{
    pid_t pid = fork();

    if (pid == 0) {
        (void)setpriority(PRIO_PROCESS, 0, -20);
        spin_forever();
    }
    struct patience patience = wait_out(pid);
    for (int i = 0; i < AGAIN && patience.counted <= LIMIT_US; i++)
        patience = wait_out(pid);
    assert_true(patience.counted > LIMIT_US && patience.ran >= LIMIT_US / 2);
    end_task(pid);
}

/* The task wants the processor all the time and gets very little of it, so only the bound ends the wait. */
CLAIM(a_task_that_waits_for_a_processor_gets_more_time)
{
    pid_t others[SPINNERS], pid;

    for (int i = 0; i < SPINNERS; i++)
        others[i] = begin_spinner(SCHED_OTHER);
    pid = begin_spinner(SCHED_IDLE);
    struct patience patience = wait_out(pid);
    assert_true(patience.counted < LIMIT_US);
    assert_true(clock_steady() - patience.began > PATIENCE_STRETCH * LIMIT_US);
    end_task(pid);
    for (int i = 0; i < SPINNERS; i++)
        end_task(others[i]);
}

CLAIM(a_long_pause_of_the_watcher_counts_as_a_short_one)
{
    struct patience patience;
    pid_t pid = fork();

    if (pid == 0)
        wait_forever();
    patience_begin(&patience, pid);
    clock_sleep(2 * LIMIT_US);
    assert_false(patience_is_over(&patience, LIMIT_US, OFTEN_US));
    end_task(pid);
}

CLAIM(the_end_of_the_writer_ends_a_poll)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    assert_false(patience_poll(getppid(), ends[0], LIMIT_US));
    close(ends[1]);
    assert_true(patience_poll(getppid(), ends[0], LIMIT_US));
    close(ends[0]);
}
