#include "supervisor/keeper.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/config.h"
#include "common/process/crash_list.h"
#include "common/process/log.h"
#include "proto/transport/lock.h"
#include "supervisor/death.h"
#include "supervisor/policy.h"
#include "supervisor/settings.h"

extern char **environ;

static const char help[] =
    "Usage: loopholed [--keep | --detach] [--foreground]\n"
    "Starts, watches and restarts all services of loophole (`loophole up` runs it).\n\n"
    "      --keep        stay as a parent that starts the supervisor again when it dies\n"
    "      --detach      the same in the background\n"
    "  -f, --foreground  log to stderr as well\n"
    "  -V, --version     print the version\n\n"
    "SIGTERM stops all services in order. SIGKILL leaves them running: the next loopholed adopts them.\n"
    "Settings: [supervisor] hang_ms, start_ms in loophole.conf.\n";

struct keeper {
    const struct paths *paths;
    char program[PATH_MAX + 16];
    char **arguments; /* of the supervisor: ours without --keep and --detach */
    sigset_t signals;
    pid_t supervisor;
    int lock;      /* DATA/keeper.lock, from which `loophole up` learns whether a supervisor may still come */
    bool stopping; /* the supervisor was asked to stop */
    usec_t started;
    uint64_t restarts; /* also those under a keeper in whose place this one works */
    struct policy policy;
};

static bool is_ours(const char *argument)
{
    return strcmp(argument, "--keep") == 0 || strcmp(argument, "--detach") == 0;
}

static bool has_argument(int argc, char **argv, const char *wanted)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], wanted) == 0)
            return true;
    return false;
}

bool keeper_is_asked(int argc, char **argv)
{
    return has_argument(argc, argv, "--keep") || has_argument(argc, argv, "--detach") ||
           has_argument(argc, argv, "--help");
}

static int explain_failure(const struct fault *fault)
{
    (void)fprintf(stderr, "loopholed: %s\n", fault->what);
    if (fault->hint[0])
        (void)fprintf(stderr, "  %s\n", fault->hint);
    return err_exit_code(fault->code);
}

/* ---- in the background ---- */

/* Returns true in the process that continues; in the first one false, with its exit code. The new process keeps no
 * terminal, directory or pipe of the caller. */
static bool go_to_background(int lock, int *exit_code)
{
    pid_t pid = fork();
    int null;

    *exit_code = pid < 0 ? err_exit_code(ERR_FULL) : 0;
    if (pid != 0)
        return false;
    setsid();
    if (fork() != 0)
        _exit(0);
    if (chdir("/") != 0)
        _exit(err_exit_code(ERR_IO));
    null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    if (lock > 3)
        close_range(3, (unsigned)lock - 1, 0);
    close_range((unsigned)lock + 1, ~0U, 0);
    return true;
}

/* ---- restarting the supervisor ---- */

static bool start_supervisor(struct keeper *keeper)
{
    posix_spawnattr_t attributes;
    sigset_t none;
    int number;

    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    number = posix_spawn(&keeper->supervisor, keeper->program, NULL, &attributes, keeper->arguments, environ);
    posix_spawnattr_destroy(&attributes);
    keeper->started = clock_steady();
    if (number == 0)
        return true;
    keeper->supervisor = 0;
    log_error("keeper: cannot start the supervisor: %s", strerror(number));
    return false;
}

void keeper_report(uint64_t restarts, const char *how)
{
    char count[24];

    (void)snprintf(count, sizeof(count), "%llu", (unsigned long long)restarts);
    setenv(KEEPER_RESTARTS, count, 1);
    setenv(KEEPER_DEATH, how, 1);
}

