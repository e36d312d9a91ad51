/* align.h: delays a channel by whole frames, so that it is heard together with channels that come back from an insert.
 * RT.
 *
 * A new delay is cross-faded in, as soon as the line has the frames that it needs. Until then the former delay remains.
 * With a delay of 0 every bit passes and the line is not used. */
#ifndef LOOPHOLE_AUDIO_DSP_ALIGN_H
#define LOOPHOLE_AUDIO_DSP_ALIGN_H

#include <stdbool.h>

#include "services/audio/dsp/line.h"
#include "services/audio/dsp/number.h"

enum {
    ALIGN_LONGEST = 8192,                              /* frames */
    ALIGN_LINE = 2 * (ALIGN_LONGEST + LINE_PERIOD_MAX) /* floats: also for a gap and a period in one save (line.h) */
};

/* All zero is the initial state: no delay. */
struct align {
    uint32_t position; /* frames written */
    uint16_t written;  /* of them since the delay was 0; at most ALIGN_LONGEST */
    uint16_t wanted;   /* delay in frames */
    uint16_t from, to; /* delays at both ends of the cross-fade */
    uint16_t left;     /* frames left of the cross-fade */
    uint16_t span;     /* its length */
    uint16_t forgets;  /* after it, all that was written is silent */
};

/* True: align_run would change nothing. */
static inline bool align_is_idle(const struct align *align)
{
    return (align->wanted | align->to | align->left) == 0;
}

void align_to(struct align *align, uint32_t frames); /* the delay from now on; limited to ALIGN_LONGEST */

/* Delays both sides in place. lines: 2 x ALIGN_LINE floats. A cross-fade takes `fade` frames. */
void align_run(struct align *align, float *lines, uint32_t fade, float *left, float *right, uint32_t frames);

/* Advances by frames that nobody played, as silence. */
void align_skip(struct align *align, float *lines, uint64_t frames);

/* Fades to silence in `fade` frames, 1 at least. Nothing that was written until then is heard after it, and what comes
 * then has the whole delay. */
void align_forget(struct align *align, uint32_t fade);

/* Repairs a state of any bytes. align_run trusts its state, but not the line. */
void align_repair(struct align *align);

#endif
