#include "services/availability/mounts/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/crash.h"

_Static_assert(CHILD_TO == STDERR_FILENO + 1, "the pipe is the first descriptor after the standard ones");

enum err child_process_open(int *from, int *to, struct fault *fault)
{
    int ends[2];

    *from = *to = -1;
    if (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
        return fault_errno(fault, ERR_IO, errno, "cannot make a pipe");
    *from = ends[0];
    *to = ends[1];
    return ERR_OK;
}

pid_t child_process_begin(int to)
{
    pid_t parent = getpid(), pid = fork();
    sigset_t none;

    if (pid != 0)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || dup2(to, CHILD_TO) < 0)
        _exit(1);
    (void)close_range(CHILD_TO + 1, ~0U, 0);
    crash_uninstall();
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    return 0;
}
