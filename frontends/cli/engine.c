/* engine.c: up, down, status, restart. */
#include "frontends/cli/cli.h"
#include "common/clock.h"
#include "common/proc.h"
#include "proto/lock.h"
#include "schema_supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { PATIENCE_US = 1000000, RETURN_US = 6000000, LOOK_US = 50000, START_SECONDS = 60, STOP_SECONDS = 60 };

static enum err services(struct cli *cli, uint32_t budget_ms, struct service_lines *lines,
                         struct fault *fault)
{
    return ask(cli->asker, "supervisor.services", NULL, budget_ms, NULL, lines, fault);
}

/* Runs `loopholed --detach` until it is in the background or refuses; `said` gets its words. */
static enum err run_detached(char *program, int *status, char said[1000], struct fault *fault)
{
    char *argv[] = { program, (char[]){ "--detach" }, NULL };
    posix_spawn_file_actions_t actions;
    size_t len = 0;
    ssize_t got;
    int ends[2], failed;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return fault_errno(fault, ERR_FULL, errno, "no pipe to %s", program);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2); /* its standard error */
    failed = posix_spawn(&pid, program, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    while (!failed && len < 999 && ((got = read(ends[0], said + len, 999 - len)) > 0 || (got < 0 && errno == EINTR)))
        len += got > 0 ? (size_t)got : 0;
    said[len] = '\0';
    close(ends[0]);
    if (failed)
        return fault_errno(fault, ERR_IO, failed, "%s cannot be started", program);
    while (waitpid(pid, status, 0) < 0)
        if (errno != EINTR)
            return fault_errno(fault, ERR_INTERNAL, errno, "waiting for %s", program);
    return ERR_OK;
}

/* A refusal of loopholed as an error of this command: "loopholed: WHAT", and a line with the hint. */
static enum err pass_on(const char *said, int status, struct fault *fault)
{
    static const char prefix[] = "loopholed: ";
    const char *what = strncmp(said, prefix, sizeof prefix - 1) == 0 ? said + sizeof prefix - 1 : said;
    size_t len = strcspn(what, "\n");
    const char *hint = what + len + strspn(what + len, "\n ");
    enum err code = ERR_INTERNAL;

    for (int e = 1; WIFEXITED(status) && e < ERR_COUNT; e++)
        if (err_exit_code((enum err)e) == WEXITSTATUS(status))
            code = (enum err)e;
    if (len == 0)
        return fault_set(fault, code, "loopholed did not start and printed no reason");
    fault_set(fault, code, "%.*s", (int)len, what);
    return fault_hint(fault, "%.*s", (int)strcspn(hint, "\n"), hint);
}

/* Another `up` was first, with the same sockets: both wait for the same. The keeper alone rests or starts. */
static bool is_started_by_another(const struct cli *cli)
{
    return lock_is_held(&cli->paths, "supervisor") ||
           (lock_data_is_held(&cli->paths, "keeper") && !lock_data_is_held(&cli->paths, "supervisor"));
}

static enum err start_supervisor(struct cli *cli, struct fault *fault)
{
    char program[PATH_MAX + 16], said[1000];
    int status = 0;
    enum err e;

    snprintf(program, sizeof program, "%s/loopholed", cli->paths.programs);
    e = run_detached(program, &status, said, fault);
    if (e != ERR_OK || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
        return e;
    return WIFEXITED(status) && is_started_by_another(cli) ? ERR_OK : pass_on(said, status, fault);
}

/* How many are not ready yet, and the name of the first of them. A JACK server that cannot start stops nobody: the
 * sound core waits for it a while itself, and its alarm says why nothing is heard. */
static uint32_t not_ready(const struct service_lines *lines, char name[64])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < lines->each.count; i++)
        if (lines->each.at[i].state.value != RUN_STATE_READY && !text_is(lines->each.at[i].service, "jack") &&
            count++ == 0)
            text_copy(name, 64, lines->each.at[i].service);
    return count;
}

static void print_remark(const char *text)
{
    struct buffer line = { 0 };

    cli_print(&line, "%s", text);
    cli_remark(&line);
    buffer_free(&line);
}

/* The long work that was printed last: a new text is a new line, at most one a second. */
struct shown_work {
    char text[128];
    usec_t at;
};

