#include "proto/transport/foreign.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/file_write.h"
#include "common/process/closing.h"
#include "common/process/dying.h"
#include "common/text.h"

enum { LOOK_MS = 100, STUCK_US = 60000000, PATIENCE_US = 10000000, WHY_SIZE = 200 };
enum { DESCRIPTION_MOST = 65536 /* bytes of ffmpeg's description that are read */ };

const char *foreign_program(void)
{
    static const char *const places[] = { "/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg" };
    const char *named = getenv("LOOPHOLE_FFMPEG");

    if (named)
        return access(named, X_OK) == 0 ? named : NULL;
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

/* ---- the process ---- */

struct foreign_child {
    pid_t pid;
    int to, why; /* its output, and the pipe of its messages */
    off_t size;  /* of the output */
    usec_t grew;
    char said[WHY_SIZE];
    size_t said_len;
    int status;
    bool is_silent; /* the file has no sound */
};

static enum err make_output(const char *folder, int *to, struct fault *fault)
{
    char path[PATH_MAX];

    *to = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*to >= 0)
        return ERR_OK;
    if ((size_t)snprintf(path, sizeof(path), "%s/foreign.XXXXXX", folder) < sizeof(path))
        *to = mkostemp(path, O_CLOEXEC);
    if (*to < 0)
        return fault_errno(fault, file_err(errno) == ERR_FULL ? ERR_FULL : ERR_IO, errno,
                           "no room to decode it in %.100s", folder);
    (void)unlink(path);
    return ERR_OK;
}

static int spawn_mode(struct foreign_child *decoding, const struct foreign_plan *plan, const char *mode,
                      const char *program, int why)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    char worker[PATH_MAX + 32];
    char *arguments[] = { (char *)(uintptr_t)"loophole-worker", (char *)(uintptr_t)mode, (char *)(uintptr_t)program,
                          NULL };
    char *nothing[] = { NULL };

    (void)snprintf(worker, sizeof(worker), "%s/loophole-worker", plan->programs);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, plan->from, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, decoding->to, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, why, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    sigemptyset(&none); /* a thread of errands may block those of the limits */
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int number = posix_spawn(&decoding->pid, worker, &files, &attributes, arguments, nothing);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return number;
}

static enum err start_decoder(struct foreign_child *decoding, const struct foreign_plan *plan, struct fault *fault)
{
    const char *program = foreign_program();
    int ends[2];

    if (dying_count(DYING_DECODER) >= DYING_MOST)
        return fault_set(fault, ERR_BUSY, "the decoders of %d earlier files wait for their disks", DYING_MOST);
    if (!program) {
        fault_set(fault, ERR_NOT_FOUND, "only ffmpeg can decode it, which is not installed");
        return fault_hint(fault, "install ffmpeg; then `loophole library rescan --retry-failed`");
    }
    enum err e = make_output(plan->folder, &decoding->to, fault);
    if (e != ERR_OK)
        return e;
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return fault_errno(fault, ERR_BUSY, errno, "cannot make a pipe");
    int number = spawn_mode(decoding, plan, "foreign", program, ends[1]);
    close(ends[1]);
    decoding->why = ends[0];
    return number == 0 ? ERR_OK : fault_errno(fault, ERR_BUSY, number, "cannot start a decoder");
}

/* Keeps the first message; the rest is read so that the process never waits. */
static void read_said(struct foreign_child *decoding)
{
    char part[512];
    ssize_t got;

    while ((got = read(decoding->why, part, sizeof(part))) > 0) {
        size_t room = WHY_SIZE - 1 - decoding->said_len, fits = (size_t)got < room ? (size_t)got : room;

        memcpy(decoding->said + decoding->said_len, part, fits);
        decoding->said_len += fits;
    }
}

/* ffmpeg's messages about the file are the output: its tags may be long. */
static enum err start_describer(struct foreign_child *describing, const struct foreign_plan *plan, struct fault *fault)
{
    const char *program = foreign_program();
    enum err e = program ? make_output(plan->folder, &describing->to, fault) : ERR_NOT_FOUND;

    return e == ERR_OK && spawn_mode(describing, plan, "describe", program, describing->to) != 0 ? ERR_BUSY : e;
}

static bool is_stuck(struct foreign_child *decoding)
{
    struct stat st;

    if (fstat(decoding->to, &st) == 0 && st.st_size != decoding->size) {
        decoding->size = st.st_size;
        decoding->grew = clock_steady();
    }
    return clock_steady() - decoding->grew > STUCK_US;
}

static enum err wait_for_end(struct foreign_child *decoding, struct errand *errand, struct fault *fault)
{
    struct pollfd watched = { .fd = decoding->why, .events = POLLIN };
    pid_t ended;

    decoding->grew = clock_steady();
    while ((ended = waitpid(decoding->pid, &decoding->status, WNOHANG)) == 0) {
        if (errand && !errand_goes_on(errand))
            return fault_set(fault, ERR_BUSY, "nothing waits for its sound any more");
        if (is_stuck(decoding))
            return fault_set(fault, ERR_TIMEOUT, "its decoder made no progress for a minute");
        (void)poll(&watched, 1, LOOK_MS);
        read_said(decoding);
        if (watched.revents & POLLHUP) /* it ends soon; a poll of the closed pipe would not wait for that */
            watched = (struct pollfd){ .fd = -1 };
    }
    read_said(decoding);
    decoding->pid = 0;
    return ended > 0 ? ERR_OK : fault_set(fault, ERR_IO, "its decoder was lost");
}

