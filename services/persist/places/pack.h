/* pack.h: the pack that an item gets from its place: the topmost folder below its library, or the library's own name.
 * When an item moves, its pack follows the place, unless a person wrote another pack. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_PACK_H
#define LOOPHOLE_PERSIST_PACK_H

#include "services/persist/turn/persist.h"

/* The pack of the files in this folder, in p->arena; empty when no library contains the folder. Errors: internal,
 * full. */
enum err pack_of_folder(struct persist *p, struct id folder, struct text *pack);

/* `now` is a copy of `was` in another folder. Gives it that folder's pack, unless a person wrote another one. */
enum err pack_follow(struct persist *p, const struct media *was, struct media *now);

#endif
