/* lookahead.h: the master's other limiter, which looks ahead. RT.
 *
 * |out| <= ceiling for every sample, whatever comes in; audio that stays below the ceiling passes bit for bit. All of
 * it leaves lookahead_delay frames (1.5 ms) late. Both channels have one gain. Before a peak it falls in that time,
 * without a step; it stays down for as long, and recovers exponentially (time constant 150 ms). So a tone whose half
 * period is shorter than the delay keeps its shape, and a lower one keeps more of it than limiter.h leaves.
 *
 *   need of a frame ──► highest of the last W frames ──► exponential recovery ──► mean of the last W frames = 1 - gain
 *
 * W is the delay + 1. So the mean holds no value below the need of the frame that leaves. Frames are taken in spans of
 * W: at a span's first frame the highest values and the sum of the span before are computed again: no error stays. */
#ifndef LOOPHOLE_AUDIO_DSP_LOOKAHEAD_H
#define LOOPHOLE_AUDIO_DSP_LOOKAHEAD_H

#include "services/audio/dsp/line.h"
#include "services/audio/dsp/number.h"

enum { LOOKAHEAD_LINE = 2 * LINE_PERIOD_MAX }; /* cells: a period and two spans at any rate */

/* A cell of its line (line.h): cell n belongs to frame n. */
struct lookahead_cell {
    float x[2];  /* what came in */
    float need;  /* 1 - the gain that it needs */
    float reach; /* the highest need of the frames of the span before that are within W */
    float cut;   /* the highest need, with recovery */
};

/* Zeroed: nothing is turned down, and silence leaves first. */
struct lookahead {
    double cut;        /* of the last frame's cell */
    double sum;        /* of the last W cells' cut */
    float high;        /* need of the present span so far */
    float most;        /* the highest mean since its owner set it to 0 */
    uint32_t position; /* frames run */
    uint32_t offset;   /* of them in the present span */
};

uint32_t lookahead_delay(uint32_t rate); /* frames: 72 at 48 kHz, at most 288 */

/* ceiling 0.01..1, linear. In place. line: LOOKAHEAD_LINE cells. */
void lookahead_run(struct lookahead *ahead, struct lookahead_cell *line, float ceiling, uint32_t rate, float *left,
                   float *right, uint32_t frames);

/* So many frames of silence came in, and what left meanwhile was not heard. */
void lookahead_skip(struct lookahead *ahead, struct lookahead_cell *line, uint32_t rate, uint64_t frames);

/* Any bytes become a state at this rate. lookahead_run trusts it, but not the line. */
void lookahead_heal(struct lookahead *ahead, uint32_t rate);

#endif
