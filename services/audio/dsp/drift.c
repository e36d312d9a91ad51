#include "services/audio/dsp/drift.h"

#include <math.h>

static const double LEAST_US = 60e6, RENEW_US = 600e6, JUMP_US = 1000, NOISE_US = 500;
static const double MOST_OFF = 0.001; /* of the rate: no sound card differs more from its nominal rate */

/* How late the second point is according to `rate`, µs. */
static double measure_lateness(const struct drift_point *from, const struct drift_point *to, uint32_t rate)
{
    double frames = (double)to->frame - (double)from->frame;

    return (double)to->at - (double)from->at - frames * 1e6 / rate;
}

static double time_between(const struct drift_point *from, const struct drift_point *to)
{
    return (double)to->at - (double)from->at;
}

void drift_period(struct drift *drift, int64_t frame, int64_t at, uint32_t rate)
{
    struct drift_point now = { frame, at };

    if (!(fabs(measure_lateness(&drift->last, &now, rate)) < JUMP_US) || !(time_between(&drift->from, &now) >= 0) ||
        !(time_between(&drift->later, &now) >= 0))
        drift->from = drift->later = now;
    if (time_between(&drift->later, &now) > RENEW_US) {
        drift->from = drift->later;
        drift->later = now;
    }
    drift->last = now;
}

double drift_rate(const struct drift *drift, uint32_t rate)
{
    double passed = time_between(&drift->from, &drift->last), off = measure_lateness(&drift->from, &drift->last, rate);

    if (!(passed >= LEAST_US) || !(fabs(off) > NOISE_US) || !(fabs(off) < passed * MOST_OFF))
        return rate;
    return rate * (1 - off / passed);
}
