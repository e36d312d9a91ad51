/* voice_follow.h: voices that keep their place on the beats of the transport while its tempo changes, and stretched
 * voices of a dead streamer. Both begin a new generation that is due at a moment soon (common/rt/stream.h): until then
 * the old one sounds. */
#ifndef LOOPHOLE_STREAMER_VOICE_FOLLOW_H
#define LOOPHOLE_STREAMER_VOICE_FOLLOW_H

#include "services/streamer/play/voice_state.h"

bool voice_follows(const struct voice *voice);      /* it follows the tempo of the transport */
bool voice_is_stretched(const struct voice *voice); /* its current piece */
bool voice_follow_look(struct voice *voice);        /* the tick: true if it must be realigned, to be in step */

/* Sets tempo, place and moment of the generation that begins. Its file is open. */
void voice_follow_aim(struct voice *voice);
int64_t voice_follow_late(const struct voice *voice);                           /* frames since it was due */
void voice_follow_next(struct voice *voice, const struct handover_piece *next); /* a queued file begins */
void voice_follow_restart(struct voice *voice); /* plan.from is its new beginning: it takes a new place */

#endif
