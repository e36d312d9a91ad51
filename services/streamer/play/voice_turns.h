/* voice_turns.h: loops of an exact length. Turn n begins at the whole frame nearest to n times the length, so the turns
 * differ by a frame, and their sum never leaves the tempo. */
#ifndef LOOPHOLE_STREAMER_VOICE_TURNS_H
#define LOOPHOLE_STREAMER_VOICE_TURNS_H

#include "services/streamer/play/voice_state.h"

int64_t voice_turns_end(const struct voice *voice);      /* the frame of the file at which this turn ends */
uint64_t voice_turns_at(double length, int64_t frames);  /* the turn that has begun after that many frames … */
int64_t voice_turns_begin(double length, uint64_t turn); /* … and the frames before a turn */
int64_t voice_turns_start(const struct voice *voice);    /* plan.at, or the same place of a turn that is to come */
int64_t voice_turns_passed(const struct voice *voice);   /* frames of the turn that are over at plan.at */

#endif
