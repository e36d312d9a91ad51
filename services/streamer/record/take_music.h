/* take_music.h: the bars and the tempo of the running transport, for takes. */
#ifndef LOOPHOLE_STREAMER_TAKE_MUSIC_H
#define LOOPHOLE_STREAMER_TAKE_MUSIC_H

#include "services/streamer/record/take_state.h"

void take_music_follow(struct takes *takes); /* each tick */

/* The frame of the audio clock at that step, in the newest known tempo. */
int64_t take_music_frame(const struct takes *takes, double step);

/* The frame at which the bar `ago` bars before the current one began. Unknown bars have the current length; the present
 * one is known. */
int64_t take_music_began(const struct takes *takes, uint64_t ago);

#endif
