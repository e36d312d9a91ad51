/* policy.h: when a process that died starts again. Pure: its life goes in, a verdict comes out.
 *
 * The first restart is at once. A death within 2 s of the start, or before the process was ready, is a quick one:
 * each further one in a row waits longer (0.1 s to 5 s), and the fifth ends in quarantine; what is never
 * quarantined goes on every 5 s. 2 s of being ready wipe the slate. */
#ifndef LOOPHOLE_SUPERVISOR_POLICY_H
#define LOOPHOLE_SUPERVISOR_POLICY_H

#include <stdbool.h>

#include "common/clock.h"

/* Zeroed: nothing has happened yet. */
struct policy {
    uint32_t quick; /* deaths in a row */
};

struct policy_life {
    usec_t lived;
    bool was_ready;
    usec_t ready; /* how long */
};

struct policy_verdict {
    bool quarantine;
    usec_t wait; /* until the next start; 0: at once */
};

struct policy_verdict policy_died(struct policy *policy, struct policy_life life, bool never_quarantined);

#endif
