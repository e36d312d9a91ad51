#include "common/process/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/crash.h"
#include "common/sanitizer.h"

enum { LOOK_MS = 50 };

struct trial_report {
    bool is_done;
    enum err code;
    struct fault fault;
};

void *trial_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return alloc_check(memory == MAP_FAILED ? NULL : memory);
}

void trial_memory_free(void *memory, size_t size)
{
    if (memory)
        munmap(memory, size);
}

/* A death is expected here: no crash record, no core dump, and no library's messages on the caller's screen. A
 * sanitizer's messages are kept. */
static void be_quiet(void)
{
    const struct rlimit no_core = { 0 };
    int null = SANITIZED ? -1 : open("/dev/null", O_WRONLY | O_CLOEXEC);

    signal(SIGPIPE, SIG_IGN);
    crash_uninstall();
    (void)setrlimit(RLIMIT_CORE, &no_core);
    if (null >= 0)
        (void)dup2(null, STDERR_FILENO);
}

static void run_trial_child(struct trial_report *report, pid_t parent,
                            enum err (*work)(void *state, struct fault *fault), void *state)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    be_quiet();
    report->code = work(state, &report->fault);
    report->is_done = true;
    _exit(0);
}

enum err trial_start(struct trial *trial, enum err (*work)(void *state, struct fault *fault), void *state,
                     struct fault *fault)
{
    pid_t parent = getpid();

    trial->report = trial_memory(sizeof(*trial->report));
    trial->pid = fork();
    if (trial->pid == 0)
        run_trial_child(trial->report, parent, work, state);
    if (trial->pid > 0)
        return ERR_OK;
    trial_memory_free(trial->report, sizeof(*trial->report));
    return fault_errno(fault, ERR_FULL, errno, "cannot start another process");
}

static enum err reason_of(int status, struct fault *fault)
{
    if (WIFSIGNALED(status))
        return fault_set(fault, ERR_INTERNAL, "the process that read the store died of signal %d (%s)",
                         WTERMSIG(status), strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) == err_exit_code(ERR_IO)) /* the guard of the store's map ended it (guard.h) */
        return fault_set(fault, ERR_IO, "the disk fails: a page of the store cannot be read");
    if (WEXITSTATUS(status) == CRASH_EXIT_NO_MEMORY)
        return fault_set(fault, ERR_FULL, "the process that read the store ran out of memory");
    return fault_set(fault, ERR_INTERNAL, "the process that read the store ended with code %d", WEXITSTATUS(status));
}

/* Hostile bytes may have taken the child over. */
static struct trial_report take_report(const struct trial_report *written)
{
    struct trial_report report = *written;

    if ((unsigned)report.code >= ERR_COUNT)
        report.code = ERR_INTERNAL;
    report.fault.code = report.code;
    report.fault.what[sizeof(report.fault.what) - 1] = '\0';
    report.fault.field[sizeof(report.fault.field) - 1] = '\0';
    report.fault.hint[sizeof(report.fault.hint) - 1] = '\0';
    return report;
}

enum err trial_wait(struct trial *trial, bool *died, struct fault *fault)
{
    struct trial_report report;
    int status = 0;

    while (waitpid(trial->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    report = take_report(trial->report);
    trial_memory_free(trial->report, sizeof(*trial->report));
    *died = !report.is_done;
    if (*died)
        return reason_of(status, fault);
    if (report.code != ERR_OK && fault)
        *fault = report.fault;
    return report.code;
}

/* Without a descriptor of the child (an old kernel, or none left) poll only waits for its timeout. */
static bool child_has_ended(pid_t pid, int pidfd)
{
    struct pollfd end = { .fd = pidfd, .events = POLLIN };
    siginfo_t info = { 0 };

    if (poll(&end, 1, LOOK_MS) > 0)
        return true;
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

enum err trial_wait_watching(struct trial *trial, bool (*goes_on)(void *state), void *state, bool *died,
                             struct fault *fault)
{
    int pidfd = pidfd_open(trial->pid, 0);
    bool is_watched = true;
    enum err e;

    while (is_watched && !child_has_ended(trial->pid, pidfd))
        is_watched = goes_on(state);
    if (pidfd >= 0)
        close(pidfd);
    if (is_watched)
        return trial_wait(trial, died, fault);
    (void)kill(trial->pid, SIGKILL);
    e = trial_wait(trial, died, NULL);
    *died = false;
    return e == ERR_OK ? ERR_OK : ERR_BUSY;
}

enum err trial_run(enum err (*work)(void *state, struct fault *fault), void *state, bool *died, struct fault *fault)
{
    struct trial trial;
    enum err e = trial_start(&trial, work, state, fault);

    *died = false;
    return e == ERR_OK ? trial_wait(&trial, died, fault) : e;
}
