#include "frontends/osc/clocks.h"

#include <math.h>

#include "schema_audio.h"

static double frame_at(const struct clocks *clocks, usec_t steady)
{
    return (double)clocks->frame + (double)(steady - clocks->at) * clocks->rate / 1e6;
}

void clocks_compare_utc(struct clocks *clocks, usec_t utc, usec_t steady)
{
    const usec_t ahead = utc - steady, change = ahead - clocks->ahead;

    if (!clocks->has_ahead || change > CLOCKS_US || change < -CLOCKS_US)
        clocks->ahead = ahead;
    clocks->has_ahead = true;
}

void clocks_compare_audio(struct clocks *clocks, const struct moment *moment, usec_t now)
{
    const double most = CLOCKS_US * moment->rate / 1e6;

    clocks->compared = now;
    if (clocks->rate > 0 && fabs(frame_at(clocks, moment->at) - (double)moment->frame) <= most)
        return;
    clocks->frame = moment->frame;
    clocks->at = moment->at;
    clocks->rate = moment->rate;
}

usec_t clocks_steady(const struct clocks *clocks, usec_t utc)
{
    return utc - clocks->ahead;
}

bool clocks_frame(const struct clocks *clocks, usec_t steady, usec_t now, int64_t *frame)
{
    const double found = frame_at(clocks, steady);

    if (!(clocks->rate > 0) || now - clocks->compared > CLOCKS_STALE_US || !(fabs(found) < 9e15))
        return false;
    *frame = (int64_t)floor(found + 0.5);
    return true;
}
