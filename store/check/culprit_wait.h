/* culprit_wait.h: a command that reads the store in a child (trial.h) does not wait without end for a process
 * that keeps all others from the store (culprit.h). Without a running engine nothing else ends such a process. */
#ifndef LOOPHOLE_STORE_CULPRIT_WAIT_H
#define LOOPHOLE_STORE_CULPRIT_WAIT_H

#include "common/process/trial.h"
#include "store/check/culprit.h"

struct culprit_wait {
    const struct paths *paths;
    int32_t child; /* it may hold both itself */
    struct culprit last;
    usec_t looked, stuck; /* steady clock: the last look, and since when it is stuck; 0: it is not */
};

/* To be called often. False: another process has been stuck for 6 s, and `last` is that one. */
bool culprit_wait_goes_on(void *culprit_wait);

/* Sets the error: busy, with pid and program and what to do. */
enum err culprit_wait_refuse(const struct culprit_wait *wait, struct fault *fault);

/* trial_wait, with both: the child is killed when another process is stuck. *died is false then. */
enum err culprit_wait_trial(const struct paths *paths, struct trial *trial, bool *died, struct fault *fault);

#endif