/* True when a service works. */
static bool show_work(struct cli *cli, const struct service_lines *lines, struct shown_work *shown)
{
    char text[sizeof(shown->text)];
    bool any = false;

    for (uint32_t i = 0; i < lines->each.count; i++) {
        const struct service_line *line = &lines->each.at[i];

        if (line->work.len == 0)
            continue;
        any = true;
        snprintf(text, sizeof text, "%.*s: %.*s", TEXT_ARG(line->service), TEXT_ARG(line->work));
        if (cli->options.json || strcmp(text, shown->text) == 0 || clock_steady() - shown->at < 1000000)
            continue;
        shown->at = clock_steady();
        snprintf(shown->text, sizeof shown->text, "%s", text);
        print_remark(text);
    }
    return any;
}

/* Neither the keeper nor the supervisor runs: none will come any more. */
static bool is_given_up(const struct cli *cli)
{
    return !lock_data_is_held(&cli->paths, "keeper") && !lock_data_is_held(&cli->paths, "supervisor");
}

/* The size of the supervisor's log before a start: what comes after it belongs to that start. */
static long log_size(const struct cli *cli)
{
    char path[PATH_MAX + 24];
    struct stat log;

    snprintf(path, sizeof path, "%s/supervisor.log", cli->paths.logs);
    return stat(path, &log) == 0 ? (long)log.st_size : 0;
}

/* The supervisor's last words in its log after byte `from` (a shorter log is a new one): an error's line has its time,
 * "error supervisor[PID]", and the text. False: there is no such line, of the supervisor or of its keeper. */
static bool read_last_words(const struct cli *cli, long from, char last[400])
{
    static const char mark[] = " error supervisor[";
    char path[PATH_MAX + 24], line[2048];
    bool any = false;
    FILE *log;

    snprintf(last, 400, "it left no word");
    snprintf(path, sizeof path, "%s/supervisor.log", cli->paths.logs);
    log = fopen(path, "re");
    if (log && fseek(log, log_size(cli) < from ? 0 : from, SEEK_SET) != 0)
        rewind(log);
    while (log && fgets(line, sizeof line, log)) {
        const char *at = strstr(line, mark), *text = at ? strstr(at, "] ") : NULL;

        any = any || text;
        if (text && strncmp(text + 2, "keeper: ", 8) != 0)
            snprintf(last, 400, "%.*s", (int)strcspn(text + 2, "\n"), text + 2);
    }
    if (log)
        fclose(log);
    return any;
}

/* The supervisor is looked for after it was started; `since` is when it was found missing, 0: it is there. */
static enum err look_for_supervisor(struct cli *cli, long from, usec_t *since, bool *is_said, struct fault *fault)
{
    char last[400];
    bool has_ended;

    if (lock_data_is_held(&cli->paths, "supervisor") || *since == 0) {
        *since = clock_steady();
        return ERR_OK;
    }
    if (clock_steady() - *since < PATIENCE_US || *is_said)
        return ERR_OK;
    has_ended = read_last_words(cli, from, last);
    if (!is_given_up(cli)) {
        char remark[500];

        if (!has_ended)
            return ERR_OK;
        snprintf(remark, sizeof remark, "the supervisor ended, and is started again: %s", last);
        print_remark(remark);
        *is_said = true;
        return ERR_OK;
    }
    if (has_ended)
        fault_set(fault, ERR_INTERNAL, "the supervisor ended: %s", last);
    else
        fault_set(fault, ERR_INTERNAL, "no supervisor runs, and its log has no new error");
    return fault_hint(fault, "`loophole doctor` looks for causes; the whole log: `loophole logs supervisor`");
}

/* `from`: the size of the log before the start. Long work may take any time: the supervisor ends it when it stands
 * still. */
static enum err wait_ready(struct cli *cli, long from, struct fault *fault)
{
    usec_t end = clock_steady() + START_SECONDS * 1000000LL;
    struct service_lines lines = { 0 };
    struct shown_work shown = { "", clock_steady() };
    char name[64] = "supervisor";
    usec_t missing = 0;
    bool is_said = false;

