#include "frontends/web/asks/own_command.h"

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
#include "common/file_write.h"
#include "frontends/web/asks/own_asks.h"
#include "proto/wire/json.h"
#include "proto/wire/json_tree.h"

extern char **environ;

enum { OUTPUT_MOST = 1 << 20, LOOK_MS = 100, END_LOOK_US = 2000, COMMAND_US = 60000000, TASKS_MOST = 64 };

/* ---- in a thread ---- */

static enum err start_program(const struct own_command *command, pid_t *pid, int *from, struct fault *fault)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    int ends[2], number;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return fault_errno(fault, ERR_IO, errno, "cannot make a pipe for loophole %s", command->name);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    number = posix_spawn(pid, command->program, &files, &attributes, command->arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    *from = ends[0];
    if (number == 0)
        return ERR_OK;
    close(ends[0]);
    return fault_errno(fault, file_err(number), number, "%s cannot be started", command->program);
}

static void take_step_line(struct own_command *command, struct text line)
{
    struct own_command_step step = { 0 };
    struct buffer *all = &command->output;
    const size_t from = (size_t)((const uint8_t *)line.at - all->at), end = from + line.len + 1;

    command->looked = end;
    if (!command->take_step(line, &step))
        return;
    pthread_mutex_lock(&command->lock);
    command->step = step;
    pthread_mutex_unlock(&command->lock);
    memmove(all->at + from, all->at + end, all->len - end);
    all->len -= end - from;
    command->looked = from;
}

/* Takes the steps out of the output: its whole lines. */
static void take_steps(struct own_command *command)
{
    struct buffer *all = &command->output;
    const uint8_t *end;

    while (command->take_step && !all->failed && command->looked < all->len &&
           (end = memchr(all->at + command->looked, '\n', all->len - command->looked)) != NULL) {
        const uint8_t *at = all->at + command->looked;
        take_step_line(command, (struct text){ (uint32_t)(end - at), (const char *)at });
    }
}

/* Sends the signal once. */
static void end_if_cancelled(struct own_command *command, pid_t pid, bool *is_told)
{
    if (!*is_told && atomic_load(&command->is_cancelled)) {
        *is_told = true;
        kill(pid, SIGTERM);
    }
}

/* Reads until the program closes its output. False: it takes too long, or prints too much. */
static bool read_output(struct own_command *command, pid_t pid, int from, usec_t until)
{
    struct pollfd watched = { .fd = from, .events = POLLIN };
    uint8_t some[4096];
    bool is_told = false;
    ssize_t got;

    while (errand_goes_on(&command->errand) && clock_steady() < until && !command->output.failed) {
        end_if_cancelled(command, pid, &is_told);
        if (poll(&watched, 1, LOOK_MS) <= 0)
            continue;
        got = read(from, some, sizeof(some));
        if (got == 0)
            return true;
        if (got > 0)
            buffer_add(&command->output, some, (size_t)got);
        take_steps(command);
    }
    return false;
}

/* Takes the error that the program printed last. It prints none if it died. */
static void take_error(struct own_command *command)
{
    struct arena arena = { 0 };
    struct json_node line, *error = NULL, *what = NULL, *hint = NULL;
    char *all = alloc_text(buffer_c(&command->output)), *rest = all, *last = NULL, name[32] = "";

    for (char *next; (next = own_command_line(&rest)) != NULL;)
        last = next;
    if (last && json_read_tree(text_of(last), &arena, &line, NULL) == ERR_OK) {
        error = json_tree_member(&line, TEXT("error"));
        what = json_tree_member(&line, TEXT("what"));
        hint = json_tree_member(&line, TEXT("hint"));
    }
    if (error && error->kind == JSON_IS_TEXT && what && what->kind == JSON_IS_TEXT &&
        text_copy(name, sizeof(name), error->text))
        command->error = fault_set(&command->fault, err_named(name), "%.*s", TEXT_ARG(what->text));
    if (command->error != ERR_OK && hint && hint->kind == JSON_IS_TEXT)
        (void)fault_hint(&command->fault, "%.*s", TEXT_ARG(hint->text));
    arena_free(&arena);
    free(all);
}

static void fail_command(struct own_command *command)
{
    command->error = command->output.failed
                         ? fault_set(&command->fault, ERR_IO, "loophole %s printed more than %zu bytes", command->name,
                                     command->output.limit)
                         : fault_set(&command->fault, ERR_IO, "loophole %s did not end within %lld s", command->name,
                                     (long long)command->limit / 1000000);
}

static void fail_cancelled(struct own_command *command)
{
    command->error = fault_set(&command->fault, ERR_CONFLICT, "cancelled: nothing was written");
}

/* A program may still run after it closed its output. */
static bool wait_for_exit(pid_t pid, usec_t until, int *status)
{
    while (waitpid(pid, status, WNOHANG) == 0) {
        if (clock_steady() > until)
            return false;
        clock_sleep(END_LOOK_US);
    }
    return true;
}

