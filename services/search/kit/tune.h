/* tune.h: the pitch that brings a sound of a kit into a key. Pure. */
#ifndef LOOPHOLE_SEARCH_KIT_TUNE_H
#define LOOPHOLE_SEARCH_KIT_TUNE_H

#include "common/arena.h"
#include "schema_search.h"

/* Gives `to` the pitch in semitones, and adds it to its reason, if analysis or a person knows the pitch of the sound,
 * or its key. A single pitch goes to the nearest tone of the scale, by at most one semitone. A sound in a key goes to
 * the scale of `key` (musical_key.h), by at most 3 semitones: one that is farther stays as it is, and the reason says
 * so. The text is in the arena. */
void kit_tune(struct arena *arena, int key, const struct fact_list *facts, struct kit_pick *to);

#endif
