/* spawn.h: processes that were started, or found running. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_SPAWN_H
#define LOOPHOLE_SUPERVISOR_SPAWN_H

#include <signal.h>

#include "common/paths.h"
#include "common/shared/board.h"

struct spawn {
    int32_t pid; /* 0: none */
    int pidfd;   /* readable after its death */
    uint64_t start_ticks;
};

/* Starts `program` from the programs' directory (or from its absolute path) in a process group of its own, in "/". Its
 * standard input and output are /dev/null, its standard error is the log of `service`, where the C library writes its
 * last messages; it has no other descriptors. `wrapper` (or NULL) is an absolute path: that program gets the program
 * and its arguments, and executes it. Errors: not_found, denied, io, full. */
struct spawn_command {
    const char *service, *program, *wrapper;
    const char *const *arguments; /* with a final NULL; or NULL */
};
enum err spawn_start(const struct paths *paths, const struct spawn_command *command, struct spawn *to,
                     struct fault *fault);

/* Finds the living process of the entry. Pid and start ticks identify it, so a reused pid is not taken. False: there is
 * none. */
bool spawn_adopt(const struct board_entry *entry, struct spawn *to);

void spawn_signal(const struct spawn *spawn, int number);

void spawn_kill_group(const struct spawn *spawn); /* the rest of its process group: the workers of an indexer */

/* Called after its death: returns how it ended; false if it was not our child, so that its end is unknown. Closes the
 * descriptor. */
bool spawn_bury(struct spawn *spawn, siginfo_t *info);

/* True if it dies within `timeout`. */
bool spawn_is_dead(const struct spawn *spawn, usec_t timeout);

#endif
