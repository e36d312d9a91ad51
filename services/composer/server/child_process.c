#include "services/composer/server/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/crash.h"
#include "common/process/limits.h"

bool child_process_write(int to, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len) {
        ssize_t wrote = write(to, at, len);
        if (wrote <= 0)
            return false;
        at += wrote;
        len -= (size_t)wrote;
    }
    return true;
}

static void be_child(int to, pid_t parent, int (*work)(void *state, int to), void *state)
{
    sigset_t none;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || dup2(to, STDERR_FILENO + 1) < 0)
        _exit(1);
    (void)close_range(STDERR_FILENO + 2, ~0U, 0);
    crash_uninstall();
    limits_allow_more(CHILD_MEMORY);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    _exit(work(state, STDERR_FILENO + 1));
}

/* The loop never waits: a process may hang in the kernel, for example on a file of libpq in a home on a dead share. */
bool child_process_is_gone(struct child_process *child)
{
    bool is_gone = true;

    for (size_t i = 0; i < CHILD_DYING_MOST; i++) {
        if (child->dying[i] && waitpid(child->dying[i], NULL, WNOHANG) != 0)
            child->dying[i] = 0;
        is_gone = is_gone && child->dying[i] == 0;
    }
    return is_gone;
}

/* NULL: none is free. */
static pid_t *find_free(struct child_process *child)
{
    (void)child_process_is_gone(child);
    for (size_t i = 0; i < CHILD_DYING_MOST; i++)
        if (child->dying[i] == 0)
            return &child->dying[i];
    return NULL;
}

enum err child_process_begin(struct child_process *child, int (*work)(void *state, int to), void *state,
                             struct fault *fault)
{
    pid_t parent = getpid();
    int ends[2];

    if (!find_free(child)) /* child_process_end needs one */
        return fault_set(fault, ERR_BUSY, "the processes of %d earlier exchanges do not end", CHILD_DYING_MOST);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fault_errno(fault, ERR_FULL, errno, "cannot make a pipe");
    pid_t pid = fork();
    if (pid == 0)
        be_child(ends[1], parent, work, state);
    close(ends[1]);
    if (pid < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
        close(ends[0]);
        return fault_set(fault, ERR_FULL, "cannot start a process for the exchange");
    }
    child->pid = pid;
    child->from = ends[0];
    return ERR_OK;
}

void child_process_end(struct child_process *child)
{
    if (!child->pid)
        return;
    (void)kill(child->pid, SIGKILL);
    *find_free(child) = child->pid; /* child_process_begin left it free */
    close(child->from);
    child->pid = 0;
    child_process_is_gone(child);
}
