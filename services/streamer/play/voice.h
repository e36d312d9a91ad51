/* voice.h: the 32 stream voices. Each voice pulls a file, converts its frames to the server's rate and feeds a ring.
 *
 *   voice_play ─► opening ─► filling ─(STREAM_START)─► playing ─(NOTE_STREAM_ENDED)─► free
 *                   └──── failed ────► free            └─ voice_stop ─► ending ──┘
 *
 * A seek starts a new generation in the same ring. An eighth of the ring stays free, so the new beginning has room
 * while the old generation still sounds. When the beginning is complete, the header names the new generation, and the
 * core fades over. The loop's thread. */
#ifndef LOOPHOLE_STREAMER_VOICE_H
#define LOOPHOLE_STREAMER_VOICE_H

#include "services/streamer/play/voice_state.h"

/* Begins to open the file. The voice reports its start or failure by its ticket, or by `started` and `failed`. Errors:
 * busy (all 32 voices play), offline (no audio core). */
enum err voice_play(struct voices *voices, const struct voice_plan *plan, struct voice **voice, struct fault *fault);

/* Continues at `frame` of the file. `request`: of the ask; zero: no ask. Errors: conflict (the voice does not play). */
enum err voice_seek(struct voice *voice, int64_t frame, struct id request, struct fault *fault);
enum err voice_may_seek(const struct voice *voice, struct fault *fault); /* errors: conflict */

/* `gain` is linear, `pan` -1 (left) … 1, `ramp` in seconds. Errors: busy (the core takes no more cues). */
enum err voice_gain(struct voice *voice, float gain, float pan, float ramp, struct fault *fault);

/* Pauses it, or lets it go on from where it is. Errors (explained): conflict (it does not play, has not begun, is
 * stretched, or plays a loop or a preview), busy. */
enum err voice_pause(struct voice *voice, bool on, struct fault *fault);
enum err voice_may_pause(const struct voice *voice, struct fault *fault);
void voice_pause_again(struct voice *voice); /* a predecessor's cue, which changes nothing if it was done */

/* Queue a file after the current one. Errors: conflict (the voice plays nothing that a file could follow). */
enum err voice_queue(struct voice *voice, const struct located *located, struct id request, struct fault *fault);
enum err voice_may_queue(const struct voice *voice, struct fault *fault);

void voice_realign(struct voice *voice); /* begins a generation that is in step */
void voice_open(struct voice *voice);
void voice_open_next(struct voice *voice);

#endif
