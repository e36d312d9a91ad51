/* spawn.h: processes: started, or found running. */
#ifndef LOOPHOLE_SUPERVISOR_SPAWN_H
#define LOOPHOLE_SUPERVISOR_SPAWN_H

#include <signal.h>

#include "common/paths.h"
#include "common/shared/board.h"

struct spawn {
    int32_t pid; /* 0: none */
    int pidfd;   /* readable once it is dead */
    uint64_t start_ticks;
};

/* Starts `program` from the programs' directory (unless it is a whole path) in a process group of its own, in "/", with
 * no descriptor but /dev/null as standard input and output, and the log of `service` as standard error, where the C
 * library speaks its last words. `wrapper` (or NULL) is a whole path: it gets the program and its arguments and
 * becomes it. Errors: not_found, denied, io, full. */
struct spawn_command {
    const char *service, *program, *wrapper;
    const char *const *arguments; /* NULL at the end; or NULL */
};
enum err spawn_start(const struct paths *paths, const struct spawn_command *command, struct spawn *to,
                     struct fault *fault);

/* The process on the line, if it lives: pid and start ticks name it, so that a pid given to another is not taken.
 * False when there is none. */
bool spawn_adopt(const struct board_line *line, struct spawn *to);

void spawn_signal(const struct spawn *spawn, int number);

/* After its death: how it ended; false when it was not our child, so that its end is unknown. Closes the descriptor. */
bool spawn_bury(struct spawn *spawn, siginfo_t *info);

/* Waits for its death for at most `timeout`. */
bool spawn_is_dead(const struct spawn *spawn, usec_t timeout);

#endif
