/* mixer.h: groups to master and ports. RT.
 *
 * Each group has gain, pan, mute and solo; each change is a ramp of 5 ms. A solo silences the other groups, but never
 * the preview, which is for the player's ears, nor the metronome. The preview group goes to the preview ports, and to
 * main as well unless the score says `preview_apart`.
 *
 * Master and preview end in limiters of one kind. limiter.h has no delay: what is ordered for a frame leaves on that
 * frame. lookahead.h has some (`looks_ahead` of the score); the period says how much. A change of kind is a cross-fade
 * of 5 ms, after the one that looks ahead has run as long unheard.
 *
 * Through a chain (`preview_chained`):
 *
 *   preview group ──► preview ports ──► another JACK client ──► return ports ──► strip, meter ──► main
 *
 * What leaves has no strip, and what returns never leaves at the preview ports: nothing goes round. The returns are
 * open from a preview's start to its stop or a panic, so that a tail is heard to its end and a stop is silence at once.
 * The two ways are never heard together: the direct one opens when the other has closed. */
#ifndef LOOPHOLE_AUDIO_RT_MIXER_H
#define LOOPHOLE_AUDIO_RT_MIXER_H

#include "common/rt/score.h"
#include "services/audio/rt/state/mixer.h"

struct engine;

uint32_t mixer_delay(const struct engine *engine); /* frames that sound leaves late, by the score in force */
void mixer_period(struct engine *engine);          /* at its beginning: gains of the score, new peaks */
/* Frames of the clock that were not sounded. */
void mixer_skip(struct engine *engine, uint64_t frames);
void mixer_end_period(struct engine *engine);
void mixer_show_peaks(struct engine *engine); /* of a period that counts */
void mixer_reset_meters(struct engine *engine);
void mixer_render(struct engine *engine, uint32_t frames);
void mixer_open_returns(struct engine *engine);                   /* a preview begins */
void mixer_close_returns(struct engine *engine, uint32_t frames); /* it was stopped: in so many frames */
void mixer_state(const struct engine *engine, struct state *state);

#endif
