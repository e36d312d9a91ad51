/* own_command.h: runs `loophole NAME --json ARGUMENT` for an ask. So each check exists once, in the command line, and a
 * check that hangs or dies does not stop the gateway. Its output is at most 1 MiB, and it ends within a minute. */
#ifndef LOOPHOLE_FRONTENDS_WEB_ASKS_OWN_COMMAND_H
#define LOOPHOLE_FRONTENDS_WEB_ASKS_OWN_COMMAND_H

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "common/buffer.h"
#include "common/process/errand.h"
#include "proto/service/service.h"
#include "schema_service.h"

/* Answers or fails the ticket with the output. The loop's thread. */
typedef void own_command_answer(struct service *service, struct ticket ticket, struct buffer *output);

enum { OWN_COMMAND_WORDS = 160, OWN_COMMAND_STEP_SIZE = 96 };

/* How far a command is. `step` is in words. */
struct own_command_step {
    char step[OWN_COMMAND_STEP_SIZE];
    uint64_t done, total; /* bytes; total 0: not known */
};

/* True if the line that the command printed is a step: then it does not belong to the output. An errand's thread. */
typedef bool own_command_take_step(struct text line, struct own_command_step *to);

struct own_command {
    struct errand errand;
    struct own_asks *own;
    struct ticket ticket;
    const char *name;
    own_command_answer *answer;
    char *arguments[OWN_COMMAND_WORDS + 2]; /* of the program, NULL at the end */
    usec_t limit;
    char program[PATH_MAX + 16];
    struct buffer output;
    enum err error;
    struct fault fault;
    size_t looked; /* bytes of the output whose lines were looked at */
    /* Of a task: */
    struct own_command *next_task;
    const char *label;
    own_command_take_step *take_step;
    struct id task;
    usec_t since;
    atomic_bool is_cancelled; /* set in the loop's thread */
    pthread_mutex_t lock;     /* of `step` */
    struct own_command_step step;
};

/* `name` lives as long as the program. The ask is answered later. Errors of the answer: io, timeout, and
 * the error that a failed command prints. */
enum err own_command_run(struct own_asks *own, struct call *call, const char *name, const char *argument,
                         own_command_answer *answer);

/* The same with any words after `loophole`, NULL at the end, at most OWN_COMMAND_WORDS: they are copied. `name` is for
 * errors. */
struct own_command_task {
    const char *name;
    const char *const *words;
    struct errands *errands; /* in which it waits for its turn */
    usec_t limit;            /* it ends within this time */
    size_t output_most;      /* bytes */
    const char *label;       /* of a task, which can be cancelled; NULL: it is none */
    own_command_take_step *take_step;
};
enum err own_command_start(struct own_asks *own, struct call *call, const struct own_command_task *task,
                           own_command_answer *answer);

/* The tasks for `status`, in the arena, and the end of one: SIGTERM, after which the command removes what it was
 * writing. The loop's thread. Errors: not_found. */
void own_command_list_tasks(const struct own_asks *own, struct arena *arena, struct task_list *to);
enum err own_command_cancel(struct own_asks *own, struct id task);

/* The next line that is not empty; NULL: no more. Changes the text. */
char *own_command_line(char **rest);

#endif
