/* child_process.h: runs a command in a child process, because nothing ends a system call that waits for a file
 * system which does not answer. This process stays free: it passes the output on, and gives the child up. One
 * thread.
 *
 *   this process: fork ──► child: the command, with all of its sockets and files
 *        │ passes on what the child writes into pipes
 *        ├── the child ends:  the same exit code, or the same signal
 *        └── it waits for one file for longer than the patience:  killed, ERR_TIMEOUT; it dies when the file answers */
#ifndef LOOPHOLE_FRONTENDS_CLI_CHILD_PROCESS_H
#define LOOPHOLE_FRONTENDS_CLI_CHILD_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

struct child_command {
    int (*work)(void *state); /* in the child; returns the exit code */
    void *state;
    int64_t patience_ms; /* 0: 10 s, and 30 s for a sync */
    bool json;           /* the error of this process is a line of JSON */
};

/* Returns the exit code. The caller has no thread, no socket, and nothing that is still to be written. If no
 * process can be made, the command runs in this one. */
int child_process_run(const struct child_command *command);

#endif
