/* voice_hits.h: pads that a loop hits in each turn, on their frames. The cues are sent a while ahead, so hits go on
 * while this process is replaced; the core leaves out those of a voice that was stopped. */
#ifndef LOOPHOLE_STREAMER_VOICE_HITS_H
#define LOOPHOLE_STREAMER_VOICE_HITS_H

#include "services/streamer/play/voice_state.h"

void voice_hits_tick(struct voice *voice);      /* sends the cues of its pads … */
void voice_hits_end(const struct voice *voice); /* … and releases its keys */

#endif
