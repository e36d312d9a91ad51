#include "frontends/cli/base/look.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/process/mount_point.h"
#include "common/process/patience.h"

enum { PATIENCE_US = 2500000 };

/* ---- the process ---- */

/* This process closes all other files: otherwise a reader of the command's output would wait for it too. */
static void run_look_child(int end, pid_t parent, void (*look)(void *memory), void *memory)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || dup2(end, STDIN_FILENO) < 0)
        _exit(1);
    (void)close_range(STDIN_FILENO + 1, ~0U, 0);
    look(memory);
    _exit(0);
}

enum err look_run(void (*look)(void *memory), void *memory, struct fault *fault)
{
    pid_t parent = getpid();
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return fault_errno(fault, ERR_BUSY, errno, "cannot make a pipe");
    pid_t pid = fork();
    if (pid == 0)
        run_look_child(ends[1], parent, look, memory);
    int error = errno;
    close(ends[1]);
    bool ended = pid > 0 && patience_poll(pid, ends[0], PATIENCE_US); /* it closes its end of the pipe */
    close(ends[0]);
    if (pid < 0)
        return fault_errno(fault, ERR_BUSY, error, "cannot start a process that looks at files");
    if (!ended)
        (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, ended ? 0 : WNOHANG); /* a process that waits in the kernel cannot die */
    return ended ? ERR_OK : fault_set(fault, ERR_TIMEOUT, "a file system does not answer");
}

enum err look_hung(const char *path, struct fault *fault)
{
    mount_point_blame(path, fault, "cannot look at %.200s", path);
    return fault_hint(fault, "`loophole volume list` shows it; items on it can still be named by their ids");
}
