/* pack.h: the pack that an item gets from its place: the topmost folder below its library, or the library's own name.
 * An item whose pack is that of its old place gets that of the new one; what a person wrote stays. */
#ifndef LOOPHOLE_PERSIST_PACK_H
#define LOOPHOLE_PERSIST_PACK_H

#include "services/persist/turn/persist.h"

/* Of files in this folder; empty when no library contains it. In the arena p->arena. Errors: internal, full. */
enum err pack_of_folder(struct persist *p, struct id folder, struct text *pack);

/* `now`, a copy of `was` that is in another folder, gets that folder's pack unless a person gave it another. */
enum err pack_follow(struct persist *p, const struct media *was, struct media *now);

#endif
