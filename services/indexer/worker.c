#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/log.h"
#include "services/indexer/naming.h"
#include "services/indexer/worker.h"

extern char **environ;

enum { ITS_SOCKET = 3, FIRST_JOB_US = 20000000, DYING_US = 200000 };

/* ---- starting ---- */

static int spawn(pid_t *pid, const char *program, int socket)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    char *arguments[] = { (char *)(uintptr_t) "loophole-worker", NULL };
    sigset_t none;

    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, socket, ITS_SOCKET);
    posix_spawn_file_actions_addclosefrom_np(&files, ITS_SOCKET + 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int number = posix_spawn(pid, program, &files, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return number;
}

static enum err give_first(struct worker *worker, struct fault *fault)
{
    struct job job = { .number = 1, .mode = { .value = WORKER_MODE_HASH } };
    int fd = memfd_create("loophole-first-job", MFD_CLOEXEC);

    if (fd < 0)
        return fault_errno(fault, ERR_IO, errno, "cannot make the first job of a worker");
    enum err e = pipe_send(&worker->pipe, &job_shape, &job, fd, fault);
    close(fd);
    worker->number = job.number;
    worker->deadline = clock_steady() + FIRST_JOB_US;
    return e;
}

enum err worker_start(struct worker *worker, const char *program, struct fault *fault)
{
    int pair[2];

    *worker = (struct worker){ 0 };
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return fault_errno(fault, ERR_IO, errno, "cannot make a socket pair");
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    int number = spawn(&worker->pid, program, pair[1]);
    close(pair[1]);
    if (number != 0) {
        close(pair[0]);
        worker->pid = 0;
        return fault_errno(fault, number == ENOENT ? ERR_NOT_FOUND : ERR_IO, number, "cannot start %s",
                           program);
    }
    pipe_open(&worker->pipe, pair[0]);
    enum err e = give_first(worker, fault);
    if (e != ERR_OK)
        worker_end(worker, (char[WORKER_WHY_SIZE]){ 0 });
    return e;
}

/* ---- jobs ---- */

static struct text extension_of(const struct work *work, char extension[EXTENSION_SIZE])
{
    const char *slash = strrchr(work->path, '/');
    const char *name = slash ? slash + 1 : work->path;
    struct text text = text_of(naming_extension(bytes_of(name, strlen(name)), extension));

    return text_is_utf8(text) ? text : (struct text){ 0 };
}

enum err worker_give(struct worker *worker, struct work *work, enum worker_mode mode, usec_t deadline,
                     struct fault *fault)
{
    char extension[EXTENSION_SIZE];
    struct job job = { .number = ++worker->files + 1,
                       .mode = { .value = (int32_t)mode },
                       .size = work->size,
                       .extension = extension_of(work, extension) };

    worker->work = work;
    worker->number = job.number;
    worker->deadline = deadline;
    return pipe_send(&worker->pipe, &job_shape, &job, work->fd, fault);
}

enum err worker_take(struct worker *worker, struct arena *arena, struct result *result, struct fault *fault)
{
    enum err e = pipe_receive(&worker->pipe, PIPE_NOW, &result_shape, arena, result, NULL, fault);

    if (e != ERR_OK)
        return e;
    if (worker->number == 0 || result->number != worker->number)
        return fault_set(fault, ERR_BAD_REQUEST, "an answer to no job");
    worker->number = 0;
    return ERR_OK;
}

/* ---- the end ---- */

static bool reap(pid_t pid, usec_t patience, int *status)
{
    usec_t until = clock_steady() + patience;
    pid_t ended;

    while ((ended = waitpid(pid, status, WNOHANG)) == 0 && clock_steady() < until)
        clock_sleep(1000);
    return ended == pid;
}

static void explain(int status, char *why)
{
    if (WIFSIGNALED(status))
        snprintf(why, WORKER_WHY_SIZE, "signal %d (SIG%s)", WTERMSIG(status),
                 sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "?");
    else
        snprintf(why, WORKER_WHY_SIZE, "exit code %d", WEXITSTATUS(status));
}

void worker_end(struct worker *worker, char *why)
{
    int status;

    why[0] = 0;
    if (worker->pid == 0)
        return;
    bool alone = reap(worker->pid, 0, &status); /* it died by itself: that says why */
    if (!alone && worker->pipe.fd >= 0) {
        uint8_t byte;
        ssize_t got = recv(worker->pipe.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        bool hung_up = got == 0 || (got < 0 && errno == ECONNRESET); /* reset: it left a job unread */
        alone = hung_up && reap(worker->pid, DYING_US, &status);
    }
    if (alone)
        explain(status, why);
    pipe_close(&worker->pipe);
    if (!alone && (kill(worker->pid, SIGKILL) < 0 || !reap(worker->pid, DYING_US, &status)))
        log_warn("worker %d does not end yet", (int)worker->pid);
    *worker = (struct worker){ .pipe = { .fd = -1 } };
}

/* ---- what it says ---- */

static bool is_whole(const struct embedding *embedding)
{
    return embedding->spectrum.count == 16 && embedding->timbre.count == 16 && embedding->pitch.count == 12 &&
           embedding->amplitude.count == 12 && embedding->rhythm.count == 8;
}

static bool state_fits(const struct analysed *found, enum worker_mode mode)
{
    switch (found->state.value) {
    case ANALYSIS_STATE_FAILED:
        return found->failure.len > 0;
    case ANALYSIS_STATE_NONE:
        return true;
    case ANALYSIS_STATE_WAITING:
        return mode == WORKER_MODE_HASH;
    case ANALYSIS_STATE_DONE:
        return mode == WORKER_MODE_ANALYSE && found->content.len == 16;
    default:
        return false;
    }
}

enum err worker_check(const struct result *result, enum worker_mode mode, struct fault *fault)
{
    const struct analysed *found = &result->found;

    if (!state_fits(found, mode))
        return fault_set(fault, ERR_BAD_REQUEST, "a worker's answer in a state that does not fit");
    if (found->content.len != 0 && found->content.len != 16)
        return fault_set(fault, ERR_BAD_REQUEST, "a worker's content hash of %u bytes", found->content.len);
    if (found->frames < 0 || result->seconds < 0)
        return fault_set(fault, ERR_BAD_REQUEST, "a worker's answer of negative length");
    if (found->has_embedding && !is_whole(&found->embedding))
        return fault_set(fault, ERR_BAD_REQUEST, "a worker's embedding that is not whole");
    for (uint32_t i = 0; i < found->facts.count; i++) {
        int32_t source = found->facts.at[i].source.value;
        if (source != SOURCE_FILE && source != SOURCE_ANALYSIS)
            return fault_set(fault, ERR_BAD_REQUEST, "a worker's fact from a source that is not its own");
    }
    return ERR_OK;
}
