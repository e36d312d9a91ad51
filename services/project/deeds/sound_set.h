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

#endif
