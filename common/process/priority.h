/* priority.h: which processes of the engine run first when the processors are busy. Nothing here needs a privilege or
 * fails: where the system grants less, the effect is smaller. Linux compares processes within one session or control
 * group, so all services of an engine must share one. */
#ifndef LOOPHOLE_COMMON_PRIORITY_H
#define LOOPHOLE_COMMON_PRIORITY_H

#include <sys/types.h>

/* Makes this thread, and those it starts later, run soon after they wake: for threads that work little while others
 * wait for them. Sets short slices (Linux 6.12 and later) and niceness −5 where permitted. */
void priority_prompt(void);

/* For a process that computes in the background: it uses idle time, but gets at least a tenth of a processor. */
void priority_background(pid_t pid);

/* Makes the kernel end this process before others when memory is exhausted, by raising its oom_score_adj. `more` is 0
 * to 1,000: thousandths of the machine's memory added to its apparent size. A user may only raise oom_score_adj, so the
 * new value lies above the caller's own, which its children inherit. */
void priority_ends_before(pid_t pid, int more);
void priority_ends_first(void); /* the calling process */

#endif