/* "/dev/stdin: Invalid data found" */
static const char *tidy_said(struct foreign_child *decoding)
{
    static const char file[] = "/dev/stdin: ";
    char *at = decoding->said;

    at[strcspn(at, "\n")] = '\0';
    if (strncmp(at, file, strlen(file)) == 0)
        at += strlen(file);
    for (char *c = at; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return *at ? at : "no reason given";
}

static enum err judge_end(struct foreign_child *decoding, struct fault *fault)
{
    int status = decoding->status;

    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return ERR_OK;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
        return fault_set(fault, ERR_TOO_LARGE, "its sound is too long: decoded it has more than 4 GiB");
    if (WIFSIGNALED(status))
        return fault_set(fault, ERR_BAD_REQUEST, "ffmpeg died: signal %d", WTERMSIG(status));
    decoding->is_silent = strstr(decoding->said, "matches no streams"); /* of "0:a:0" */
    if (decoding->is_silent)
        return fault_set(fault, ERR_BAD_REQUEST, "it has no sound");
    return fault_set(fault, ERR_BAD_REQUEST, "ffmpeg cannot decode it: %s", tidy_said(decoding));
}

/* Leaves the output open. */
static void end_child(struct foreign_child *child)
{
    if (child->pid > 0) /* it may wait for the file's disk */
        dying_end(DYING_DECODER, child->pid, false);
    if (child->why >= 0)
        close(child->why);
}

static enum err run_decoder(const struct foreign_plan *plan, struct errand *errand, int *to, bool *is_silent,
                            struct fault *fault)
{
    struct foreign_child decoding = { .to = -1, .why = -1 };

    *to = -1;
    enum err e = start_decoder(&decoding, plan, fault);
    if (e == ERR_OK)
        e = wait_for_end(&decoding, errand, fault);
    if (e == ERR_OK)
        e = judge_end(&decoding, fault);
    end_child(&decoding);
    if (e == ERR_OK)
        *to = decoding.to;
    else if (decoding.to >= 0)
        close(decoding.to);
    *is_silent = decoding.is_silent;
    return e;
}

enum err foreign_decode(const struct foreign_plan *plan, struct errand *errand, int *to, struct fault *fault)
{
    bool is_silent;

    return run_decoder(plan, errand, to, &is_silent, fault);
}

/* "  Duration: 00:01:30.25, start: …"; tags are indented more deeply. 0: no such line. */
static double find_seconds(int description)
{
    static const char line[] = "\n  Duration: ";
    char text[DESCRIPTION_MOST + 1];
    ssize_t got = pread(description, text, DESCRIPTION_MOST, 0);
    unsigned hours, minutes;
    double seconds;

    text[got > 0 ? got : 0] = '\0';
    const char *at = strstr(text, line);
    return at && sscanf(at + strlen(line), "%5u:%2u:%5lf", &hours, &minutes, &seconds) == 3
               ? hours * 3600.0 + minutes * 60.0 + seconds
               : 0;
}

/* The length of a file without sound; 0: unknown. */
static double measure_length(const struct foreign_plan *plan, struct errand *errand)
{
    struct foreign_child describing = { .to = -1, .why = -1 };
    struct fault unused = { 0 };
    double seconds = 0;

    if (start_describer(&describing, plan, &unused) == ERR_OK && wait_for_end(&describing, errand, &unused) == ERR_OK)
        seconds = find_seconds(describing.to);
    end_child(&describing);
    if (describing.to >= 0)
        close(describing.to);
    return seconds;
}

/* ---- in an errand ---- */

struct foreign {
    struct errand errand;
    foreign_decoded *decoded; /* NULL after foreign_drop */
    void *state, *what;
    int from, to;
    double seconds;
    struct fault fault;
    char programs[PATH_MAX], folder[PATH_MAX];
};

static void run_decoding(struct errand *errand)
{
    struct foreign *foreign = (struct foreign *)errand;
    const struct foreign_plan plan = { foreign->programs, foreign->folder, foreign->from };
    bool is_silent;

    (void)run_decoder(&plan, errand, &foreign->to, &is_silent, &foreign->fault);
    if (is_silent)
        foreign->seconds = measure_length(&plan, errand);
}

static void report_decoding(struct errand *errand, bool lost)
{
    struct foreign *foreign = (struct foreign *)errand;
    struct fault late = { 0 };
    int fd = lost ? -1 : foreign->to;

    if (!foreign->decoded)
        return;
    if (lost)
        fault_set(&late, ERR_TIMEOUT, "its decoder does not answer");
    else
        foreign->to = -1;
    foreign->decoded(foreign->state, foreign->what, fd, lost ? 0 : foreign->seconds, lost ? &late : &foreign->fault);
}

static void free_decoding(struct errand *errand)
{
    struct foreign *foreign = (struct foreign *)errand;

    closing_start(foreign->from);
    if (foreign->to >= 0)
        close(foreign->to);
    free(foreign);
}

struct foreign *foreign_start(struct errands *errands, const struct foreign_plan *plan, foreign_decoded *decoded,
                              void *state, void *what)
{
    struct foreign *foreign = alloc_zeroed(1, sizeof(*foreign));

    foreign->errand =
        (struct errand){ .run = run_decoding, .done = report_decoding, .drop = free_decoding, .patience = PATIENCE_US };
    foreign->decoded = decoded;
    foreign->state = state;
    foreign->what = what;
    foreign->from = fcntl(plan->from, F_DUPFD_CLOEXEC, 0);
    foreign->to = -1;
    (void)snprintf(foreign->programs, sizeof(foreign->programs), "%s", plan->programs);
    (void)snprintf(foreign->folder, sizeof(foreign->folder), "%s", plan->folder);
    errand_start(errands, &foreign->errand);
    return foreign;
}

void foreign_drop(struct foreign *foreign)
{
    foreign->decoded = NULL;
    errand_stop(&foreign->errand);
}
