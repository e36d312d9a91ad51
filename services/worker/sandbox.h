/* sandbox.h: takes from this process, for good, all that a decoder has no use for. The only file with libseccomp is
 * sandbox.c. What is left: the socket to the parent, reading descriptors that come over it, memory, messages on
 * standard error. One thread, which must be the only one. */
#ifndef LOOPHOLE_WORKER_SANDBOX_H
#define LOOPHOLE_WORKER_SANDBOX_H

#include "common/err.h"

enum {
    SANDBOX_MEMORY_MB = 2048,    /* address space; no limit in sanitizer builds */
    SANDBOX_FILES = 16,          /* open descriptors */
    SANDBOX_JOB_SECONDS = 300,   /* of CPU, for one job */
    SANDBOX_LIFE_SECONDS = 36000 /* of CPU, for the process */
};

/* Resource limits, no new privileges, no capabilities, an empty network namespace and Landlock where the kernel
 * permits them, and a list of the system calls that are allowed: all others fail with EPERM. `socket` is the one
 * descriptor that messages may pass. Errors: internal (without no_new_privs, the limits and the list of calls
 * nothing hostile may be read). */
enum err sandbox_enter(int socket, struct fault *fault);

/* The next SANDBOX_JOB_SECONDS of CPU are allowed; after them SIGXCPU ends the process. */
void sandbox_allow_job(void);

#endif
