/* Children that end, and children that do not. */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/process/dying.h"
#include "tests/unit/claim.h"

static pid_t start_child(int (*work)(void))
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(work());
    assert_true(pid > 0);
    return pid;
}

static int end_at_once(void)
{
    return 3;
}

static int sleep_for_ever(void)
{
    while (getppid() > 0) /* it is killed before */
        pause();
    return 0;
}

static void assert_reaped(pid_t pid)
{
    assert_int_equal(-1, waitpid(pid, NULL, WNOHANG));
    assert_int_equal(ECHILD, errno);
    assert_int_equal(0, dying_count(DYING_LOOK));
}

CLAIM(a_child_that_ends_is_reaped)
{
    pid_t pid = start_child(end_at_once);

    dying_end(DYING_LOOK, pid, true);
    assert_reaped(pid);
}

CLAIM(a_child_that_does_not_end_is_killed)
{
    pid_t pid = start_child(sleep_for_ever);

    dying_end(DYING_LOOK, pid, false);
    assert_int_equal(0, dying_count(DYING_DECODER)); /* a kind does not count the other's */
    while (dying_count(DYING_LOOK) > 0)              /* its death may take a while on a busy machine */
        usleep(1000);
    assert_reaped(pid);
}

CLAIM(a_child_that_should_have_ended_is_killed_after_a_while)
{
    pid_t pid = start_child(sleep_for_ever);

    dying_end(DYING_LOOK, pid, true);
    while (dying_count(DYING_LOOK) > 0)
        usleep(1000);
    assert_reaped(pid);
}
