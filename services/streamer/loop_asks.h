/* loop_asks.h: the ask that plays loops. The loop's thread. */
#ifndef LOOPHOLE_STREAMER_LOOP_ASKS_H
#define LOOPHOLE_STREAMER_LOOP_ASKS_H

#include "services/streamer/streamer.h"

enum err streamer_play_loops(struct streamer *streamer, struct call *call, const struct streamer_play_loops *ask,
                             struct stream_voices *answer);

/* Fails the asks that wait for the audio core with conflict: they were stopped before they began. */
void loop_asks_drop(struct streamer *streamer);

#endif
