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

struct own_command {
    struct errand errand;
    struct own_asks *own;
    struct ticket ticket;
    const char *name;
    own_command_answer *answer;
    char argument[64];
    char program[PATH_MAX + 16];
    struct buffer output;
    enum err error;
    struct fault fault;
};

/* `name` lives as long as the program. The ask is answered later. Errors of the answer: io, timeout, and
 * the error that a failed command prints. */
enum err own_command_run(struct own_asks *own, struct call *call, const char *name, const char *argument,
                         own_command_answer *answer);

/* The next line that is not empty; NULL: no more. Changes the text. */
char *own_command_line(char **rest);

#endif
