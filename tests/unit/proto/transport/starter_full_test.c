/* A process whose table of descriptors is full starts no program. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/transport/starter.h"
#include "tests/unit/claim.h"

CLAIM(a_program_whose_end_would_not_be_noticed_does_not_go_on)
{
    const struct rlimit few = { 64, 64 };
    char *const arguments[] = { "sleep", "60", NULL }, *const environment[] = { NULL };
    int end;
    pid_t pid;

    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_int_equal(starter_start("/bin/sleep", arguments, environment, &pid, &end), 0);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    while (dup(STDIN_FILENO) >= 0)
        ;
    assert_int_equal(errno, EMFILE);
    assert_int_equal(starter_start("/bin/sleep", arguments, environment, &pid, &end), EMFILE);
    assert_int_equal(pid, 0);
    assert_int_equal(end, -1);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}
