/* keeper_watch.h: the supervisor watches its keeper. If the keeper dies, the supervisor becomes the next one: it
 * executes `loopholed --keep` in its own process, which starts a supervisor, and that adopts all services. So the
 * services stay children of the process that collects them, and nothing but the supervisor starts again.
 *
 * Without a keeper (under systemd) there is nothing to watch. The supervisor's thread. */
#ifndef LOOPHOLE_SUPERVISOR_KEEPER_WATCH_H
#define LOOPHOLE_SUPERVISOR_KEEPER_WATCH_H

#include <stdbool.h>

#include "common/clock.h"
#include "supervisor/child.h"

struct keeper_watch {
    const struct child_world *world;
    int32_t pid;     /* of the keeper; 0: there is none */
    int pidfd;       /* readable after its death; -1: none */
    usec_t due;      /* steady clock: when to take its place; 0: it lives */
    char **argv;     /* of the supervisor */
    char alarm[240]; /* or "" */
};

/* `world` and `argv` stay valid. Reads from the environment who the keeper is, and removes that from it. Its death is
 * logged and recorded when it is found. */
void keeper_watch_open(struct keeper_watch *watch, const struct child_world *world, char **argv);

/* Takes the place of a dead keeper 0.5 s after its death, so that nothing starts while a person kills both. It does not
 * return if it succeeds; otherwise it logs why, sets the alarm, and tries again 5 s later. `restarts` counts those of
 * the supervisor. Not called while a thread of the supervisor may wait for a disk. */
void keeper_watch_look(struct keeper_watch *watch, uint64_t restarts, usec_t now);

#endif
