/* mixer.h: mixes groups to master and ports. RT.
 *
 * Each group has gain, pan, mute and solo; each change is a ramp of 5 ms. A solo silences the other groups, except the
 * preview, which only the player hears, and the metronome. The preview group goes to the preview ports, and also to
 * main unless the score says `preview_apart`.
 *
 * Master and preview end in limiters of the same kind. limiter.h has no delay: a sound leaves at the frame of its cue.
 * lookahead.h has one (`limiter` of the score), which the period reports; it may hold the peaks between samples too. A
 * change of kind is a cross-fade of 5 ms. Before it, the look-ahead limiter runs inaudibly for 5 ms.
 *
 * Through a chain (`preview_chained`):
 *
 *   preview group ──► preview ports ──► another JACK client ──► return ports ──► strip, meter ──► main
 *
 * The outgoing signal passes no strip, and the return never goes to the preview ports, so there is no loop. The
 * returns are open from a preview's start to its stop or a panic. So a tail plays to its end, and a stop is silent
 * at once, unless another preview begins while the end of the former waits in the alignment (outputs.h): then that
 * end is heard. The direct way and the chain never sound together: one opens after the other has closed.
 *
 * A channel, and the master before its limiter, may have an insert:
 *
 *   strip ──► ports of the channel ──► another JACK client ──► its return ports ──► main
 *
 * While the insert is made (`chains` of the period), the returns are heard in place of the strip; both cross-fade in
 * 5 ms. Takes of the channel and its sends to the effects: the take has the return, the sends have the strip. */
#ifndef LOOPHOLE_AUDIO_RT_MIXER_H
#define LOOPHOLE_AUDIO_RT_MIXER_H

#include "common/rt/score.h"
#include "services/audio/rt/state/mixer.h"

struct engine;

uint32_t mixer_delay(const struct engine *engine); /* frames by which the current score delays sound */
void mixer_period(struct engine *engine);          /* at the start of a period: reads gains, resets peaks */

/* Advances the limiters by frames that were not played. */
void mixer_skip(struct engine *engine, uint64_t frames);
void mixer_end_period(struct engine *engine);
void mixer_show_peaks(struct engine *engine); /* publishes the peaks of a valid period */
void mixer_reset_meters(struct engine *engine);
void mixer_render(struct engine *engine, uint32_t frames);
void mixer_open_returns(struct engine *engine);                   /* a preview begins */
void mixer_close_returns(struct engine *engine, uint32_t frames); /* a preview was stopped: within `frames` */
void mixer_state(const struct engine *engine, struct state *state);

#endif
