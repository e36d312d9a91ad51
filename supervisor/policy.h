/* policy.h: decides when a dead process starts again. Pure.
 *
 * The first restart is immediate. A death within 2 s of the start, or before the process was ready, is quick. Each
 * further quick death in a row waits longer (0.1 s to 5 s), and the fifth leads to quarantine; a process that is never
 * quarantined is then started every 5 s. 2 s of being ready reset the count. */
#ifndef LOOPHOLE_SUPERVISOR_POLICY_H
#define LOOPHOLE_SUPERVISOR_POLICY_H

#include <stdbool.h>

#include "common/clock.h"

/* A zeroed struct has no deaths. */
struct policy {
    uint32_t quick; /* quick deaths in a row */
};

struct policy_life {
    usec_t lived;
    bool was_ready;
    usec_t ready; /* time of being ready */
};

struct policy_verdict {
    bool quarantine;
    usec_t wait; /* until the next start; 0: immediate */
};

/* Counts a death after this life, and decides. `never_quarantined` is the setting of the process's row. */
struct policy_verdict policy_died(struct policy *policy, struct policy_life life, bool never_quarantined);

#endif
