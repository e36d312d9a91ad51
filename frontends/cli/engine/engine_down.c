/* engine_down.c: the command down. It returns when the processes have ended. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/process/proc.h"
#include "frontends/cli/engine/engine.h"
#include "frontends/cli/engine/engine_commands.h"
#include "frontends/cli/engine/engine_start.h"
#include "proto/transport/lock.h"

enum { RETURN_US = 6000000, LOOK_US = 50000, LIST_MS = 20000, STOP_MS = 30000, STOP_SECONDS = 60 };

/* Processes by pid and start time, because a pid may be reused. */
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

/* The keeper is the supervisor's parent, and runs the same program. */
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

static bool has_process_ended(pid_t pid, uint64_t ticks)
{
    struct proc proc;

    return !proc_read(pid, &proc) || proc.start_ticks != ticks || proc.state == 'Z';
}

static enum err wait_over(const struct running *running, struct fault *fault)
{
    usec_t end = clock_steady() + STOP_SECONDS * 1000000LL;

    for (uint32_t i = 0; i < running->count; i++)
        while (!has_process_ended(running->pids[i], running->ticks[i])) {
            if (clock_steady() > end)
                return fault_set(fault, ERR_TIMEOUT, "process %d does not end", (int)running->pids[i]);
            clock_sleep(10000);
        }
    return ERR_OK;
}

/* Lists the services of a running engine, whose keeper may wait before it starts the supervisor again. Errors: offline
 * (the engine is down). */
static enum err find_running(struct cli *cli, struct service_lines *lines, struct fault *fault)
{
    usec_t end = clock_steady() + RETURN_US;
    enum err e;

    do {
        *fault = (struct fault){ 0 };
        e = engine_services(cli, LIST_MS, lines, fault);
        if (e != ERR_OFFLINE || engine_is_given_up(cli))
            return e;
        clock_sleep(LOOK_US);
    } while (clock_steady() < end);
    *fault = (struct fault){ 0 };
    fault_set(fault, ERR_TIMEOUT, "an engine runs for the data in %.150s, and its supervisor does not answer",
              cli->paths.data);
    return fault_hint(
        fault,
        "if its sockets are not in %.130s, set XDG_RUNTIME_DIR as it was when the engine started; otherwise "
        "see `loophole logs supervisor`",
        cli->paths.run);
}

static uint32_t count_unwatched(const struct cli *cli)
{
    uint32_t count = lock_is_held(&cli->paths, "audio-standby");

    for (int i = 0; schema_all[i]; i++)
        count += lock_is_held(&cli->paths, schema_all[i]->service);
    return count;
}

/* If supervisor and keeper were killed, the services live on. A new supervisor finds them, and can end them. Errors:
 * offline (nothing runs), and why no supervisor starts. */
static enum err find_unwatched(struct cli *cli, struct service_lines *lines, struct fault *fault)
{
    uint32_t count = count_unwatched(cli);
    struct fault why = { 0 };
    enum err e;

    if (count == 0)
        return ERR_OFFLINE;
    e = engine_start(cli, &why);
    if (e == ERR_OK)
        e = find_running(cli, lines, &why);
    if (e == ERR_OK)
        return ERR_OK;
    if (e == ERR_OFFLINE) { /* it has ended again */
        why = (struct fault){ 0 };
        fault_set(&why, ERR_INTERNAL, "it ends again");
        fault_hint(&why, "`loophole logs supervisor` shows the reason");
    }
    *fault = (struct fault){ 0 };
    fault_set(fault, why.code, "%u service%s run without a supervisor, and none starts: %s", count, text_plural(count),
              why.what);
    return fault_hint(fault, "%s", why.hint);
}

enum err engine_down(struct cli *cli, struct fault *fault)
{
    struct service_lines lines = { 0 };
    struct running running = { 0 };
    enum err e = find_running(cli, &lines, fault);

    if (e == ERR_OFFLINE)
        e = find_unwatched(cli, &lines, fault);
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
        e = ask(cli->asker, "supervisor.shutdown", NULL, STOP_MS, NULL, NULL, fault);
    if (e == ERR_OK || e == ERR_OFFLINE) /* it may end before its answer arrives */
        e = wait_over(&running, fault);
    if (e == ERR_OK && !cli->options.json)
        buffer_add_text(&cli->out, "The engine is down.\n");
    return e;
}
