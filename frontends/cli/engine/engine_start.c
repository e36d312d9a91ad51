#include "frontends/cli/engine/engine_start.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/process/config.h"
#include "frontends/cli/engine/engine_commands.h"
#include "frontends/cli/engine/engine_wait.h"
#include "frontends/cli/recovery/recover.h"
#include "proto/transport/lock.h"

extern char **environ;

enum { START_TRIES = 3, ENDING_US = 3000000 };

/* Runs `loopholed --detach` until it is in the background or fails; `said` gets its output. */
static enum err run_detached(char *program, int *status, char said[1000], struct fault *fault)
{
    char *argv[] = { program, (char[]){ "--detach" }, NULL };
    posix_spawn_file_actions_t actions;
    size_t len = 0;
    ssize_t got;
    int ends[2], failed;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return fault_errno(fault, ERR_FULL, errno, "cannot make a pipe to %s", program);
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
            return fault_errno(fault, ERR_INTERNAL, errno, "cannot wait for %s", program);
    return ERR_OK;
}

/* Turns an error of loopholed into one of this command: "loopholed: WHAT", and a line with the hint. */
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

/* True if another `up` came first; both then wait for the same engine. A keeper without a supervisor is about to start
 * one. */
static bool is_started_by_another(const struct cli *cli)
{
    return lock_is_held(&cli->paths, "supervisor") ||
           (lock_data_is_held(&cli->paths, "keeper") && !lock_data_is_held(&cli->paths, "supervisor"));
}

/* Waits a moment for the process that has the lock. True if that process ended, for example because it was killed just
 * before. */
static bool holder_has_ended(struct cli *cli)
{
    usec_t end = clock_steady() + ENDING_US;

    while (clock_steady() < end) {
        struct service_lines lines = { 0 };
        struct fault none = { 0 };

        if (!is_started_by_another(cli))
            return true;
        if (engine_services(cli, 100, &lines, &none) == ERR_OK)
            return false;
        clock_sleep(20000);
    }
    return false;
}

enum err engine_start(struct cli *cli, struct fault *fault)
{
    char program[PATH_MAX + 16], said[1000];
    int status = 0;

    snprintf(program, sizeof program, "%s/loopholed", cli->paths.programs);
    for (int tries = 0; tries < START_TRIES; tries++) {
        enum err e = run_detached(program, &status, said, fault);

        if (e != ERR_OK || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
            return e;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != err_exit_code(ERR_EXISTS) || !holder_has_ended(cli))
            break;
    }
    return WIFEXITED(status) && is_started_by_another(cli) ? ERR_OK : pass_on(said, status, fault);
}

/* `su` keeps the variable of the previous user. */
static void print_passed_over(struct cli *cli)
{
    const char *runtime = paths_passed_over();

    if (runtime)
        cli_print(
            &cli->out,
            "XDG_RUNTIME_DIR=%s is ignored: it is not a folder that you own and may write to. The sockets are in %s\n",
            runtime, cli->paths.run);
}

static enum err start_and_wait(struct cli *cli, struct fault *fault)
{
    long from = engine_log_size(cli);
    enum err e = config_check_file(&cli->paths, fault);

    if (e == ERR_OK)
        e = engine_start(cli, fault);
    return e == ERR_OK ? engine_wait_ready(cli, from, NULL, fault) : e;
}

enum err engine_up(struct cli *cli, struct fault *fault)
{
    struct service_lines lines = { 0 };
    struct fault none = { 0 };
    bool running = engine_services(cli, 1000, &lines, &none) == ERR_OK;
    enum err e = running ? engine_wait_ready(cli, engine_log_size(cli), NULL, fault) : start_and_wait(cli, fault);

    if (e == ERR_OFFLINE) { /* it was shutting down */
        running = false;
        *fault = (struct fault){ 0 };
        e = start_and_wait(cli, fault);
    }
    if (e == ERR_OK && !cli->options.json) {
        buffer_add_text(&cli->out, running ? "The engine is running already.\n" : "The engine is up.\n");
        print_passed_over(cli);
        if (!running)
            recover_print_offers(cli);
    }
    return e;
}

enum err engine_restart(struct cli *cli, struct fault *fault)
{
    struct supervisor_restart restart = { .service = text_of(cli->args[0]) };
    long from = engine_log_size(cli);
    enum err e = config_check_file(&cli->paths, fault);

    if (e == ERR_OK)
        e = ask(cli->asker, "supervisor.restart", &restart, 30000, NULL, NULL, fault);
    return e != ERR_OK ? e : engine_wait_ready(cli, from, cli->args[0], fault);
}