    while (clock_steady() < end) {
        struct fault passing = { 0 };
        bool known = services(cli, 1000, &lines, &passing) == ERR_OK && lines.each.count > 1;

        if (known && show_work(cli, &lines, &shown))
            end = clock_steady() + START_SECONDS * 1000000LL;
        if (known && not_ready(&lines, name) == 0)
            return ERR_OK;
        if (!known && look_for_supervisor(cli, from, &missing, &is_said, fault) != ERR_OK)
            return ERR_INTERNAL;
        if (is_said && is_given_up(cli))
            is_said = false;
        clock_sleep(20000);
    }
    fault_set(fault, ERR_TIMEOUT, "%s is not ready after %d s", name, START_SECONDS);
    return fault_hint(fault, "`loophole status` shows where it stands, `loophole logs %s` why", name);
}

enum err engine_up(struct cli *cli, struct fault *fault)
{
    struct service_lines lines = { 0 };
    struct fault none = { 0 };
    bool running = services(cli, 1000, &lines, &none) == ERR_OK;
    long from = log_size(cli);
    enum err e = running ? ERR_OK : start_supervisor(cli, fault);

    if (e == ERR_OK)
        e = wait_ready(cli, from, fault);
    if (e == ERR_OK && !cli->options.json)
        buffer_add_text(&cli->out, running ? "The engine is running already.\n" : "The engine is up.\n");
    return e;
}

/* Processes by pid and start: a pid alone may be somebody else's by now. */
struct running {
    pid_t pids[64];
    uint64_t ticks[64];
    uint32_t count;
};

static void note_running(struct running *running, int64_t pid)
{
    struct proc proc;

    if (pid <= 0 || running->count == 64 || !proc_read((int32_t)pid, &proc))
        return;
    running->pids[running->count] = (pid_t)pid;
    running->ticks[running->count++] = proc.start_ticks;
}

/* The keeper is the supervisor's parent, of the same program. */
static void note_keeper(struct running *running, int64_t supervisor)
{
    char of_supervisor[64], of_parent[64], a[PATH_MAX], b[PATH_MAX];
    struct proc proc;
    ssize_t la, lb;

    if (!proc_read((int32_t)supervisor, &proc))
        return;
    snprintf(of_supervisor, sizeof of_supervisor, "/proc/%d/exe", (int)supervisor);
    snprintf(of_parent, sizeof of_parent, "/proc/%d/exe", (int)proc.parent);
    la = readlink(of_supervisor, a, sizeof a);
    lb = readlink(of_parent, b, sizeof b);
    if (la > 0 && la == lb && memcmp(a, b, (size_t)la) == 0)
        note_running(running, proc.parent);
}

static bool is_over(pid_t pid, uint64_t ticks)
{
    struct proc proc;

    return !proc_read(pid, &proc) || proc.start_ticks != ticks || proc.state == 'Z';
}

static enum err wait_over(const struct running *running, struct fault *fault)
{
    usec_t end = clock_steady() + STOP_SECONDS * 1000000LL;

    for (uint32_t i = 0; i < running->count; i++)
        while (!is_over(running->pids[i], running->ticks[i])) {
            if (clock_steady() > end)
                return fault_set(fault, ERR_TIMEOUT, "process %d does not end", (int)running->pids[i]);
            clock_sleep(10000);
        }
    return ERR_OK;
}

/* The services of a running engine, whose keeper may rest before it starts the supervisor again. Errors: offline (the
 * engine is down). */
static enum err find_running(struct cli *cli, struct service_lines *lines, struct fault *fault)
{
    usec_t end = clock_steady() + RETURN_US;
    enum err e;

    do {
        *fault = (struct fault){ 0 };
        e = services(cli, 5000, lines, fault);
        if (e != ERR_OFFLINE || is_given_up(cli))
            return e;
        clock_sleep(LOOK_US);
    } while (clock_steady() < end);
    *fault = (struct fault){ 0 };
    fault_set(fault, ERR_TIMEOUT, "an engine runs for the data in %.150s, and its supervisor does not answer",
              cli->paths.data);
    return fault_hint(fault, "if XDG_RUNTIME_DIR was another at its start, its sockets are not in %.130s; else: "
                             "`loophole logs supervisor`",
                      cli->paths.run);
}