static void name_keeper(struct keeper *keeper)
{
    const char *restarts = getenv(KEEPER_RESTARTS);
    char pid[16];

    keeper->restarts = restarts ? strtoull(restarts, NULL, 10) : 0;
    (void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
    setenv(KEEPER_PID, pid, 1);
}

static bool ends_all(int exit_code)
{
    return exit_code == 0 || exit_code == err_exit_code(ERR_EXISTS);
}

/* Exit codes of errors that need a person. packaging/loophole.service lists the same codes. */
static bool needs_person(int exit_code)
{
    return exit_code == err_exit_code(ERR_DENIED) || exit_code == err_exit_code(ERR_BAD_REQUEST) ||
           exit_code == err_exit_code(ERR_VERSION) || exit_code == err_exit_code(ERR_TOO_LARGE);
}

static void record_death(const struct keeper *keeper, const siginfo_t *info, const char *how)
{
    struct death death = { "supervisor", (int32_t)info->si_pid, false, how, 0 };
    struct fault fault;

    if (crash_list_add(keeper->paths, &death, &fault) != ERR_OK)
        log_fault("cannot write the crash record", &fault);
}

/* The keeper always restarts a supervisor that was killed. After an end with an error it restarts only a few times. */
static bool starts_again(struct keeper *keeper, const siginfo_t *info, usec_t *wait)
{
    usec_t lived = clock_steady() - keeper->started;
    struct policy_life life = { .lived = lived, .was_ready = true, .ready = lived };
    struct policy_verdict verdict;
    char how[DEATH_SIZE];

    death_describe(info, how);
    if (keeper->stopping || (!death_by_signal(info) && ends_all(info->si_status)))
        return false;
    record_death(keeper, info, how);
    verdict = policy_died(&keeper->policy, life, death_by_signal(info));
    verdict.quarantine = verdict.quarantine || (!death_by_signal(info) && needs_person(info->si_status));
    log_error("keeper: supervisor[%d] ended: %s; %s", (int)info->si_pid, how,
              verdict.quarantine ? "given up" : "starts again");
    keeper_report(++keeper->restarts, how);
    *wait = verdict.wait;
    return !verdict.quarantine;
}

/* Waits for one signal; 0: none within `timeout` (negative: no limit), or the keeper was stopped or traced. */
static int wait_for_signal(const struct keeper *keeper, usec_t timeout)
{
    struct timespec left = { timeout / 1000000, timeout % 1000000 * 1000 };
    int number = timeout < 0 ? sigwaitinfo(&keeper->signals, NULL) : sigtimedwait(&keeper->signals, NULL, &left);

    return number > 0 ? number : 0;
}

static void hand_on(struct keeper *keeper, int number)
{
    if (number == 0)
        return;
    if (number == SIGHUP)
        log_reopen();
    else
        keeper->stopping = true;
    if (keeper->supervisor > 0)
        kill(keeper->supervisor, number);
}

/* Collects all dead children; true if the supervisor is among them, with its end in `info`. */
static bool bury_dead(struct keeper *keeper, siginfo_t *info)
{
    siginfo_t one = { 0 };
    bool ours = false;

    while (waitid(P_ALL, 0, &one, WEXITED | WNOHANG) == 0 && one.si_pid != 0) {
        if (one.si_pid == keeper->supervisor) {
            *info = one;
            ours = true;
            keeper->supervisor = 0;
        }
        one.si_pid = 0;
    }
    return ours;
}

/* False: the keeper was asked to stop while it waited. */
static bool rest_until(struct keeper *keeper, usec_t wait)
{
    usec_t end = clock_steady() + wait;

    for (usec_t left = wait; left > 0 && !keeper->stopping; left = end - clock_steady()) {
        int number = wait_for_signal(keeper, left);
        if (number != SIGCHLD)
            hand_on(keeper, number);
    }
    return !keeper->stopping;
}

/* The program may be replaced at this moment, or the machine may lack memory. False: the keeper was asked to stop. */
static bool start_successor(struct keeper *keeper, usec_t wait)
{
    struct policy failures = { 0 };

    while (rest_until(keeper, wait)) {
        if (start_supervisor(keeper))
            return true;
        wait = policy_died(&failures, (struct policy_life){ 0 }, true).wait;
    }
    return false;
}

/* A person reads why the first one cannot start; in the place of another keeper there is no person. */
static bool start_first(struct keeper *keeper)
{
    return start_supervisor(keeper) || (keeper->restarts > 0 && start_successor(keeper, 0));
}

static int keep_running(struct keeper *keeper)
{
    siginfo_t info = { 0 };
    usec_t wait = 0;

    if (!start_first(keeper))
        return err_exit_code(ERR_INTERNAL);
    for (;;) {
        int number = wait_for_signal(keeper, -1);
        if (number != SIGCHLD)
            hand_on(keeper, number);
        if (number != SIGCHLD || !bury_dead(keeper, &info))
            continue;
        if (!starts_again(keeper, &info, &wait))
            return death_by_signal(&info) ? err_exit_code(ERR_INTERNAL) : info.si_status;
        if (!start_successor(keeper, wait))
            return err_exit_code(ERR_INTERNAL);
    }
}

static void take_signals(struct keeper *keeper)
{
    sigemptyset(&keeper->signals);
    sigaddset(&keeper->signals, SIGCHLD);
    sigaddset(&keeper->signals, SIGTERM);
    sigaddset(&keeper->signals, SIGINT);
    sigaddset(&keeper->signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &keeper->signals, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static char **without_ours(int argc, char **argv)
{
    char **arguments = alloc_zeroed((size_t)argc + 1, sizeof(*arguments));
    int count = 0;

    for (int i = 0; i < argc; i++)
        if (!is_ours(argv[i]))
            arguments[count++] = argv[i];
    return arguments;
}

static enum err lock_data(struct keeper *keeper, const struct paths *paths, struct fault *fault)
{
    enum err e = lock_take_data(paths, "keeper", &keeper->lock, fault);

    if (e != ERR_EXISTS)
        return e;
    fault_set(fault, ERR_EXISTS, "a supervisor already runs or starts in %s", paths->run);
    return fault_hint(fault, "%s", "");
}

enum err keeper_check(const struct paths *paths, struct fault *fault)
{
    struct settings settings;
    enum err e = config_check_file(paths, fault);

    return e == ERR_OK ? settings_read(paths, &settings, fault) : e;
}

/* Detects errors before the process goes to the background, while the caller still reads the messages. */
static enum err prepare_keeper(struct keeper *keeper, struct paths *paths, struct fault *fault)
{
    enum err e = paths_find(paths, fault);

    if (e != ERR_OK || (e = keeper_check(paths, fault)) != ERR_OK)
        return e;
    if (lock_is_held(paths, "supervisor"))
        return fault_set(fault, ERR_EXISTS, "a supervisor already runs in %s", paths->run);
    if (lock_data_is_held(paths, "supervisor")) {
        fault_set(fault, ERR_EXISTS, "a supervisor already runs for the data in %s", paths->data);
        return fault_hint(fault, "its sockets are not in %.150s: it started with another XDG_RUNTIME_DIR", paths->run);
    }
    if ((e = lock_data(keeper, paths, fault)) != ERR_OK)
        return e;
    if (paths->home[0])
        setenv("LOOPHOLE_HOME", paths->home, 1); /* in "/" a relative path would name another folder */
    (void)snprintf(keeper->program, sizeof(keeper->program), "%s/loopholed", paths->programs);
    return ERR_OK;
}

int keeper_run(int argc, char **argv)
{
    struct keeper keeper = { .arguments = without_ours(argc, argv), .lock = -1 };
    bool detach = has_argument(argc, argv, "--detach");
    struct fault fault = { 0 };
    struct paths paths;
    int exit_code = 0;

    if (has_argument(argc, argv, "--help"))
        (void)fputs(help, stdout);
    else if (prepare_keeper(&keeper, &paths, &fault) != ERR_OK)
        exit_code = explain_failure(&fault);
    else if (!detach || go_to_background(keeper.lock, &exit_code)) {
        if (log_open(&paths, "supervisor", !detach, &fault) != ERR_OK)
            log_fault("keeper", &fault);
        keeper.paths = &paths;
        name_keeper(&keeper);
        take_signals(&keeper);
        exit_code = keep_running(&keeper);
    }
    free(keeper.arguments);
    return exit_code;
}
