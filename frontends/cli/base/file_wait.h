/* file_wait.h: the file that another process waits for in the kernel. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_FILE_WAIT_H
#define LOOPHOLE_FRONTENDS_CLI_FILE_WAIT_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct file_wait {
    char path[PATH_MAX];
    char moment[512]; /* differs after the process ran, or is in another call */
    bool is_sync;     /* the call waits until a disk has all that was written: on a busy one for long */
};

/* Looks at the first thread of a child of this process. True: it is in a system call on a file, or waits for the end of
 * a process that is. Pipes, sockets and terminals are no files, and a stopped process does not wait. False also if the
 * kernel does not allow the look (kernel.yama.ptrace_scope 2 or 3). */
bool file_wait_find(pid_t pid, struct file_wait *to);

#endif
