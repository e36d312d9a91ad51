/* sandbox.h: takes from this process, for good, every right that a reader of foreign bytes does not need. It leaves the
 * socket to the parent, reading of open descriptors, memory, and messages on standard error. Only sandbox.c uses
 * libseccomp. The process must have one thread. */
#ifndef LOOPHOLE_COMMON_SANDBOX_H
#define LOOPHOLE_COMMON_SANDBOX_H

#include "common/err.h"

enum {
    SANDBOX_MEMORY_MB = 2048,      /* address space; of a reader private memory; no limit in sanitizer builds */
    SANDBOX_FILES = 16,            /* open descriptors */
    SANDBOX_JOB_SECONDS = 300,     /* CPU seconds for one job */
    SANDBOX_LIFE_SECONDS = 36000,  /* CPU seconds for the process */
    SANDBOX_PROGRAM_SECONDS = 600, /* CPU seconds for a program */
};

/* Sets resource limits, no new privileges, no capabilities, and a list of the allowed system calls; all others fail
 * with EPERM. Adds an empty network namespace and Landlock where the kernel permits them. Only `socket` may carry
 * messages. Errors: internal; the process must then read nothing hostile. */
enum err sandbox_enter(int socket, struct fault *fault);

/* As sandbox_enter, for a process that has mapped a file of any size and reads it as long as it takes:
 * SANDBOX_LIFE_SECONDS of CPU in all. Without a socket it is STDERR_FILENO. */
enum err sandbox_enter_reader(int socket, struct fault *fault);

/* Call it before this process becomes `program`, which decodes the file of descriptor 0 and writes to descriptors 1
 * and 2. It can read that file, itself and the system's libraries, and open no other file; it has no network, no
 * capabilities, no signals to other processes, threads but no children, and limits. Errors: offline (this kernel has
 * no Landlock, or it is off: no program is confined then), not_found (no program), internal. */
enum err sandbox_enter_program(const char *program, struct fault *fault);

/* Allows the next SANDBOX_JOB_SECONDS of CPU; then SIGXCPU ends the process. */
void sandbox_allow_job(void);

#endif
