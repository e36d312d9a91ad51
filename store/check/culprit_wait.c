#include "store/check/culprit_wait.h"

enum { LOOK_US = 500000, STUCK_US = 6000000 };

bool culprit_wait_goes_on(void *culprit_wait)
{
    struct culprit_wait *wait = culprit_wait;
    usec_t now = clock_steady();
    struct culprit culprit;

    if (now - wait->looked < LOOK_US)
        return true;
    culprit = culprit_find(wait->paths);
    if (culprit.pid == wait->child || !culprit_is_stuck(&wait->last, &culprit))
        wait->stuck = 0;
    else if (!wait->stuck)
        wait->stuck = wait->looked;
    wait->looked = now;
    wait->last = culprit;
    return !wait->stuck || now - wait->stuck < STUCK_US;
}

enum err culprit_wait_refuse(const struct culprit_wait *wait, struct fault *fault)
{
    int pid = (int)wait->last.pid;
    char text[CULPRIT_TEXT];

    fault_set(fault, ERR_BUSY, "%s", culprit_write(&wait->last, text));
    return fault ? fault_hint(fault, "kill -CONT %d continues it, kill -KILL %d ends it", pid, pid) : ERR_BUSY;
}

enum err culprit_wait_trial(const struct paths *paths, struct trial *trial, bool *died, struct fault *fault)
{
    struct culprit_wait wait = { .paths = paths, .child = trial->pid };
    enum err e = trial_wait_watching(trial, culprit_wait_goes_on, &wait, died, fault);

    return wait.stuck && e == ERR_BUSY && !*died ? culprit_wait_refuse(&wait, fault) : e;
}
