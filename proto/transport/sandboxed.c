#include "proto/transport/sandboxed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/crash.h"
#include "common/process/log.h"
#include "common/sanitizer.h"
#include "proto/transport/starter.h"

extern char **environ;

enum { DYING_US = 200000, LOOK_MS = 100 };

/* ---- starting ---- */

static const char *const PASSED_ON[] = { "LD_LIBRARY_PATH=", "LOOPHOLE_ANALYSER=" };
enum { PASSED = sizeof(PASSED_ON) / sizeof(*PASSED_ON) };

/* A worker's environment is empty, because a file that takes over a decoder could read it. Only variables that a worker
 * needs to run, or that select its analyser, are passed on if a person has set them. A sanitizer reads its options
 * there. */
static char **choose_environment(char *some[PASSED + 1])
{
    size_t count = 0;

    for (char **at = environ; *at && !SANITIZED; at++)
        for (size_t i = 0; i < PASSED && count < PASSED; i++)
            if (strncmp(*at, PASSED_ON[i], strlen(PASSED_ON[i])) == 0)
                some[count++] = *at;
    some[count] = NULL;
    return SANITIZED ? environ : some;
}

enum err sandboxed_start(struct sandboxed *process, const char *program, const char *mode, struct fault *fault)
{
    const char *slash = strrchr(program, '/');
    char *arguments[] = { (char *)(uintptr_t)(slash ? slash + 1 : program), (char *)(uintptr_t)mode, NULL };
    char *some[PASSED + 1];
    int end;

    *process = (struct sandboxed){ .pipe = { .fd = -1, .passed = -1 } };
    int number = starter_start(program, arguments, choose_environment(some), &process->pid, &end);
    if (number != 0)
        return fault_errno(fault, number == ENOENT ? ERR_NOT_FOUND : ERR_IO, number, "cannot start %s", program);
    fcntl(end, F_SETFL, O_NONBLOCK);
    pipe_open(&process->pipe, end);
    return ERR_OK;
}

/* ---- its answers ---- */

enum err sandboxed_wait(struct sandboxed *process, const struct shape *shape, struct arena *arena, void *answer,
                        usec_t patience, struct errand *errand, struct fault *fault)
{
    struct pollfd watched = { .fd = process->pipe.fd, .events = POLLIN };
    struct patience waited;
    enum err e;

    patience_begin(&waited, process->pid);
    while ((e = pipe_receive(&process->pipe, PIPE_NOW, shape, arena, answer, NULL, fault)) == ERR_BUSY) {
        if (errand && !errand_goes_on(errand))
            return fault_set(fault, ERR_BUSY, "nothing waits for its answer any more");
        if (patience_is_over(&waited, patience, LOOK_MS * 1000))
            return fault_set(fault, ERR_TIMEOUT, "its decoder does not answer");
        (void)poll(&watched, 1, LOOK_MS);
    }
    return e == ERR_OK ? ERR_OK : fault_set(fault, ERR_OFFLINE, "its decoder died, or sent an invalid answer");
}

/* ---- the end ---- */

static bool reap_worker(pid_t pid, usec_t patience, int *status)
{
    usec_t until = clock_steady() + patience;
    pid_t ended;

    while ((ended = waitpid(pid, status, WNOHANG)) == 0 && clock_steady() < until)
        clock_sleep(1000);
    return ended == pid;
}

static void explain_end(int status, char *why)
{
    if (WIFSIGNALED(status))
        snprintf(why, SANDBOXED_WHY_SIZE, "signal %d (SIG%s)", WTERMSIG(status),
                 sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "?");
    else if (WEXITSTATUS(status) == CRASH_EXIT_NO_MEMORY)
        snprintf(why, SANDBOXED_WHY_SIZE, SANDBOXED_NO_MEMORY);
    else
        snprintf(why, SANDBOXED_WHY_SIZE, "exit code %d", WEXITSTATUS(status));
}

/* True if it died by itself, or is about to: a worker that closed its socket gets a moment. */
static bool died_alone(const struct sandboxed *process, int *status)
{
    uint8_t byte;

    if (reap_worker(process->pid, 0, status))
        return true;
    if (process->pipe.fd < 0)
        return false;
    ssize_t got = recv(process->pipe.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    bool hung_up = got == 0 || (got < 0 && errno == ECONNRESET); /* reset: it left a message unread */
    return hung_up && reap_worker(process->pid, DYING_US, status);
}

pid_t sandboxed_kill(struct sandboxed *process, char *why)
{
    pid_t pid = process->pid;
    int status;

    why[0] = 0;
    if (pid == 0)
        return 0;
    bool alone = died_alone(process, &status);
    if (alone)
        explain_end(status, why);
    else
        kill(pid, SIGKILL);
    pipe_close(&process->pipe);
    process->pid = 0;
    return alone || waitpid(pid, NULL, WNOHANG) != 0 ? 0 : pid;
}

void sandboxed_end(struct sandboxed *process, char *why)
{
    pid_t pid = sandboxed_kill(process, why);
    int status;

    if (pid != 0 && !reap_worker(pid, DYING_US, &status))
        log_warn("worker %d does not end yet", (int)pid);
}
