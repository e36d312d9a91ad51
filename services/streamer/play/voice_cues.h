/* voice_cues.h: the cues that start and stop a voice, and its end. A start may have a frame to come: until then the
 * core keeps it. */
#ifndef LOOPHOLE_STREAMER_VOICE_CUES_H
#define LOOPHOLE_STREAMER_VOICE_CUES_H

#include "services/streamer/play/voice_state.h"

void voice_filled(struct voice *voice); /* the ring contains enough to start */

/* `fade`: seconds. */
void voice_stop(struct voice *voice, float fade);
bool voice_is_sounding(const struct voice *voice); /* voice_stop sends a cue */
void voice_set_phase(struct voice *voice, enum voice_phase phase);
void voice_fail(struct voice *voice, const struct fault *fault);
void voice_end(struct voice *voice, enum stream_end why, const char *failure); /* the voice is silent */

#endif
