/* sandbox.h: takes from this process, for good, every right that a decoder does not need. It leaves the socket to the
 * parent, reading of received descriptors, memory, and messages on standard error. Only sandbox.c uses libseccomp. The
 * process must have one thread. */
#ifndef LOOPHOLE_WORKER_SANDBOX_H
#define LOOPHOLE_WORKER_SANDBOX_H

#include "common/err.h"

enum {
    SANDBOX_MEMORY_MB = 2048,    /* address space; no limit in sanitizer builds */
    SANDBOX_FILES = 16,          /* open descriptors */
    SANDBOX_JOB_SECONDS = 300,   /* CPU seconds for one job */
    SANDBOX_LIFE_SECONDS = 36000 /* CPU seconds for the process */
};

/* Sets resource limits, no new privileges, no capabilities, and a list of the allowed system calls; all others fail
 * with EPERM. Adds an empty network namespace and Landlock where the kernel permits them. Only `socket` may carry
 * messages. Errors: internal; the process must then read nothing hostile. */
enum err sandbox_enter(int socket, struct fault *fault);

/* Allows the next SANDBOX_JOB_SECONDS of CPU; then SIGXCPU ends the process. */
void sandbox_allow_job(void);

#endif
