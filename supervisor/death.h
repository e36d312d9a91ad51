/* death.h: how a process ended, in words for a person. */
#ifndef LOOPHOLE_SUPERVISOR_DEATH_H
#define LOOPHOLE_SUPERVISOR_DEATH_H

#include <signal.h>
#include <stdbool.h>

enum { DEATH_SIZE = 128 };

/* What waitid says: "signal 9 (SIGKILL)", "exit code 21 (denied)". Returns `to`. */
const char *death_describe(const siginfo_t *info, char to[DEATH_SIZE]);

bool death_by_signal(const siginfo_t *info);

#endif
