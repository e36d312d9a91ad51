/* trial.h: work on bytes that may be damaged, in a child process. When the child dies of them, the caller gets an
 * error. The child shares with the caller its open descriptors and what trial_memory gave, and nothing else. */
#ifndef LOOPHOLE_COMMON_TRIAL_H
#define LOOPHOLE_COMMON_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/err.h"

struct trial {
    pid_t pid;
    struct trial_report *report;
};

/* Zeroed memory that the caller and its children share. NULL: there is none. */
void *trial_memory(size_t size);
void trial_memory_free(void *memory, size_t size); /* NULL is allowed */

/* Starts a child that runs work(state) and ends; it ends with the caller, too. It prints nothing. The caller has no
 * store open. Errors: full (no process). */
enum err trial_start(struct trial *trial, enum err (*work)(void *state, struct fault *fault), void *state,
                     struct fault *fault);

/* Waits until the child has ended. Returns what `work` returned. When the child ended within `work`, *died is true, and
 * the error is internal with the reason: "the process that read it died of signal 7 (Bus error)"; or io, where a page
 * of the store could not be read (guard.h). */
enum err trial_wait(struct trial *trial, bool *died, struct fault *fault);

/* The same; calls goes_on(state) each 50 ms meanwhile. Once that returns false the child is killed: the error is busy
 * then, without a text, and *died is false. */
enum err trial_wait_watching(struct trial *trial, bool (*goes_on)(void *state), void *state, bool *died,
                             struct fault *fault);

/* trial_start and trial_wait. */
enum err trial_run(enum err (*work)(void *state, struct fault *fault), void *state, bool *died, struct fault *fault);

#endif
