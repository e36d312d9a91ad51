/* take_bars.h: takes that begin at a bar. */
#ifndef LOOPHOLE_STREAMER_TAKE_BARS_H
#define LOOPHOLE_STREAMER_TAKE_BARS_H

#include "services/streamer/record/take_state.h"

/* Errors: conflict (the bar has passed, or a count-in while the transport runs). */
enum err take_bars_read(struct take *take, struct call *call, const struct streamer_record *ask);
void take_bars_wait(struct take *take);   /* answers, and waits for its bar */
void take_bars_follow(struct take *take); /* each tick in TAKE_BARS; near its bar, the file is due */

/* Returns the frame at which its capture begins; -1 until that frame is near. */
int64_t take_bars_frame(struct take *take);
void take_bars_follow_end(struct take *take); /* each tick while it runs: its end follows the tempo */
void take_bars_pass(struct take *take, const struct take_pass *pass); /* the bars and the length of the next pass */

#endif
