/* sound_begin.h: the sound with which a new project begins, and the draft when it is opened: what the core plays at
 * that time. Until it is kept, the row that names the open project says that it is due; so a death loses nothing, and a
 * project that is only opened gets no sound of another one. One thread for each transaction and arena. */
#ifndef LOOPHOLE_PROJECT_SOUND_BEGIN_H
#define LOOPHOLE_PROJECT_SOUND_BEGIN_H

#include "services/project/parts/action.h"
#include "services/project/parts/sound_body.h"

/* As action_open_alone; the project begins with the present sound, but with the `bpm` and the `swing` that `typed` has,
 * the body of a client's ask. */
struct action sound_begin_open(struct arena *arena, struct id project, struct text typed, struct txn *txn);

/* True if the open project has no part of its own yet, and is to begin with the present sound. */
bool sound_begin_is_due(struct txn *txn, struct arena *arena, const struct element *part);

/* Returns the body of the part with which the project begins while the core plays `now`, and sets `want`: what the core
 * lacks of it, a tempo at most. An item has the id by which this machine knows it, not that of the core's project. */
struct text sound_begin_body(struct txn *txn, struct arena *arena, const struct sounding *now, struct sounding *want);

/* The action that says that the project has begun. */
struct action sound_begin_done(struct arena *arena, struct id project, struct txn *txn);

#endif
