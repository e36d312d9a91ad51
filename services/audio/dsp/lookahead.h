/* lookahead.h: the alternative limiter of the master, with look-ahead. RT.
 *
 * |out| <= ceiling for every sample of any input. Audio below the ceiling passes bit for bit. All output is
 * lookahead_delay frames (1.5 ms) late. Both channels have the same gain. Before a peak, the gain falls smoothly during
 * the delay. It stays low for the same time, and recovers exponentially (time constant 150 ms). So a tone whose half
 * period is shorter than the delay keeps its shape, and a lower tone keeps more of it than with limiter.h.
 *
 *   need of a frame ──► highest of the last W frames ──► exponential recovery ──► mean of the last W frames = 1 - gain
 *
 * With `holds_true_peaks`, the need of a frame counts the peaks between the samples too (truepeak.h). They are found
 * TRUEPEAK_LATE frames later, so the mean is that of so many fewer frames, and the delay is the same. The waveform
 * between the samples then stays below the ceiling, except for what the gain's own slope adds. After a change of
 * `holds_true_peaks` the mean gains or loses a cell every 8 frames; until then peaks between the samples may pass.
 *
 * W is the delay + 1, so the mean covers the need of the frame that leaves. Frames are processed in spans of W. At the
 * first frame of a span, the highest values and the sum of the span before are computed again, so that no rounding
 * error accumulates. */
#ifndef LOOPHOLE_AUDIO_DSP_LOOKAHEAD_H
#define LOOPHOLE_AUDIO_DSP_LOOKAHEAD_H

#include <stdbool.h>

#include "services/audio/dsp/line.h"
#include "services/audio/dsp/truepeak.h"

enum { LOOKAHEAD_LINE = 2 * LINE_PERIOD_MAX }; /* cells: a period and two spans at any rate */

/* Cell n of the line (line.h) belongs to frame n. */
struct lookahead_cell {
    float x[2];  /* input */
    float need;  /* 1 - the gain that the frame needs */
    float reach; /* the highest need among the frames of the previous span within W */
    float cut;   /* the highest need, with recovery */
};

/* All zero is the initial state: gain 1, and silence in the line. */
struct lookahead {
    double cut;        /* of the last frame's cell */
    double sum;        /* of the cuts in the last cells that the mean covers */
    float high;        /* highest need in the current span so far */
    float most;        /* the highest mean since the caller set this to 0 */
    uint32_t position; /* frames processed */
    uint16_t offset;   /* of them in the current span */
    uint16_t mean;     /* cells that the mean covers, at most W; 0: all that it should, from the next frame on */
};

struct lookahead_params {
    float ceiling; /* 0.01..1, linear */
    uint32_t rate;
    bool holds_true_peaks;
};

uint32_t lookahead_delay(uint32_t rate); /* frames: 72 at 48 kHz, at most 288 */

/* Limits in place. line: LOOKAHEAD_LINE cells. */
void lookahead_run(struct lookahead *ahead, struct lookahead_cell *line, const struct lookahead_params *params,
                   float *left, float *right, uint32_t frames);

/* Advances by `frames` frames of silent input; the output is discarded. */
void lookahead_skip(struct lookahead *ahead, struct lookahead_cell *line, uint32_t rate, uint64_t frames);

/* Repairs a state of any bytes for this rate. lookahead_run trusts its state, but not the line. */
void lookahead_repair(struct lookahead *ahead, uint32_t rate);

#endif
