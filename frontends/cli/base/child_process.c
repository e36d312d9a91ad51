#include "frontends/cli/base/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/process/mount_point.h"
#include "frontends/cli/base/file_wait.h"
#include "frontends/cli/base/output.h"

enum { PATIENCE_MS = 10000, SYNC_PATIENCE_MS = 30000, LOOK_MS = 250, BLOCK = 65536, STREAMS = 2 };

/* What the child writes to a descriptor, if that is a pipe or a socket: its reader would also wait for a child that was
 * given up. Terminals and files are the child's own. */
struct passed_stream {
    int to;      /* OUTPUT_RESULTS or OUTPUT_REMARKS */
    int ends[2]; /* of the pipe between both processes; -1: none */
};

struct watched_command {
    pid_t pid;
    int end; /* readable when the child has ended */
    struct passed_stream streams[STREAMS];
    struct file_wait last; /* of the last look */
    usec_t looked, counted;
};

/* ---- both processes ---- */

static bool is_pipe(int fd, struct stat *st)
{
    return fstat(fd, st) == 0 && (S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode));
}

/* Both lead to one reader, who sees their order. */
static bool is_same_pipe(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool open_streams(struct passed_stream streams[STREAMS])
{
    struct stat out, error;
    bool has_out = is_pipe(OUTPUT_RESULTS, &out), has_error = is_pipe(OUTPUT_REMARKS, &error);
    bool is_ok = true;

    streams[0] = (struct passed_stream){ OUTPUT_RESULTS, { -1, -1 } };
    streams[1] = (struct passed_stream){ OUTPUT_REMARKS, { -1, -1 } };
    if (has_out)
        is_ok = pipe2(streams[0].ends, O_CLOEXEC) == 0;
    if (has_error && !(has_out && is_same_pipe(&out, &error)))
        is_ok = pipe2(streams[1].ends, O_CLOEXEC) == 0 && is_ok;
    return is_ok;
}

static void close_end(struct passed_stream *stream, int end)
{
    if (stream->ends[end] >= 0)
        close(stream->ends[end]);
    stream->ends[end] = -1;
}

static void close_streams(struct passed_stream streams[STREAMS], int end)
{
    for (int i = 0; i < STREAMS; i++)
        close_end(&streams[i], end);
}

/* ---- the child ---- */

/* A standard error without a pipe of its own shares that of the output, or is not passed on. */
static bool take_streams(const struct passed_stream streams[STREAMS])
{
    struct stat out, error;
    int of_error = streams[1].ends[1];

    if (of_error < 0 && is_pipe(OUTPUT_RESULTS, &out) && is_pipe(OUTPUT_REMARKS, &error))
        of_error = streams[0].ends[1];
    return (streams[0].ends[1] < 0 || dup2(streams[0].ends[1], OUTPUT_RESULTS) >= 0) &&
           (of_error < 0 || dup2(of_error, OUTPUT_REMARKS) >= 0);
}

static void be_command(const struct child_command *command, struct passed_stream streams[STREAMS], pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || !take_streams(streams))
        _exit(1);
    close_streams(streams, 0);
    close_streams(streams, 1);
    exit(command->work(command->state));
}

/* ---- this process ---- */

/* Without a reader of the output the child gets the signal that this process would get. */
static void pass_on(struct passed_stream *stream)
{
    char block[BLOCK];
    ssize_t got = read(stream->ends[0], block, sizeof(block));

    if (got < 0 && errno == EINTR)
        return;
    if (got <= 0 || !output_write(stream->to, block, (size_t)got))
        close_end(stream, 0);
}

/* Passes on what comes within the time; true: the child has ended. */
static bool wait_for_child(struct watched_command *w, int timeout_ms, bool *has_more)
{
    struct pollfd polled[STREAMS + 1] = { { .fd = w->streams[0].ends[0], .events = POLLIN },
                                          { .fd = w->streams[1].ends[0], .events = POLLIN },
                                          { .fd = w->end, .events = POLLIN } };

    *has_more = false;
    if (poll(polled, STREAMS + 1, timeout_ms) <= 0)
        return false;
    for (int i = 0; i < STREAMS; i++)
        if (polled[i].revents) {
            pass_on(&w->streams[i]);
            *has_more = true;
        }
    return polled[STREAMS].revents != 0;
}

/* True: the child waits for a file, and did nothing else for longer than the patience. Time in which this process was
 * held up does not count. */
static bool is_stuck(struct watched_command *w, const struct child_command *command)
{
    usec_t now = clock_steady(), passed = now - w->looked;
    struct file_wait here;

    if (passed < LOOK_MS * 1000)
        return false;
    w->looked = now;
    bool waits = file_wait_find(w->pid, &here) && strcmp(here.moment, w->last.moment) == 0;
    w->counted = waits ? w->counted + (passed < 2 * LOOK_MS * 1000 ? passed : 2 * LOOK_MS * 1000) : 0;
    w->last = here;
    int64_t patience_ms = here.is_sync ? SYNC_PATIENCE_MS : PATIENCE_MS;
    return w->counted > (command->patience_ms ? command->patience_ms : patience_ms) * 1000;
}

static int give_up(struct watched_command *w, const struct child_command *command)
{
    struct fault fault = { 0 };

    (void)kill(w->pid, SIGKILL);
    (void)waitpid(w->pid, NULL, WNOHANG);
    mount_point_blame(w->last.path, &fault, "the command waits for %.220s", w->last.path);
    fault_hint(&fault, "`loophole volume list` shows the disks; --budget MS waits longer");
    cli_report(command->json, &fault);
    return err_exit_code(ERR_TIMEOUT);
}

static int end_like(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!WIFSIGNALED(status))
        return WEXITSTATUS(status);
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    return 128 + WTERMSIG(status);
}

/* After the child ends, this passes on what the pipes hold and stops: a process that it left may keep them open. */
static int watch_command(struct watched_command *w, const struct child_command *command)
{
    bool has_more;

    w->looked = clock_steady();
    while (!wait_for_child(w, LOOK_MS, &has_more))
        if (is_stuck(w, command))
            return give_up(w, command);
    do
        (void)wait_for_child(w, 0, &has_more);
    while (has_more);
    return end_like(w->pid);
}

int child_process_run(const struct child_command *command)
{
    struct watched_command w = { .pid = -1, .end = -1 };
    pid_t parent = getpid();

    if (open_streams(w.streams))
        w.pid = fork();
    if (w.pid == 0)
        be_command(command, w.streams, parent);
    close_streams(w.streams, 1);
    w.end = w.pid > 0 ? pidfd_open(w.pid, 0) : -1;
    int code = w.end >= 0 ? watch_command(&w, command) : w.pid > 0 ? end_like(w.pid) : command->work(command->state);
    close_streams(w.streams, 0);
    if (w.end >= 0)
        close(w.end);
    return code;
}
