/* mixer.h: groups to master and ports. RT.
 *
 * Each group has gain, pan, mute and solo; each change is a ramp of 5 ms. A solo silences the other groups, but never
 * the preview, which is for the player's ears, nor the metronome. The preview group goes to the preview ports, and to
 * main as well unless the score says `preview_apart`. Master and preview end in a limiter without delay: what is
 * ordered for a frame leaves on that frame. */
#ifndef LOOPHOLE_AUDIO_RT_MIXER_H
#define LOOPHOLE_AUDIO_RT_MIXER_H

#include "common/rt/score.h"
#include "common/rt/state.h"
#include "services/audio/rt/limiter.h"
#include "services/audio/rt/meter.h"
#include "services/audio/rt/mix.h"

struct mixer {
    struct mix_strip strip[GROUPS], master, preview_to_main;
    struct meter meter[GROUPS], master_meter, input_meter;
    struct limiter limiter, preview_limiter;
};

struct engine;

void mixer_period(struct engine *engine); /* at its beginning: gains of the score, new peaks */
void mixer_render(struct engine *engine, uint32_t frames);
void mixer_state(const struct engine *engine, struct state *state);

#endif
