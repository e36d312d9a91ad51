/* findings.c: runs `loophole doctor --json` in a thread and passes its lines on. So the checks have one place, and a
 * check that hangs or dies does not stop the gateway. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/buffer.h"
#include "common/file_write.h"
#include "frontends/web/asks/desk.h"
#include "proto/wire/json.h"

extern char **environ;

enum { OUTPUT_MOST = 1 << 20, FINDINGS_MOST = 512, LOOK_MS = 100, DOCTOR_US = 60000000 };

struct examination {
    struct errand errand;
    struct desk *desk;
    struct ticket ticket;
    char program[PATH_MAX + 16];
    struct buffer output;
    enum err error;
    struct fault fault;
};

/* ---- in a thread ---- */

static enum err start_doctor(const char *program, pid_t *pid, int *from, struct fault *fault)
{
    char *arguments[] = { (char *)(uintptr_t)"loophole", (char *)(uintptr_t)"doctor", (char *)(uintptr_t)"--json",
                          NULL };
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    int ends[2], number;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return fault_errno(fault, ERR_IO, errno, "no pipe for doctor");
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    number = posix_spawn(pid, program, &files, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    *from = ends[0];
    if (number == 0)
        return ERR_OK;
    close(ends[0]);
    return fault_errno(fault, file_err(number), number, "%s cannot be started", program);
}

/* Reads until the program closes its output. False: it takes too long, or prints too much. */
static bool read_output(struct examination *examination, int from)
{
    struct pollfd watched = { .fd = from, .events = POLLIN };
    usec_t until = clock_steady() + DOCTOR_US;
    uint8_t some[4096];
    ssize_t got;

    examination->output.limit = OUTPUT_MOST;
    while (errand_goes_on(&examination->errand) && clock_steady() < until && !examination->output.failed) {
        if (poll(&watched, 1, LOOK_MS) <= 0)
            continue;
        got = read(from, some, sizeof(some));
        if (got == 0)
            return true;
        if (got > 0)
            buffer_add(&examination->output, some, (size_t)got);
    }
    return false;
}

static void run_doctor(struct errand *errand)
{
    struct examination *examination = (struct examination *)errand;
    pid_t pid;
    int from;

    examination->error = start_doctor(examination->program, &pid, &from, &examination->fault);
    if (examination->error != ERR_OK)
        return;
    if (!read_output(examination, from)) {
        kill(pid, SIGKILL);
        examination->error =
            examination->output.failed
                ? fault_set(&examination->fault, ERR_IO, "doctor printed more than %d bytes", OUTPUT_MOST)
                : fault_set(&examination->fault, ERR_IO, "doctor did not end within %d s", DOCTOR_US / 1000000);
    }
    close(from);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* ---- the loop ---- */

/* Lines that are none of doctor's findings are left out. */
static void read_findings(struct buffer *output, struct arena *arena, struct findings *to)
{
    char *at = (char *)(uintptr_t)buffer_c(output), *line;

    to->each.at = arena_array(arena, FINDINGS_MOST, sizeof(*to->each.at));
    while (to->each.at && to->each.count < FINDINGS_MOST && (line = strsep(&at, "\n")) != NULL) {
        struct finding_line *finding = &to->each.at[to->each.count];

        *finding = (struct finding_line){ 0 };
        if (*line && json_read(&finding_line_shape, text_of(line), arena, finding, NULL) == ERR_OK)
            to->each.count++;
    }
}

static void end_examination(struct errand *errand, bool lost)
{
    struct examination *examination = (struct examination *)errand;
    struct service *service = examination->desk->service;
    struct fault gone = { 0 };

    if (lost || examination->error != ERR_OK) {
        (void)fault_set(&gone, ERR_TIMEOUT, "doctor does not end");
        ticket_fail(service, examination->ticket, lost ? &gone : &examination->fault);
        return;
    }
    struct arena arena = { 0 };
    struct findings findings = { 0 };
    read_findings(&examination->output, &arena, &findings);
    ticket_answer(service, examination->ticket, &findings);
    arena_free(&arena);
}

static void drop_examination(struct errand *errand)
{
    struct examination *examination = (struct examination *)errand;

    buffer_free(&examination->output);
    free(examination);
}

enum err findings_answer(struct desk *desk, struct call *call)
{
    struct examination *examination = alloc_zeroed(1, sizeof(*examination));

    examination->errand = (struct errand){
        .run = run_doctor, .done = end_examination, .drop = drop_examination, .patience = 2 * (usec_t)DOCTOR_US
    };
    examination->desk = desk;
    examination->ticket = call_defer(call);
    (void)snprintf(examination->program, sizeof(examination->program), "%s/loophole", desk->paths->programs);
    errand_start(desk->errands, &examination->errand);
    return ERR_OK;
}