enum err engine_down(struct cli *cli, struct fault *fault)
{
    struct service_lines lines = { 0 };
    struct running running = { 0 };
    enum err e = find_running(cli, &lines, fault);

    if (e == ERR_OFFLINE) {
        buffer_add_text(&cli->out, cli->options.json ? "" : "The engine is not running.\n");
        return ERR_OK;
    }
    for (uint32_t i = 0; e == ERR_OK && i < lines.each.count; i++) {
        note_running(&running, lines.each.at[i].pid);
        if (text_is(lines.each.at[i].service, "supervisor"))
            note_keeper(&running, lines.each.at[i].pid);
    }
    if (e == ERR_OK)
        e = ask(cli->asker, "supervisor.shutdown", NULL, 30000, NULL, NULL, fault);
    if (e == ERR_OK || e == ERR_OFFLINE) /* it may end faster than its answer comes */
        e = wait_over(&running, fault);
    if (e == ERR_OK && !cli->options.json)
        buffer_add_text(&cli->out, "The engine is down.\n");
    return e;
}

static enum err print_line(struct cli *cli, const struct service_line *line)
{
    enum err e = ERR_OK;

    if (cli->options.json) {
        e = json_write(&service_line_shape, line, &cli->out);
        buffer_add_text(&cli->out, "\n");
        return e;
    }
    cli_print(&cli->out, "%-12.*s %-12s %8lld %10.1f s %9llu  %.*s\n", TEXT_ARG(line->service),
              choice_word(&run_state_table, line->state.value), (long long)line->pid, line->uptime_s,
              (unsigned long long)line->restarts, TEXT_ARG(line->last_death));
    return e;
}

/* Of one line of `status`, for what is printed below the table. */
struct noted {
    char service[64], work[64];
    bool is_ready;
};

static void note_line(struct noted *noted, const struct service_line *line)
{
    *noted = (struct noted){ .is_ready = line->state.value == RUN_STATE_READY };
    text_copy(noted->service, sizeof noted->service, line->service);
    text_copy(noted->work, sizeof noted->work, line->work);
}

/* Long work, and what the service itself says a person should see to. */
static void print_alarm(struct cli *cli, const struct noted *noted)
{
    struct service_status status = { 0 };
    struct fault none = { 0 };
    const char *service = noted->service;
    char name[80];

    if (noted->work[0])
        cli_print(&cli->out, "%s: %s\n", service, noted->work);
    snprintf(name, sizeof name, "%.63s.status", service);
    if (!noted->is_ready || ask(cli->asker, name, NULL, 1000, NULL, &status, &none) != ERR_OK)
        return;
    if (status.alarm.len)
        cli_print(&cli->out, "%s: %.*s\n", service, TEXT_ARG(status.alarm));
}

static enum err print_status(struct cli *cli, struct fault *fault)
{
    struct service_lines lines = { 0 };
    struct noted names[32];
    uint32_t count = 0;
    enum err e = services(cli, 5000, &lines, fault);

    if (e != ERR_OK)
        return e;
    if (!cli->options.json)
        cli_print(&cli->out, "%-12s %-12s %8s %12s %9s  %s\n", "SERVICE", "STATE", "PID", "UP",
                  "RESTARTS", "LAST DEATH");
    for (uint32_t i = 0; e == ERR_OK && i < lines.each.count; i++) {
        e = print_line(cli, &lines.each.at[i]);
        if (count < 32)
            note_line(&names[count++], &lines.each.at[i]);
    }
    for (uint32_t i = 0; !cli->options.json && i < count; i++)
        print_alarm(cli, &names[i]);
    return e;
}

enum err engine_status(struct cli *cli, struct fault *fault)
{
    enum err e;

    while ((e = print_status(cli, fault)) == ERR_OK && cli->options.watch) {
        cli_clear_screen(cli);
        cli_flush(cli);
        clock_sleep(1000000);
    }
    return e;
}

enum err engine_restart(struct cli *cli, struct fault *fault)
{
    struct supervisor_restart restart = { .service = text_of(cli->args[0]) };
    long from = log_size(cli);
    enum err e = ask(cli->asker, "supervisor.restart", &restart, 30000, NULL, NULL, fault);

    return e != ERR_OK ? e : wait_ready(cli, from, fault);
}