static void run_program(struct errand *errand)
{
    struct own_command *command = (struct own_command *)errand;
    usec_t until = clock_steady() + command->limit;
    int from, status = 0;
    pid_t pid;

    if (atomic_load(&command->is_cancelled)) {
        fail_cancelled(command);
        return;
    }
    command->error = start_program(command, &pid, &from, &command->fault);
    if (command->error != ERR_OK)
        return;
    if (!read_output(command, pid, from, until) || !wait_for_exit(pid, until, &status)) {
        kill(pid, SIGKILL);
        fail_command(command);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    } else if (status != 0) {
        take_error(command);
        if (command->error == ERR_OK && atomic_load(&command->is_cancelled)) /* before it wrote anything */
            fail_cancelled(command);
    }
    close(from);
}

/* ---- the loop ---- */

static void unlist_task(struct own_command *command)
{
    for (struct own_command **at = &command->own->tasks; *at; at = &(*at)->next_task)
        if (*at == command) {
            *at = command->next_task;
            return;
        }
}

static void end_command(struct errand *errand, bool lost)
{
    struct own_command *command = (struct own_command *)errand;
    struct service *service = command->own->service;
    struct fault gone = { 0 };

    unlist_task(command);
    if (lost)
        (void)fault_set(&gone, ERR_TIMEOUT, "loophole %s does not end", command->name);
    if (lost || command->error != ERR_OK)
        ticket_fail(service, command->ticket, lost ? &gone : &command->fault);
    else
        command->answer(service, command->ticket, &command->output);
}

static void drop_command(struct errand *errand)
{
    struct own_command *command = (struct own_command *)errand;

    for (uint32_t i = 0; command->arguments[i]; i++)
        free(command->arguments[i]);
    buffer_free(&command->output);
    pthread_mutex_destroy(&command->lock);
    free(command);
}

static void list_task(struct own_command *command, struct call *call)
{
    struct own_command **at = &command->own->tasks;

    while (*at)
        at = &(*at)->next_task;
    *at = command;
    command->task = call_request(call);
    command->since = clock_now();
}

enum err own_command_start(struct own_asks *own, struct call *call, const struct own_command_task *task,
                           own_command_answer *answer)
{
    struct own_command *command = alloc_zeroed(1, sizeof(*command));

    command->errand =
        (struct errand){ .run = run_program, .done = end_command, .drop = drop_command, .patience = 2 * task->limit };
    command->own = own;
    command->ticket = call_defer(call);
    command->name = task->name;
    command->answer = answer;
    command->limit = task->limit;
    command->output.limit = task->output_most;
    command->label = task->label;
    command->take_step = task->take_step;
    pthread_mutex_init(&command->lock, NULL);
    if (task->label)
        list_task(command, call);
    command->arguments[0] = alloc_text("loophole");
    for (uint32_t i = 0; i < OWN_COMMAND_WORDS && task->words[i]; i++)
        command->arguments[i + 1] = alloc_text(task->words[i]);
    (void)snprintf(command->program, sizeof(command->program), "%s/loophole", own->paths->programs);
    errand_start(task->errands, &command->errand);
    return ERR_OK;
}

enum err own_command_run(struct own_asks *own, struct call *call, const char *name, const char *argument,
                         own_command_answer *answer)
{
    const char *const words[] = { name, "--json", argument[0] ? argument : NULL, NULL };
    const struct own_command_task task = {
        .name = name, .words = words, .errands = own->errands, .limit = COMMAND_US, .output_most = OUTPUT_MOST
    };

    return own_command_start(own, call, &task, answer);
}

/* ---- tasks ---- */

static struct task describe_task(struct own_command *command, struct arena *arena)
{
    struct own_command_step step;

    pthread_mutex_lock(&command->lock);
    step = command->step;
    pthread_mutex_unlock(&command->lock);
    return (struct task){ .id = command->task,
                          .label = step.step[0] ? arena_printf(arena, "%s: %s", command->label, step.step)
                                                : text_of(command->label),
                          .done = step.done,
                          .total = step.total,
                          .has_in_bytes = true,
                          .in_bytes = true,
                          .since = command->since,
                          .can_cancel = !atomic_load(&command->is_cancelled) };
}

void own_command_list_tasks(const struct own_asks *own, struct arena *arena, struct task_list *to)
{
    *to = (struct task_list){ 0, arena_array(arena, TASKS_MOST, sizeof(*to->at)) };
    for (struct own_command *at = own->tasks; at && to->count < TASKS_MOST; at = at->next_task)
        to->at[to->count++] = describe_task(at, arena);
}

enum err own_command_cancel(struct own_asks *own, struct id task)
{
    for (struct own_command *at = own->tasks; at; at = at->next_task)
        if (id_equal(at->task, task)) {
            atomic_store(&at->is_cancelled, true);
            return ERR_OK;
        }
    return ERR_NOT_FOUND;
}

char *own_command_line(char **rest)
{
    char *line;

    while ((line = strsep(rest, "\n")) != NULL)
        if (*line)
            return line;
    return NULL;
}
