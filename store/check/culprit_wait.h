/* culprit_wait.h: a command that reads the store in a child (trial.h) waits only for a limited time for a process that
 * blocks the store (culprit.h). Without a running engine nothing else ends such a process. One thread. */
#ifndef LOOPHOLE_STORE_CULPRIT_WAIT_H
#define LOOPHOLE_STORE_CULPRIT_WAIT_H

#include "common/process/trial.h"
#include "store/check/culprit.h"

struct culprit_wait {
    const struct paths *paths;
    int32_t child; /* it may be the holder itself */
    struct culprit last;
    usec_t looked, stuck; /* steady clock: the last observation, and since when it is stuck; 0: it is not */
};

/* Call it often. False: `last`, another process, has been stuck for 6 s. */
bool culprit_wait_goes_on(void *culprit_wait);

/* Sets and returns the error busy, with pid, program and what to do. */
enum err culprit_wait_refuse(const struct culprit_wait *wait, struct fault *fault);

/* As trial_wait, but kills the child if another process is stuck. *died is then false and the error busy. */
enum err culprit_wait_trial(const struct paths *paths, struct trial *trial, bool *died, struct fault *fault);

#endif
