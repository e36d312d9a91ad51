/* priority.h: who of the engine runs first when the processors are busy. Nothing here needs a privilege, and nothing
 * fails: where the system grants less, less is had. Linux compares within one session or control group, so that all
 * services of an engine have to be in one. */
#ifndef LOOPHOLE_COMMON_PRIORITY_H
#define LOOPHOLE_COMMON_PRIORITY_H

#include <sys/types.h>

/* This thread, and those it starts from now on, run soon after they wake: for who works little and is waited for.
 * Short slices (Linux 6.12 and later; before it they say nothing), and the niceness −5 where the user may. */
void priority_prompt(void);

/* A process that computes: it takes what others leave, but never less than a tenth of a processor's time. */
void priority_background(pid_t pid);

#endif
