/* sound_return.h: pads and rows whose items were away when the core got them are silent. When an item is here again,
 * or one that the core could not load was changed in the catalogue, the core gets its pads again, and the pattern,
 * unless a song plays: then its next pattern brings its sounds. A service that has just started asks the core first
 * which pads and rows have no sound. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SOUND_RETURN_H
#define LOOPHOLE_PROJECT_SOUND_RETURN_H

#include "services/project/deeds/sound_set.h"

/* Notes the items of the body of a project's sound that are away, before the core is set. */
void sound_return_note(struct txn *txn, struct arena *arena, struct id project, struct text body,
                       struct sound_away *to);

/* Begins to set what uses items of `away` that are here now, and notes the others. If `away` is not known yet, finds it
 * out, and must be called again. False: there is none. `arena` and
 * `away` must live until `done` is called, once; false: the core did not answer, and `away` is as it was. */
bool sound_return_begin(struct project *p, struct txn *txn, struct arena *arena, const struct element *project,
                        const struct element *part, struct sound_away *away, void (*done)(void *state, bool is_set),
                        void *state);

#endif
