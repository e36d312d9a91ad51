/* clocks.h: converts the times of time tags to frames of the audio clock. The clocks are compared regularly; each
 * comparison has an error of some frames. A new result is used only if it differs by more than CLOCKS_US. Between two
 * such results the distances between tags are exact to the frame. The loop's thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_CLOCKS_H
#define LOOPHOLE_FRONTENDS_OSC_CLOCKS_H

#include <stdbool.h>

#include "common/clock.h"

enum { CLOCKS_US = 1000, CLOCKS_STALE_US = 3000000 };

struct moment;

struct clocks {
    usec_t ahead; /* of UTC: before the steady clock */
    bool has_ahead;
    int64_t frame;   /* of the audio clock … */
    usec_t at;       /* … at this time of the steady clock */
    double rate;     /* frames a second; 0: unknown */
    usec_t compared; /* when the audio core last reported a moment */
};

/* Notes that both clocks had these times (µs) at one moment; and the moment that the audio core reported, at `now` on
 * the steady clock. */
void clocks_compare_utc(struct clocks *clocks, usec_t utc, usec_t steady);
void clocks_compare_audio(struct clocks *clocks, const struct moment *moment, usec_t now);

usec_t clocks_steady(const struct clocks *clocks, usec_t utc); /* after clocks_compare_utc */

/* False: the audio core has reported no moment within CLOCKS_STALE_US. */
bool clocks_frame(const struct clocks *clocks, usec_t steady, usec_t now, int64_t *frame);

#endif
