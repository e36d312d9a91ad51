#include "services/worker/analysis/features/envelope.h"

#include <math.h>

void envelope_start(struct envelope *e, double rate)
{
    e->hop = rate / ENVELOPE_RATE;
    e->until = fmax(1, e->hop);
    e->sum = 0;
    e->weight = 0;
    e->count = 0;
}

static void end_value(struct envelope *e)
{
    float rms = e->weight > 0 ? sqrtf(e->sum / e->weight) : 0;

    for (; e->until < 1 && e->count < ENVELOPE_MAX; e->until += e->hop)
        e->rms[e->count++] = rms;
    e->sum = 0;
    e->weight = 0;
}

void envelope_feed(struct envelope *e, const float *mono, size_t count)
{
    while (count > 0 && e->count < ENVELOPE_MAX) {
        size_t now = (size_t)e->until;
        float sum = 0;
        now = now < count ? now : count;
        for (size_t i = 0; i < now; i++)
            sum += mono[i] * mono[i];
        e->sum += sum;
        e->weight += (float)now;
        e->until -= (double)now;
        mono += now;
        count -= now;
        if (e->until < 1)
            end_value(e);
    }
}
