/* spawn.h: processes that the supervisor started, or adopted. The supervisor's thread. */
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

/* Starts `program`, a name in the programs' directory or an absolute path, in "/" and in a process group of its own.
 * Standard input and output are /dev/null. Standard error is the log of `service`, to which the C library writes its
 * last messages. The process has no other descriptors. `wrapper` is NULL or the absolute path of a program that gets
 * the program with its arguments, and executes it. Errors: not_found, denied, io, full. */
struct spawn_command {
    const char *service, *program, *wrapper;
    const char *const *arguments; /* with a final NULL; or NULL */
};
enum err spawn_start(const struct paths *paths, const struct spawn_command *command, struct spawn *to,
                     struct fault *fault);

/* Finds the running process of the entry by its pid and its start time, so that a reused pid is not taken for it.
 * False: the process does not run. */
bool spawn_adopt(const struct board_entry *entry, struct spawn *to);

void spawn_signal(const struct spawn *spawn, int number); /* no effect if it has died; never meets a reused pid */

void spawn_kill_group(const struct spawn *spawn); /* the rest of its process group: the workers of an indexer */

/* Call it after the death of the process: closes the descriptor, and fills `info` with the cause. False: the process
 * was no child of this one, so the cause is unknown. */
bool spawn_bury(struct spawn *spawn, siginfo_t *info);

/* True if it dies within `timeout`. */
bool spawn_is_dead(const struct spawn *spawn, usec_t timeout);

#endif
