/* own_command.h: runs `loophole NAME --json ARGUMENT` for an ask. So each check exists once, in the command line, and a
 * check that hangs or dies does not stop the gateway. Its output is at most 1 MiB, and it ends within a minute. */
#ifndef LOOPHOLE_FRONTENDS_WEB_ASKS_OWN_COMMAND_H
#define LOOPHOLE_FRONTENDS_WEB_ASKS_OWN_COMMAND_H

#include <limits.h>

#include "common/buffer.h"
#include "common/process/errand.h"
#include "proto/service/service.h"

/* Answers or fails the ticket with the output. The loop's thread. */
typedef void own_command_answer(struct service *service, struct ticket ticket, struct buffer *output);

enum { OWN_COMMAND_WORDS = 16 };

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
};
enum err own_command_start(struct own_asks *own, struct call *call, const struct own_command_task *task,
                           own_command_answer *answer);

/* The next line that is not empty; NULL: no more. Changes the text. */
char *own_command_line(char **rest);

#endif
