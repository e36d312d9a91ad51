/* child_process.h: the beginning of a process that touches a foreign file system for this service, and that can be
 * given up. It keeps nothing but one end of a pipe: a lock or a socket that it held while it cannot die would stop
 * the successor of this service. The loop's thread. */
#ifndef LOOPHOLE_AVAILABILITY_CHILD_PROCESS_H
#define LOOPHOLE_AVAILABILITY_CHILD_PROCESS_H

#include <sys/types.h>

#include "common/err.h"

enum { CHILD_TO = 3 }; /* the end of the pipe, in the process */

/* Makes a pipe: `from` does not block. Errors: io. */
enum err child_process_open(int *from, int *to, struct fault *fault);

/* As fork. In the new process (0) `to` is CHILD_TO; it dies with this service. -1: no process. */
pid_t child_process_begin(int to);

#endif
