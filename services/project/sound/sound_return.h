/* sound_return.h: sets pads and rows again whose items were away. They are silent until an item is here again, until
 * another item has its content, or until an item that the core could not load has changed in the catalogue. If the
 * streamer was away or busy, an item is loaded again after 1 s, then after 2 s, up to 64 s. Then the core gets these
 * pads, and the pattern, again. While a song plays, the pattern is not set: the next pattern of the song has its
 * sounds. A service that has just started asks the core first which pads and rows have no sound, and so does one whose
 * core says that a pad or row which a person set lacks a sound for a moment only. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SOUND_RETURN_H
#define LOOPHOLE_PROJECT_SOUND_RETURN_H

#include "services/project/sound/sound_set.h"

/* Notes the items of the body of a project's sound that are away, or that the core gets under other ids. Call it before
 * the core is set. */
void sound_return_note(struct txn *txn, struct arena *arena, struct id project, struct text body,
                       struct sound_away *to);

/* Replaces the ids of the items in `now` by those that its project has for them. The core may have got other items of
 * the same content: this machine knows these alone, or a scan that found the project's copies made one for a moment. So
 * the part of the project keeps its ids. */
void sound_return_own_ids(struct txn *txn, struct arena *arena, const struct sound_away *away, struct sounding *now);

/* Begins to set pads and rows that use items of `away` which are here now, also under another id, and records the
 * others. If `away` is not known yet, asks the core for it first; the caller then calls again. Returns false if nothing
 * is to be set. `arena` and `away` must live until `done` is called, once; false: the core did not answer, and `away`
 * is as it was. */
bool sound_return_begin(struct project *p, struct txn *txn, struct arena *arena, const struct element *project,
                        const struct element *part, const struct sounding *now, struct sound_away *away,
                        void (*done)(void *state, bool is_set), void *state);

#endif
