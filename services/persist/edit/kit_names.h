/* kit_names.h: the names of the global kits, so that a kit of the team gets one that no other kit here has. They are
 * read once, at the first need, and follow each change after that; a turn or a part of one that is undone forgets them.
 * The loop's thread, in the open turn. */
#ifndef LOOPHOLE_PERSIST_KIT_NAMES_H
#define LOOPHOLE_PERSIST_KIT_NAMES_H

#include "services/persist/turn/persist.h"

enum err kit_names_read(struct persist *p); /* errors: io, internal */
void kit_names_forget(struct persist *p);

/* A global kit was put or removed. Errors: those of the store. */
enum err kit_names_follow(struct persist *p, struct id kit);

/* After kit_names_read: another kit than this one has the name. */
bool kit_names_are_taken(const struct persist *p, struct text name, struct id kit);

#endif
