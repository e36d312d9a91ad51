/* trial.h: work on bytes that may be damaged, in a child process. If they make the child die, the caller gets an error.
 * The child shares its open descriptors and trial_memory with the caller, and nothing else. Any thread, which waits. */
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

/* Zeroed memory that the caller shares with its later children. A failure ends the process (alloc.h). */
void *trial_memory(size_t size);
void trial_memory_free(void *memory, size_t size); /* NULL is allowed */

/* Starts a child that calls work(state) and ends. The child dies with the caller and prints nothing. The caller has no
 * store open. Errors: full (no process). */
enum err trial_start(struct trial *trial, enum err (*work)(void *state, struct fault *fault), void *state,
                     struct fault *fault);

/* Waits for the child's end and returns the result of `work`. If the child died within `work`, *died is true. The error
 * is then internal with the reason: "the process that read the store died of signal 7 (…)"; io if a page of the
 * store was unreadable (guard.h); full if it found no memory. */
enum err trial_wait(struct trial *trial, bool *died, struct fault *fault);

/* As trial_wait; calls goes_on(state) every 50 ms meanwhile. If it returns false, the child is killed, *died is false
 * and the error is busy, without a text. */
enum err trial_wait_watching(struct trial *trial, bool (*goes_on)(void *state), void *state, bool *died,
                             struct fault *fault);

/* Calls trial_start and trial_wait. */
enum err trial_run(enum err (*work)(void *state, struct fault *fault), void *state, bool *died, struct fault *fault);

#endif
