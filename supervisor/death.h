/* death.h: describes for people how a process ended. Any thread. */
#ifndef LOOPHOLE_SUPERVISOR_DEATH_H
#define LOOPHOLE_SUPERVISOR_DEATH_H

#include <signal.h>
#include <stdbool.h>

enum { DEATH_SIZE = 128 };

/* Writes the result of waitid: "signal 9 (SIGKILL)", "exit code 21 (denied)". Returns `to`. */
const char *death_describe(const siginfo_t *info, char to[DEATH_SIZE]);

bool death_by_signal(const siginfo_t *info); /* false: the process has exited */
bool death_by_work(const siginfo_t *info);   /* it crashed, or found no memory; not killed from outside, not exited */

#endif
