/* imported.h: what an import notes in a loop or a clip, so that the next import sees whether somebody has changed it
 * since. The key `imported` has a digest of the other keys. Pure functions. Any thread; all memory is in the arena. */
#ifndef LOOPHOLE_PROJECT_IMPORTED_H
#define LOOPHOLE_PROJECT_IMPORTED_H

#include "common/arena.h"
#include "schema_element.h"

/* The body of a part that is imported, with the note. Parts of other kinds get none. */
struct text imported_mark(const struct element *part, struct arena *arena);

/* The body without the note. */
struct text imported_body(struct text body, struct arena *arena);

/* True if an import made the part, and nothing was changed since. A locked loop, and a clip with a locked region, are
 * never unchanged: an import may not overwrite them. */
bool imported_is_unchanged(const struct element *part, struct arena *arena);

#endif
