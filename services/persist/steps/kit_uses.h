/* kit_uses.h: the sounds of a kit as uses of a context of its own, for queries such as used:"Dusty" and role:kick.
 * They change in the commit of the kit, also by undo. In the open turn. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_KIT_USES_H
#define LOOPHOLE_PERSIST_KIT_USES_H

#include "services/persist/turn/persist.h"

enum { KIT_USES_MOST = 1024 /* layers of one kit that count */ };

/* The most uses that a kit with a body of this length has, at most KIT_USES_MOST. */
uint32_t kit_uses_most(size_t body);

/* Follows a change of a part, if it is a kit. A removed kit uses nothing; its ended uses stay. Items that the catalogue
 * does not know are left out. A context of another kind stays as it is. Errors (explained): those of uses_note. */
enum err kit_uses_follow(struct persist *p, struct choice kind, struct id project, struct id kit, struct fault *fault);

/* The same after a change by a client, by undo or by redo; the team learns of it too. Errors: also those of
 * stated_by_part. */
enum err kit_uses_follow_change(struct persist *p, const struct element_edit *edit, struct fault *fault);

/* True if the context has the uses of a global kit. Reads the keys of all of these. */
bool kit_uses_are_global(struct persist *p, struct id context);

#endif
