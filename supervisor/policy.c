#include "supervisor/policy.h"

enum { QUICK_US = 2000000, SETTLED_US = 2000000 };

/* By the number of quick deaths in a row. */
static const usec_t waits[] = { 0, 100000, 500000, 2000000, 5000000 };

enum { WAITS = sizeof(waits) / sizeof(*waits) };

struct policy_verdict policy_died(struct policy *policy, struct policy_life life, bool never_quarantined)
{
    if (life.was_ready && life.ready >= SETTLED_US)
        policy->quick = 0;
    if (life.was_ready && life.lived >= QUICK_US)
        return (struct policy_verdict){ .wait = 0 };
    if (policy->quick < WAITS)
        policy->quick++;
    return (struct policy_verdict){
        .quarantine = policy->quick == WAITS && !never_quarantined,
        .wait = waits[policy->quick - 1],
    };
}
