/* voice_feed.h: pulls the frames of a voice's file into its ring. */
#ifndef LOOPHOLE_STREAMER_VOICE_FEED_H
#define LOOPHOLE_STREAMER_VOICE_FEED_H

#include "services/streamer/play/voice_state.h"

void voice_feed_begin(struct voice *voice); /* its file is open: starts a generation, or continues an old one */
void voice_feed(struct voice *voice);       /* pulls if the ring has room */
void voice_feed_drain(struct voice *voice); /* moves what the stretcher has made to the ring */
void voice_feed_came(void *voice, int64_t frame, const float *stereo, uint32_t frames, bool end);
void voice_feed_check(struct voice *voice);             /* starts the voice if its ring contains enough */
void voice_feed_follow(struct voice *voice);            /* the following file is open, or there is none */
struct id voice_feed_seeker(const struct voice *voice); /* the ask of a seek that has no piece yet; zero: none */
void voice_feed_seek(struct voice *voice);              /* the next cells belong to a new generation */
void voice_feed_inherit(struct voice *voice);           /* a predecessor's seek, and the current piece */
uint32_t voice_feed_scratch(void);                      /* floats that a conversion may need */

#endif
