/* sound_set.h: sets the audio core to what a project is to sound, one ask after the other. An item that is away leaves
 * its pad or row silent. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SOUND_SET_H
#define LOOPHOLE_PROJECT_SOUND_SET_H

#include "schema_audio.h"
#include "services/project/base/project.h"

/* Begins; `want` and `now` are copied by their values, what they point to must live until `done` is called, once. With
 * `only_untouched`, what a person has changed on a fresh core stays. `done` gets false if the core did not answer. */
void sound_set(struct project *p, struct arena *arena, const struct sounding *want, const struct sounding *now,
               bool only_untouched, void (*done)(void *state, bool is_set), void *state);

/* The same for pads, and for the pattern if there is one, that the core has without the sounds of all their items. */
void sound_set_again(struct project *p, struct arena *arena, const struct sounding *want,
                     void (*done)(void *state, bool is_set), void *state);

/* What the core has after `want` was set over `now`. */
struct sounding sound_set_expect(const struct sounding *want, const struct sounding *now);

#endif
