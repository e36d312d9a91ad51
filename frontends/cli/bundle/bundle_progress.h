/* bundle_progress.h: how far a command on a bundle is, and its end by a person (Ctrl+C, or SIGTERM). One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_PROGRESS_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_PROGRESS_H

#include "frontends/cli/base/cli.h"

/* A step of so many bytes. A terminal has it as one line on standard error; --progress with
 * --json prints it as lines on standard output, at most ten a second. */
struct bundle_progress {
    struct cli *cli;
    const char *step;     /* in words: "reading files" */
    uint64_t done, total; /* bytes */
    usec_t said;
};

/* Begins a step; `total` 0: not known yet. */
void bundle_progress_begin(struct bundle_progress *progress, struct cli *cli, const char *step, uint64_t total);
void bundle_progress_add(struct bundle_progress *progress, uint64_t bytes); /* these are done, too; NULL is allowed */
void bundle_progress_hide(void); /* before another line on standard error, and at the end */

/* The bytes of an open file, which it closes; 0 if `fd` is below 0: a file that cannot be opened is refused when its
 * turn comes. */
uint64_t bundle_size_of(int fd);

/* After this call SIGINT and SIGTERM do not end the process at once: the command first removes what it is writing. */
void bundle_cancel_hold(void);
bool bundle_cancel_is_wanted(void); /* such a signal came */

/* Errors (explained): conflict, if such a signal came. */
enum err bundle_cancel_check(struct fault *fault);

/* The same in place of another error: the signal may have ended a worker. */
enum err bundle_cancel_name(enum err e, struct fault *fault);

#endif
