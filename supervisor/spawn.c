#include "supervisor/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/file.h"
#include "common/process/proc.h"

extern char **environ;

/* A full or read-only disk must not keep a service from starting. */
static bool can_open(const char *log)
{
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void set_files(posix_spawn_file_actions_t *files, const struct paths *paths, const char *service)
{
    char log[PATH_MAX + 64];

    (void)snprintf(log, sizeof(log), "%s/%s.log", paths->logs, service);
    if (!can_open(log))
        (void)text_copy(log, sizeof(log), TEXT("/dev/null"));
    if (posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0) != 0 ||
        posix_spawn_file_actions_addopen(files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) != 0 ||
        posix_spawn_file_actions_addopen(files, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600) !=
            0 ||
        posix_spawn_file_actions_addchdir_np(files, "/") != 0 ||
        posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1) != 0)
        alloc_fail(0); /* lack of memory is their only error */
}

/* A service has its own process group, which is killed with it, but shares the engine's session. Linux divides the
 * processors among sessions first, so the rules of common/process/priority.h apply only within one. */
static void set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

enum { ARGUMENTS = 32 };

/* posix_spawn promises not to change its arguments. */
static void set_arguments(const char *argv[ARGUMENTS + 1], const char *path, const struct spawn_command *command)
{
    uint32_t count = 0;

    if (command->wrapper)
        argv[count++] = command->wrapper;
    argv[count++] = path;
    for (uint32_t i = 0; command->arguments && command->arguments[i] && count < ARGUMENTS; i++)
        argv[count++] = command->arguments[i];
    argv[count] = NULL;
}

static enum err run_program(const char *const *argv, const posix_spawn_file_actions_t *files, struct spawn *to,
                            struct fault *fault)
{
    const char *path = argv[0];
    posix_spawnattr_t attributes;
    struct proc proc;
    pid_t pid;
    int number;

    posix_spawnattr_init(&attributes);
    set_attributes(&attributes);
    number = posix_spawn(&pid, path, files, &attributes, (char *const *)(uintptr_t)argv, environ);
    posix_spawnattr_destroy(&attributes);
    if (number != 0)
        return fault_errno(fault, file_err(number), number, "cannot start %s", path);
    (void)proc_read(pid, &proc); /* works for a dead process too, which is a zombie until it is collected */
    *to = (struct spawn){ .pid = pid, .pidfd = pidfd_open(pid, 0), .start_ticks = proc.start_ticks };
    if (to->pidfd >= 0)
        return ERR_OK;
    fault_errno(fault, ERR_IO, errno, "cannot watch %s", path);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    *to = (struct spawn){ .pidfd = -1 };
    return ERR_IO;
}

enum err spawn_start(const struct paths *paths, const struct spawn_command *command, struct spawn *to,
                     struct fault *fault)
{
    posix_spawn_file_actions_t files;
    const char *argv[ARGUMENTS + 1];
    char path[PATH_MAX + 64];
    enum err e;

    *to = (struct spawn){ .pidfd = -1 };
    if (command->program[0] == '/')
        (void)snprintf(path, sizeof(path), "%s", command->program);
    else
        (void)snprintf(path, sizeof(path), "%s/%s", paths->programs, command->program);
    set_arguments(argv, path, command);
    posix_spawn_file_actions_init(&files);
    set_files(&files, paths, command->service);
    e = run_program(argv, &files, to, fault);
    posix_spawn_file_actions_destroy(&files);
    return e;
}

/* Reads the ticks again after opening the descriptor, because the pid may have been reused in between. */
bool spawn_adopt(const struct board_entry *entry, struct spawn *to)
{
    int32_t pid = atomic_load(&entry->pid);
    uint64_t ticks = atomic_load(&entry->start_ticks);

    *to = (struct spawn){ .pidfd = -1 };
    if (pid <= 1 || ticks == 0 || pid == getpid() || board_start_ticks(pid) != ticks)
        return false;
    to->pidfd = pidfd_open(pid, 0);
    if (to->pidfd >= 0 && board_start_ticks(pid) == ticks && pidfd_send_signal(to->pidfd, 0, NULL, 0) == 0) {
        to->pid = pid;
        to->start_ticks = ticks;
        return true;
    }
    if (to->pidfd >= 0)
        close(to->pidfd);
    to->pidfd = -1;
    return false;
}

void spawn_signal(const struct spawn *spawn, int number)
{
    if (spawn->pid > 0)
        pidfd_send_signal(spawn->pidfd, number, NULL, 0);
}

/* An adopted process is reaped by another one. Its pid can belong to a stranger then, but only if its group was empty:
 * no process gets the number of a group. */
static bool has_new_owner(const struct spawn *spawn)
{
    struct proc proc;

    return proc_read(spawn->pid, &proc) && proc.start_ticks != spawn->start_ticks;
}

void spawn_kill_group(const struct spawn *spawn)
{
    if (spawn->pid > 1 && !has_new_owner(spawn))
        kill(-spawn->pid, SIGKILL);
}

bool spawn_bury(struct spawn *spawn, siginfo_t *info)
{
    bool has_ended;

    *info = (siginfo_t){ 0 };
    spawn_kill_group(spawn);
    has_ended = waitid(P_PIDFD, (id_t)spawn->pidfd, info, WEXITED | WNOHANG) == 0 && info->si_pid != 0;
    close(spawn->pidfd);
    *spawn = (struct spawn){ .pidfd = -1 };
    return has_ended;
}

bool spawn_is_dead(const struct spawn *spawn, usec_t timeout)
{
    usec_t end = clock_steady() + timeout;
    struct pollfd poll_on = { .fd = spawn->pidfd, .events = POLLIN };

    if (spawn->pid == 0)
        return true;
    for (;;) {
        usec_t left = end - clock_steady();
        int got = poll(&poll_on, 1, left > 0 ? (int)(left / 1000) + 1 : 0);
        if (got != 0 && !(got < 0 && errno == EINTR))
            return got > 0;
        if (left <= 0)
            return false;
    }
}
