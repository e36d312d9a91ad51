/* priority.h: which processes of the engine run first when the processors are busy. Nothing here needs a privilege, and
 * nothing fails: where the system grants less, the effect is smaller. Linux compares within one session or control
 * group, so that all services of an engine have to be in one. */
#ifndef LOOPHOLE_COMMON_PRIORITY_H
#define LOOPHOLE_COMMON_PRIORITY_H

#include <sys/types.h>

/* This thread, and those it starts from now on, run soon after they wake: for threads that work little while others
 * wait for them. Short slices (from Linux 6.12 on; before it they have no effect), and niceness −5 where permitted. */
void priority_prompt(void);

/* A process that computes: it takes what others leave, but never less than a tenth of a processor's time. */
void priority_background(pid_t pid);

/* When the machine's memory is out, Linux ends first what has the highest oom_score_adj. A user may only raise it, so
 * that all of these are above that of the caller, which its children inherit. */
void priority_ends_before(pid_t pid,
                          int more); /* 0 to 1,000: thousandths of the machine's memory that it seems larger */
void priority_ends_first(void);      /* this process */

#endif
